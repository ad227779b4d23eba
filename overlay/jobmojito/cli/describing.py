"""`operations`, `help` and `contract`: the contract and the table of facts in readable form."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import jobmojito
from jobmojito_api.calls import Operation
from jobmojito_api.facts import Facts, corrections, facts_of
from jobmojito_api.resources import operation

from . import contract
from .failures import Exit, UsageError
from .operations import schema_of
from .options import Common
from .output import Output, as_json


def operations_command(*, common: Common = Common()) -> int:
    """List the operations of the contract: method, path, what a call costs, mails, and whether it is repeated."""
    output = Output(common)
    rows = [{"operation": name, **_facts(name)} for name in contract.names()]
    if common.json:
        for row in rows:
            print(as_json(row))
    else:
        output.table(rows, ("operation", "credits", "mail", "summary") if output.terminal else list(rows[0]))
        output.note("`jobmojito help OPERATION` describes one.")
    return Exit.OK


def _facts(name: str) -> dict[str, Any]:
    found, facts = operation(name), facts_of(name)
    words = {True: "yes", False: "no"}
    return {
        "method": found.method,
        "path": found.path,
        "credits": words[facts.costs],
        "mail": words[facts.mails],
        "repeated": words[facts.repeatable],
        "source": "guide" if facts.guide_only else "contract",
        "summary": str(contract.declared(name).get("summary", "")),
    }


def help_command(name: Annotated[str, Parameter(name="operation")], /, *, common: Common = Common()) -> int:
    """Describe an operation: method, path, parameters, body with required properties, cost, answers.

    Args:
        name: Its name, as `jobmojito operations` lists it.
    """
    if name not in contract.names():
        raise UsageError(f"there is no operation {name}; `jobmojito operations` lists them")
    found, facts, declared = operation(name), facts_of(name), contract.declared(name)
    if common.json:
        document = {"operation": name, **_facts(name), "why": facts.why, "care": facts.care, "contract": declared}
        print(as_json(document))
        return Exit.OK
    _describe(Page(Output(common)), found, facts, declared)
    return Exit.OK


def _describe(page: "Page", found: Operation[Any], facts: Facts, declared: contract.Node) -> None:
    page.line(f"[bold]{found.name}[/]  {found.method} {escape(found.path)}")
    page.text(f"{declared.get('summary', '')}. {declared.get('description', '')}", 0)
    page.section("Facts")
    said = {name: "yes" if answer else "no" for name, answer in facts._asdict().items() if name in facts.why}
    page.grid([(name, answer, facts.why[name]) for name, answer in said.items()])
    page.grid([(what, "mind", why) for what, why in facts.care.items()])
    page.section("Parameters" if found.parameters else "No parameters")
    for one in found.parameters:
        page.property(one.name, schema_of(declared, one.name), required=one.required)
    for media, content in declared.get("requestBody", {}).get("content", {}).items():
        page.section(f"Body, {media}" + ("" if found.body_required else " (optional)"))
        for key, node, required in contract.properties(content["schema"]):
            page.property(key, node, required=required)
    page.section("Answers")
    answers = declared.get("responses", {}).items()
    page.grid([(status, str(answer.get("description", ""))) for status, answer in answers])


class Page:
    """A readable description: wrapped on a terminal, one line for each entry in a pipe."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def line(self, markup: str) -> None:
        """Write a line of markup."""
        if self._output.terminal:
            self._output.console.print(markup)
        else:
            print(Text.from_markup(markup).plain)

    def text(self, text: str, indent: int) -> None:
        """Write a paragraph."""
        if self._output.terminal:
            self._output.console.print(Padding(Text(text.strip()), (0, 0, 0, indent)))
        else:
            print(" " * indent + " ".join(text.split()))

    def section(self, title: str) -> None:
        """Begin a section."""
        self.line("")
        self.line(f"[bold cyan]{escape(title)}[/]")

    def grid(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Write rows in columns; the last column wraps."""
        if not self._output.terminal:
            for row in rows:
                print("  " + "\t".join(row))
            return
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for row in rows:
            table.add_row(*(Text(cell, style="cyan" if index == 0 else "") for index, cell in enumerate(row)))
        self._output.console.print(Padding(table, (0, 0, 0, 1)))

    def _entry(self, name: str, markup: str, words: str) -> None:
        self.line(f"  [cyan]{escape(name)}[/]{f'  {markup}' if markup else ''}")
        if words:
            self.text(words, 6)

    def property(self, name: str, node: Mapping[str, Any], *, required: bool) -> None:
        """Describe a parameter or property."""
        must = "  [yellow]required[/]" if required else ""
        self._entry(
            name, f"[dim]{escape(contract.kind(node))}[/]{must}", str(contract.resolved(node).get("description", ""))
        )


def contract_command(*, common: Common = Common()) -> int:
    """Show the contract that this client was generated from: version, hash, contents."""
    document, about = contract.document(), jobmojito.contract()
    shown = {
        "client": jobmojito.__version__,
        "contract": about.version,
        "title": about.title,
        "sha256": about.sha256,
        "server": about.server,
        "operations": len(contract.names()),
        "operations_from_the_guide": sum(facts_of(name).guide_only for name in contract.names()),
        "operations_without_facts": sum(not facts_of(name).known for name in contract.names()),
        "webhooks": len(document.get("webhooks", {})),
        "schemas": len(document["components"]["schemas"]),
        "corrections": corrections()["actions"],
        "corrected_places": corrections()["places"],
    }
    output = Output(common)
    if common.json:
        print(as_json(shown, indent=2))
    else:
        output.properties(shown)
    return Exit.OK
