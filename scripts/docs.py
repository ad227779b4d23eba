"""Build the docs site into build/docs: the pages of overlay/docs, and tables made of the contract and its facts."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from scripts.corrections.grammar import operations as declared

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = "overlay/docs"
PACKAGE: Final = "generated/jobmojito_api"
_ABOUT: Final = "The Python client of the JobMojito API (AI interviews for hiring teams), sync and async."


def main(argv: Sequence[str] | None = None) -> int:
    """Build; the exit code is that of the site's builder, which counts a warning as an error."""
    parser = argparse.ArgumentParser(prog="python -m scripts.docs", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build/docs", help="where to build (default: build/docs)")
    out: Path = parser.parse_args(argv).out
    write_pages(ROOT, out)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(command, cwd=out, check=False).returncode


def write_pages(root: Path, out: Path) -> None:
    """Copy the pages, and add those that are made of the contract."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(root / SOURCE, out, ignore=shutil.ignore_patterns("examples", "__pycache__"))
    config = (out / "zensical.toml").read_text(encoding="utf-8")
    for package in ("overlay", "generated"):
        config = config.replace(f'"../../{package}"', json.dumps(str(root / package)))
    (out / "zensical.toml").write_text(config, encoding="utf-8")
    contract, facts = (json.loads((root / PACKAGE / name).read_bytes()) for name in ("contract.json", "facts.json"))
    (out / "pages/reference/operations.md").write_text(operations(contract, facts), encoding="utf-8")
    (out / "pages/llms.txt").write_text(llms(out / "pages", contract), encoding="utf-8")


def operations(contract: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Write the page with every operation: what it costs, whether it mails, whether it is repeated, and the prices."""
    rows = [
        f"| `{found['operationId']}` | {method.upper()} `{path}` | {_cell(found.get('summary', ''))}"
        f" | {' | '.join('yes' if facts['operations'][found['operationId']][one] else '' for one in _QUESTIONS)} |"
        for path, method, found in declared(contract)
    ]
    head = ["operation", "", "", *_QUESTIONS.values()]
    lines = [
        "# Operations",
        "",
        _NOTE,
        "",
        f"| {' | '.join(head)} |",
        "|---" * len(head) + "|",
        *rows,
        "",
        "## Prices",
        "",
        *_prices(facts["prices"]["interview"]),
        "",
        "## Methods",
        "",
        "Those of `AsyncJobMojito` are the same, awaited.",
        *(line for tag in contract["tags"] if "x-resource-name" in tag for line in _resource(tag["x-resource-name"])),
    ]
    return "\n".join(lines) + "\n"


_NOTE: Final = (
    "Made of the contract and of `openapi/facts.yaml`, where each answer has a reason and a source. An operation that"
    " costs or mails is repeated only when it surely was not processed."
)
_QUESTIONS: Final = {"costs": "costs credits", "mails": "may send mail", "repeatable": "is repeated"}


def _prices(prices: Mapping[str, Any]) -> Iterator[str]:
    yield f"An interview costs (base + add-ons) x multiplier, in credits (source: {prices['source']})."
    yield from ("", "| avatar | base |", "|---|---|")
    yield from (f"| `{kind}` | {low:g}{'' if low == high else f' to {high:g}'} |"
                for kind, (low, high) in prices["base"].items())  # fmt: skip
    yield from ("", "| add-on | credits |", "|---|---|")
    yield from (f"| `{name}`: `{value}` | {amount:g} |"
                for name, amounts in prices["add_ons"].items() for value, amount in amounts.items())  # fmt: skip
    yield from ("", f"| `{prices['duration']}`, as configured | multiplier |", "|---|---|")
    yield from (f"| {'longer' if limit is None else f'up to {limit} s'} | x {factor:g} |"
                for limit, factor in prices["multipliers"])  # fmt: skip


def _resource(name: str) -> Iterator[str]:
    """Write the place of a resource's methods, which the site's builder fills from their docstrings."""
    class_name = "".join(word.capitalize() for word in name.split("_"))
    yield from ("", f"### jm.{name}", "", f"::: jobmojito_api.resources.{name}.{class_name}", "    options:")
    yield from ("      show_root_heading: false", "      show_root_toc_entry: false", "      heading_level: 4")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def llms(pages: Path, contract: Mapping[str, Any]) -> str:
    """Write llms.txt: what the project is, each page with its first sentence, and all names of operations."""
    listed = []
    for path in sorted(pages.rglob("*.md")):
        title, _, rest = path.read_text(encoding="utf-8").partition("\n")
        words = next((line for line in rest.splitlines() if line and line[0] not in "#|:`!"), "")
        place = path.relative_to(pages).with_suffix("").as_posix().removesuffix("index")
        listed.append(f"- [{title.removeprefix('# ')}]({place}/): {words}")
    names = ", ".join(found["operationId"] for _, _, found in declared(contract))
    return "\n".join(
        ["# jobmojito", "", f"> {_ABOUT}", "", "## Pages", "", *listed, "", "## Operations", "", names, ""]
    )


if __name__ == "__main__":
    sys.exit(main())
