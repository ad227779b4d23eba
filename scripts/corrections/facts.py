"""Reads `openapi/facts.yaml`, what the contract does not say of its operations: cost, mail, repeatability, prices.

An operation that the table does not have counts as costing, as mailing and as not repeatable.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from scripts.corrections.grammar import operations
from scripts.files.documents import resolve
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE: Final = "openapi/facts.yaml"
# Each question, and the answer that is assumed while it is unknown.
QUESTIONS: Final = {"costs": True, "mails": True, "repeatable": False}
_UNKNOWN: Final = "not in openapi/facts.yaml yet"
_KEYS: Final = {*QUESTIONS, "care", "price"}


def load_facts(path: Path | str) -> dict[str, Any]:
    """Read the table and check its form; Refused names the file and the entry."""
    try:
        table = YAML(typ="safe", pure=True).load(Path(path).read_bytes())
        _check(table)
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: not valid YAML: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise Refused(f"{path}: not the form of a table of facts: {error}") from error
    checked: dict[str, Any] = table
    return checked


def join(document: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of each operation of an effective contract by `METHOD /path`, and the prices."""
    found = {
        place: _entry(_in_use(document, declared, table["operations"].get(place)), declared, table)
        for place, declared in _places(document)
    }
    return {"operations": found, "prices": table["prices"], "ids": dict(_ids(table))}


def _ids(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the type of each id by the name, or by `Schema.property` or `operation.parameter`."""
    for type_, entry in table["ids"].items():
        yield from ((place, type_) for place in (*entry.get("named", ()), *entry.get("at", ())))


def unknown(document: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    """List the operations of a contract, as `METHOD /path`, that the table has no facts of."""
    return [place for place, _ in _places(document) if place not in table["operations"]]


def stale(document: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    """List what the table says about an operation, parameter or property that a contract does not have."""
    declared = dict(_places(document))
    gone = [place for place in table["operations"] if place not in declared]
    for place in table["operations"].keys() & declared.keys():
        known = _names(document, declared[place])
        gone += [f"{place}, care, {name}" for name in table["operations"][place].get("care", ()) if name not in known]
    return sorted(gone)


def _in_use(
    document: Mapping[str, Any], declared: Mapping[str, Any], facts: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Leave out the care for what the operation does not take any more."""
    if facts is None or "care" not in facts:
        return facts
    known = _names(document, declared)
    return {**facts, "care": {name: fact for name, fact in facts["care"].items() if name in known}}


def _names(document: Mapping[str, Any], declared: Mapping[str, Any]) -> set[str]:
    """Name the parameters of an operation and the properties of its bodies."""
    found = {_resolved(document, one).get("name", "") for one in declared.get("parameters", ())}
    body = _resolved(document, declared.get("requestBody", {}))
    queue = [media.get("schema", {}) for media in body.get("content", {}).values()]
    for schema in queue:
        content = _resolved(document, schema)
        found |= content.get("properties", {}).keys()
        queue += [
            branch for key in ("allOf", "anyOf", "oneOf") for branch in content.get(key, ()) if branch not in queue
        ]
    return found


def _resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resolve(document, node["$ref"]) if "$ref" in node else node
    return found


def sentences(entry: Mapping[str, Any]) -> str:
    """Write the facts of an operation for its docstring."""
    words = {True: "yes", False: "no"}
    return "\n".join(
        [
            "Facts:",
            *(f"    {question}: {words[entry[question]]} - {entry['why'][question]}" for question in QUESTIONS),
            *(f"    mind {name}: {why}" for name, why in entry["care"].items()),
        ]
    )


def _places(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, method, declared in operations(document):
        yield f"{method.upper()} {path}", declared


def _entry(facts: Mapping[str, Any] | None, declared: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    given = facts or {}
    answers = {question: given.get(question, {}).get("is", "unknown") for question in QUESTIONS}
    return {
        **{question: QUESTIONS[question] if is_ == "unknown" else is_ for question, is_ in answers.items()},
        "known": facts is not None,
        "guide_only": declared.get("x-source") == "guide",
        "price": given.get("price"),
        "why": {question: _said(given.get(question), table) for question in QUESTIONS},
        "care": {name: _said(care, table) for name, care in given.get("care", {}).items()},
    }


def _said(fact: Mapping[str, Any] | None, table: Mapping[str, Any]) -> str:
    """Return a fact's reason with its source and date."""
    if fact is None:
        return _UNKNOWN
    return f"{fact['why']} ({fact['source']}, {table['sources'][fact['source']]['read']})"


def _check(table: Any) -> None:
    """Refuse a fact without reason or source, a source without a date, and keys that nothing reads."""
    if not isinstance(table, dict) or set(table) != {"sources", "prices", "ids", "operations"}:
        raise Refused(f"{FILE}: expected sources, prices, ids and operations")
    for name, source in table["sources"].items():
        if not (isinstance(source.get("title"), str) and isinstance(source.get("read"), date)):
            raise Refused(f"{FILE}: the source {name} needs a title and the date it was read")
    for name, entry in table["ids"].items():
        _check_id(name, entry, table)
    for place, facts in table["operations"].items():
        _check_operation(place, facts, table)


def _check_id(name: str, entry: Any, table: Any) -> None:
    if (
        not {"is", "source"} <= entry.keys() <= {"is", "source", "named", "at"}
        or entry["source"] not in table["sources"]
    ):
        raise Refused(f"{FILE}: {name} needs what it `is` and one of the sources, and may have named and at")
    if not re.fullmatch("[A-Z][A-Za-z0-9]*Id", name):
        raise Refused(f"{FILE}: {name} cannot be the name of an id's type")


def _check_operation(place: str, facts: Any, table: Any) -> None:
    if not QUESTIONS.keys() <= facts.keys() <= _KEYS:
        raise Refused(f"{FILE}: {place} needs {', '.join(QUESTIONS)}, and may have care and price")
    if facts.get("price") not in {None, *table["prices"]}:
        raise Refused(f"{FILE}: {place}: prices has no {facts['price']}")
    questions = {question: facts[question] for question in QUESTIONS}
    for question, fact in questions.items():
        if fact.get("is") not in {True, False, "unknown"}:
            raise Refused(f"{FILE}: {place}: {question} is true, false or unknown")
    for name, fact in {**questions, **facts.get("care", {})}.items():
        if not str(fact.get("why") or "").strip() or fact.get("source") not in table["sources"]:
            raise Refused(f"{FILE}: {place}: {name} needs a reason and one of the sources")
