"""What an Observer finds becomes corrections: strict mode takes the same answers then, and nothing else changes."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx

import jobmojito
from jobmojito import JobMojito
from jobmojito.conformance import Observer, departed
from jobmojito.conformance.__main__ import main
from jobmojito.conformance.proposals import Evidence, as_overlay, propose
from jobmojito.conformance.reports import evidence
from jobmojito.conformance.store import Seen, Store
from jobmojito.sandbox import Fault
from jobmojito_api.codec import table_of
from jobmojito_api.resources import OPERATIONS, operation
from scripts.changes.contracts import compare
from scripts.changes.samples import whole
from scripts.contract.documents import read_document
from scripts.correct import effective
from scripts.corrections.overlays import load_overlay
from scripts.files.documents import load
from scripts.files.published import published
from scripts.generate import build

from .conftest import TRUST
from .current_contract import judge, sandbox, scene, teller  # noqa: F401 - fixtures
from .test_through_client import arguments_for, method

ROOT = Path(__file__).resolve().parents[2]
WAYS = 40
# Reads answers with a client of the proposed contract, in strict mode.
STRICT = """
import json, sys, httpx
from jobmojito import JobMojito
from jobmojito_api.codec import read
from jobmojito_api.resources import operation
transport = httpx.MockTransport(lambda request: httpx.Response(status, content=json.dumps(answer)))
jm = JobMojito("t", base_url="http://localhost", transport=transport, strict=True)
for line in sys.stdin:
    name, status, answer = json.loads(line)
    one = operation(name)
    arguments = {p.attribute: "5a6d9c1e-0b1f-4c53-9d55-0c2f6a1e7b10" for p in one.parameters if p.required}
    if status >= 300 or one.bodies or "date" in " ".join(arguments):
        print("\\n".join(map(str, one.call({}).read(status, json.dumps(answer).encode()).departures)), end="")
    else:
        jm._session(one.call(arguments))
"""


def corrected(overlay, folder):
    """Build the client of this contract with more corrections; gives the package."""
    more = folder / "more.yaml"
    more.write_text(overlay)
    actions = load_overlay(ROOT / "openapi/corrections.overlay.yaml")
    actions["actions"] += load_overlay(more)["actions"]
    package = folder / "jobmojito_api"
    build(effective(published(ROOT), actions), package)
    return package


def strict(package, answers):
    """Read answers with the client of a package, in strict mode; what it says of them."""
    lines = "\n".join(json.dumps(answer) for answer in answers)
    folders = (package.parent, Path(jobmojito.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-c", STRICT]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, env=environment)
    return done.stdout + done.stderr[-2000:]


class Recorder:
    """A client of the sandbox whose answers are kept."""

    def __init__(self, sandbox, token, observer):  # noqa: F811 - a fixture
        self.sandbox, self.answers = sandbox, []
        self.own = httpx.Client(verify=TRUST, event_hooks={"response": [self._keep]})
        self.jm = JobMojito(token, base_url=sandbox.base_url, http_client=self.own, observe=observer)
        self.quiet = JobMojito(token, base_url=sandbox.base_url, http_client=self.own)

    def _keep(self, response):
        response.read()
        self.answers.append(response)

    def distorted(self, jm, name, arguments, fault):
        """Call an operation while the sandbox has a fault."""
        self.sandbox.faults.clear()
        self.sandbox.faults.add(fault)
        try:
            return jm.detailed(method(jm, name), **arguments)
        finally:
            self.sandbox.faults.clear()


def ways(recorder, scene):  # noqa: F811 - a fixture
    """Faults of one property each that departs in one way, of reading operations: null, missing, type, value."""
    document, found = published(ROOT), []
    for name in OPERATIONS:
        if operation(name).method != "GET":
            continue
        arguments = arguments_for(name, scene)
        properties = _names(method(recorder.quiet, name)(**arguments))
        for kind in ("nulls", "missing_fields", "wrong_types", "unknown_enum"):
            faults = [Fault(operation=name, **{kind: one}) for one in properties[::2]]
            if (first := next(_ways(recorder, document, arguments, faults), None)) is not None:
                last = next(_ways(recorder, document, arguments, faults[::-1]))
                found += [first] if first == last else [first, last]
    return found[:: len(found) // WAYS][:WAYS]


def _ways(recorder, document, arguments, faults):
    """The faults after which an answer departs in one way, and one that can be corrected."""
    for fault in faults:
        name = fault.operation
        detailed = recorder.distorted(recorder.quiet, name, arguments, fault)
        made = list({*departed(operation(name).call({}), 200, detailed.departures, detailed.value)})
        if len(made) == 1 and not propose(document, [Evidence(made[0], Seen(1, "", ""), 1)]).left:
            yield name, arguments, fault, made[0]


def _names(value):
    """The JSON names of all properties in an answer, the outer ones first."""
    names, values = {}, [value]
    for one in values:
        if isinstance(one, list):
            values += one[:1]
        elif hasattr(one, "additional_properties"):
            names |= dict.fromkeys(field.name for field in table_of(one).fields)
            values += vars(one).values()
    return list(names)


def test_forty_ways_become_forty_corrections(sandbox, http, scene, tmp_path, capsys):  # noqa: F811 - fixtures
    """A sandbox departs in known ways: the overlay answers these and no other, and strict mode takes its answers."""
    file = tmp_path / "conformance.db"
    observer = Observer(file)
    recorder = Recorder(sandbox, http.headers["Authorization"].removeprefix("Bearer "), observer)
    with recorder.own:
        known = ways(recorder, scene)
        assert len(known) == WAYS

        recorder.answers.clear()
        for name, arguments, fault, _ in known:
            recorder.distorted(recorder.jm, name, arguments, fault)
    observer.flush()
    answers = [(name, 200, answer.json()) for (name, *_), answer in zip(known, recorder.answers, strict=True)]
    found, count = evidence(Store(file))
    assert {one.departed for one in found} == {one for *_, one in known}
    assert (count, sum(one.seen.count for one in found)) == (WAYS, WAYS)

    command = ["propose", str(file), "--document", str(ROOT / "openapi/jobmojito.openapi.json")]
    assert main([*command, "--output", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("left to a person: 0\n")
    package = corrected((tmp_path / "conformance.overlay.yaml").read_text(), tmp_path)
    assert strict(package, answers) == ""
    before = ROOT / "generated/jobmojito_api"
    assert strict(before, answers) != ""

    changes = compare(load(before / "contract.json"), load(package / "contract.json")).changes
    # One change each of what is received; where requests share a component, of what is sent too.
    assert len({(one.rule, one.new) for one in changes if one.rule.startswith("response")}) == WAYS
    proposed = propose(published(ROOT), found).proposed
    assert sorted(one.departed for each in proposed for one in each.evidence) == sorted(one for *_, one in known)
    report = (tmp_path / "conformance.md").read_text()
    assert all(json.dumps(one.actions[-1]["target"]) in report for one in proposed)


CHANGES = (
    lambda _: None,
    lambda value: "new_word" if isinstance(value, str) else value,
    lambda value: {str: 7, bool: "yes", int: "1", float: "1", list: {"a": 1}}.get(type(value), [1]),
    None,  # left out
)


def test_every_place_of_every_answer_can_be_corrected(tmp_path):
    """Four departures at each place of a whole answer of each operation, one at a time; those left have a reason."""
    form = read_document(load(ROOT / "generated/jobmojito_api/contract.json")).form["operations"]
    seen = {}
    for name in OPERATIONS:
        call = operation(name).call({})
        for status, answer in form[f"{call.method} {call.path}"]["answers"].items():
            if answer["type"] is None or {option["type"] for option in answer["type"]["options"]} & {"text", "bytes"}:
                continue
            for value in (one for change in CHANGES for one in _changed(whole(answer["type"]), change)):
                reading = call.read(int(status), json.dumps(value).encode())
                for one in departed(call, int(status), reading.departures, reading.value):
                    seen.setdefault(one, (name, int(status), value))
    found = [Evidence(one, Seen(1, "2026-11-27", "2026-11-27"), 1) for one in seen]

    proposals = propose(published(ROOT), found)
    package = corrected(as_overlay(proposals, "All"), tmp_path)
    left = {one.departed for one, _ in proposals.left}
    assert strict(package, [answer for one, answer in seen.items() if one not in left]) == ""
    assert len(found) > 200
    assert len(left) < len(found) / 10
    assert {reason for _, reason in proposals.left} <= {
        "an unknown value that is not a plain word",
        "a value that is not a string, where the document lists strings",
        "another type where the document describes an object in place, and not as a component",
        "the operation is one of the corrections, not of this document",
        "the schema of this document has no type here",
    }


def _changed(value, change):
    """Every copy of a value with one place changed, or left out."""

    def places(part, path=()):
        yield path
        entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for step, inner in entries:
            yield from places(inner, (*path, step))

    for place in places(value):
        root = {"": copy.deepcopy(value)}
        holder, last = root, ""
        for step in place:
            holder, last = holder[last], step
        if change is not None:
            holder[last] = change(holder[last])
        elif isinstance(last, str) and place:
            del holder[last]
        yield root[""]
