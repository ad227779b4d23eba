"""A checkout of this repository to try updates in: its code as it is, its contract and version as tests know them."""

import re
import shutil
from pathlib import Path

from scripts.files.staging import NOT_COPIED
from scripts.generate import generate
from tests import baseline

ROOT = Path(__file__).parent.parent
LOG = "# Changelog\n\n## [{version}] - 2026-01-01\n\n### Added\n\n- Everything.\n"


def checkout_in(folder, version="0.1.0", without=()):
    """Copy this repository into a folder, at a version, with the documents and corrections that tests are written for.

    The client is generated anew where the repository has moved on to another contract. `without`: folders to leave out.
    """
    checkout = shutil.copytree(ROOT, folder / "checkout", ignore=shutil.ignore_patterns(*NOT_COPIED, *without))
    changed = [_put(source, checkout / "openapi" / source.name) for source in FILES]
    if any(changed):
        generate(checkout)
    project = checkout / "pyproject.toml"
    project.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', project.read_text()))
    (checkout / "CHANGELOG.md").write_text(LOG.format(version=version))
    return checkout


def looks(folder):
    """Every file of a folder with its content and the time it was written, compiled modules aside."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


FILES = (baseline.PUBLISHED, baseline.WEBHOOKS, baseline.CORRECTIONS)


def _put(source, target):
    """Copy a file over another; tell whether that changed anything."""
    content = source.read_bytes()
    if target.read_bytes() == content:
        return False
    target.write_bytes(content)
    return True
