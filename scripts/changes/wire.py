"""Compares what two generated packages send and read: the same calls made by both, the same answers read by both.

Calls and answers are samples of the old contract: every operation, with required and with all arguments, and with
edge values at each place. What differs at one place of one operation is one difference, with the smallest sample that
shows it. The values of a `Difference` are text of the document: quote them where they are shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.changes.samples import smallest, variations, whole
from scripts.contract.documents import read_document
from scripts.contract.values import join
from scripts.files.documents import load, steps
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scripts.changes.reports import Style
    from scripts.contract.schemas import Form

NOTHING: Final = "nothing"
_PROBE: Final = Path(__file__).with_name("probe.py")
_MOST_SECONDS = 240
"""How long both packages may take together, before they are ended."""


@frozen
class Difference:
    """One place where an operation sends or reads something else.

    `place`: a JSON pointer into what was sent (`/method`, `/url`, `/headers/...`, `/body/...`; `/refused` where the new
    client refuses the call) or into the value that was read, whose items are written `*`. `sample`: the smallest one
    that shows it: the arguments of the call by their Python names, or the answer. `old` and `new`: what each package
    has at the place, as JSON or `nothing`.
    """

    operation: str
    place: str
    sample: str
    old: str
    new: str


@frozen
class WireDifference:
    """What two packages send and read differently.

    `sent`: calls that the old one makes. `read`: values of answers. `departures`: places where only one of them finds
    that an answer departs from its contract. `calls` and `answers` count the samples.
    """

    sent: tuple[Difference, ...]
    read: tuple[Difference, ...]
    departures: tuple[Difference, ...]
    calls: int
    answers: int

    def lines(self, style: Style) -> list[str]:
        """Say what differs, a line for each place of an operation, and how much was compared."""
        first = f"{self.calls} calls and {self.answers} answers of the contract before were compared"
        if not (self.sent or self.read or self.departures):
            return [f"{first}; all are sent and read as they were."]
        return [
            f"{first}.",
            *(sent_line(one, style) for one in self.sent),
            *(read_line(one, style) for one in self.read),
            *(_departing(one, style) for one in self.departures),
        ]


@frozen
class _Sample:
    """A call or an answer: its operation, the sample as text, and what the probe is told."""

    operation: str
    text: str
    told: Mapping[str, Any]


def sent_line(one: Difference, style: Style) -> str:
    """Say what becomes of a call that was made before."""
    if one.place == "/refused":
        return f"{style(one.operation)} refuses a call that was sent ({style(one.new)}), such as {style(one.sample)}"
    now, before = style(one.new), style(one.old)
    return f"{style(one.operation)} sends {now} at {style(one.place)}, it was {before}, for {style(one.sample)}"


def read_line(one: Difference, style: Style) -> str:
    """Say what becomes of a value that was read before."""
    return f"{style(one.operation)} reads {style(one.new)} at {style(one.place)}, it was {style(one.old)}"


def _departing(one: Difference, style: Style) -> str:
    change = "departs from the contract now" if one.old == NOTHING else "departs from the contract no longer"
    return f"an answer of {style(one.operation)} {change}: {style('/'.join(steps(one.place)))}"


def compare(old: Path, new: Path) -> WireDifference:
    """Compare two generated packages (folders named `jobmojito_api`).

    Raises:
        Refused: a package cannot be read or imported.
    """
    probes = [_start(package) for package in (old, new)]
    limit = threading.Timer(_MOST_SECONDS, _kill, [probes])
    limit.start()
    try:
        operations = read_document(load(old / "contract.json")).form["operations"]
        known = _answered(probes[0], old)
        _answered(probes[1], new)
        found = {known[key]["name"]: (one, known[key]["arguments"]) for key, one in operations.items() if key in known}
        calls = [call for name, one in found.items() for call in _calls(name, *one)]
        answers = [answer for name, (one, _) in found.items() for answer in _answers(name, one)]
        asked = json.dumps({"calls": [one.told for one in calls], "answers": [one.told for one in answers]})
        for probe in probes:
            _stream(probe.stdin).write(asked + "\n")
            _stream(probe.stdin).flush()
        before, after = (_answered(probe, package) for probe, package in zip(probes, (old, new), strict=True))
    finally:
        limit.cancel()
        _kill(probes)
        for probe in probes:
            probe.communicate()
    sent = [(call, a, b) for call, a, b in zip(calls, before["sent"], after["sent"], strict=True) if "refused" not in a]
    read = [found for found in zip(answers, before["read"], after["read"], strict=True) if all(found[1:])]
    return WireDifference(
        sent=_differences((call, _opened(a), _opened(b)) for call, a, b in sent),
        read=_differences((one, a["value"], b["value"]) for one, a, b in read),
        departures=_differences((one, _departures(a), _departures(b)) for one, a, b in read),
        calls=len(sent),
        answers=len(answers),
    )


def _start(package: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-B", str(_PROBE), str(package.parent)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8")


def _kill(probes: list[subprocess.Popen[str]]) -> None:
    for probe in probes:
        probe.kill()


def _stream(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("started without a pipe")
    return stream


def _answered(probe: subprocess.Popen[str], package: Path) -> Any:
    line = _stream(probe.stdout).readline()
    if not line:
        last = (_stream(probe.stderr).read().strip().splitlines() or [_silent(probe)])[-1]
        raise Refused(f"{package}: the package cannot be called: {last[:300]}")
    return json.loads(line)


def _silent(probe: subprocess.Popen[str]) -> str:
    return f"it took longer than {_MOST_SECONDS} s" if probe.wait() < 0 else "no reason given"


def _calls(name: str, operation: Form, arguments: Mapping[str, str]) -> Iterator[_Sample]:
    """Make the calls of an operation: required arguments, then one change each, then all arguments."""
    types = {arguments[key]: one for key, one in operation["parameters"].items() if key in arguments}
    base = {name: smallest(one["type"]) for name, one in types.items() if one["required"]}
    bodies = {kind: one["type"] for kind, one in operation["bodies"].items()}
    kind, first = next(iter(bodies.items()), ("", None))
    least = {**base, **({"body": smallest(first)} if first and operation["body required"] else {})}
    yield _call(name, kind, least)
    for argument, one in types.items():
        yield from (_call(name, kind, {**least, argument: value}) for value in variations(one["type"]))
    for media, type_ in bodies.items():
        yield from (_call(name, media, {**base, "body": value}) for value in variations(type_))
    full = {argument: whole(one["type"]) for argument, one in types.items()}
    yield _call(name, kind, {**full, **({"body": whole(first)} if first else {})})


def _call(name: str, content_type: str, arguments: Mapping[str, Any]) -> _Sample:
    told = {"operation": name, "content_type": content_type, "arguments": arguments}
    return _Sample(name, _json(arguments), told)


def _answers(name: str, operation: Form) -> Iterator[_Sample]:
    """Make the answers of an operation, of each declared status."""
    for status, answer in operation["answers"].items():
        code = "500" if status == "default" else str(status).upper().replace("X", "0")
        type_ = answer["type"]
        if type_ is None or not code.isdecimal():
            continue
        is_json = not {option["type"] for option in type_["options"]} & {"text", "bytes"}
        for text in map(_json, variations(type_)) if is_json else ["text of an answer"]:
            yield _Sample(f"{name} {status}", text, {"operation": name, "status": int(code), "content": text})


def _opened(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a request with its JSON body as a value, so that the place of a difference can be told."""
    if not request.get("headers", {}).get("content-type", "").startswith("application/json"):
        return request
    body = json.loads(request["body"])
    headers = {name: value for name, value in request["headers"].items() if name != "content-length"}
    return {**request, "headers": headers, "body": body, "bytes": request["body"]}


def _departures(reading: Mapping[str, Any]) -> Mapping[str, str]:
    return dict.fromkeys(reading.get("departures", ()), "departs")


def _differences(results: Iterable[tuple[_Sample, Any, Any]]) -> tuple[Difference, ...]:
    """Collect what differs by operation and place, each with the smallest sample that shows it."""
    found: dict[tuple[str, str], Difference] = {}
    for sample, old, new in results:
        if old == new:
            continue
        for place, before, after in _places(old, new, ""):
            one = Difference(sample.operation, place, sample.text, before, after)
            known = found.get((one.operation, place), one)
            found[one.operation, place] = min(known, one, key=lambda item: (len(item.sample), item.sample))
    return tuple(found[key] for key in sorted(found))


def _places(old: Any, new: Any, at: str) -> Iterator[tuple[str, str, str]]:
    """Yield the places where two values differ, and both values there."""
    if isinstance(new, dict) and "refused" in new and at == "":
        yield "/refused", "sent", str(new["refused"])
    elif isinstance(old, dict) and isinstance(new, dict):
        names = [name for name in {**old, **new} if old.get(name, ...) != new.get(name, ...)]
        for name in names:
            if name == "bytes" and "body" in names:
                continue  # the same difference, as text
            here = join(at, name)
            if name in old and name in new:
                yield from _places(old[name], new[name], here)
            else:
                before, after = (_json(some[name]) if name in some else NOTHING for some in (old, new))
                yield here, before, after
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = (_places(a, b, f"{at}/*") for a, b in zip(old, new, strict=True) if a != b)
        yield from (one for pair in pairs for one in pair)
    else:
        yield at, _json(old), _json(new)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
