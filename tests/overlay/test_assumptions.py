"""What the overlay assumes of the contract holds for the contract in use, and a change that breaks it is named.

When the first test fails, an update has changed something that a helper is built on: each line says where in the
contract (`jobmojito_api/contract.json`), what has changed there, and which operation the helper calls. The helper has
to follow before the update can land.
"""

import re
from pathlib import Path

import pytest

from scripts.corrections.grammar import operations as declared
from tests import baseline
from tests.mutations import at as mutated
from tests.mutations import setting, without
from tests.overlay.assumptions import CALLED, READ, SENT
from tests.overlay.breaches import at, breaches, contract_in_use, holders, operations, steps_of, token

CONTRACT = contract_in_use()
SCHEMAS = "/components/schemas"
MEDIA = "/content/application~1json/schema"


def test_contract_in_use_keeps_every_assumption():
    """No line: all that helpers send is taken, and all that they read is there."""
    found = breaches(CONTRACT)

    assert not found, "\n".join(found)


ROOT = Path(__file__).parents[2]
FOLDERS = ("cli", "codec", "faults", "helpers", "overlay", "sandbox", "typing", "webhooks", "wire")
USERS = ("README.md", "overlay/**/*.md", "overlay/**/*.py", *(f"tests/{folder}/**/*.py" for folder in FOLDERS))


def unknown_operations(names):
    """Say which files of ours name an operation that a contract does not have: docs, examples and tests."""
    files = sorted({path for pattern in USERS for path in ROOT.glob(pattern)})
    known = {operation["operationId"] for _, _, operation in declared(baseline.effective())}
    for name in sorted(known - names):
        users = [str(path.relative_to(ROOT)) for path in files if re.search(rf"\b{name}\b", path.read_text("utf-8"))]
        if users:
            yield f"/paths: there is no operation {name}, which is used in {', '.join(users[:3])} ({len(users)} files)"


def test_operations_that_our_docs_and_tests_use_are_there():
    """An operation that has gone is told with the files to be changed, not by tests that fail one after the other."""
    found = list(unknown_operations({operation["operationId"] for _, _, operation in declared(CONTRACT)}))

    assert not found, "\n".join(found)


def test_an_operation_that_is_gone_is_told_with_its_users():
    """By name, and the first files that have it."""
    names = {operation["operationId"] for _, _, operation in declared(baseline.effective())} - {"list_languages"}
    (line,) = unknown_operations(names)
    told = r"/paths: there is no operation list_languages, which is used in overlay/\S+, tests/\S+, \S+ \(\d+ files\)"

    assert re.fullmatch(told, line)


def changed(document, pointer, value=None):
    """A copy of a contract with another value at a pointer, or (None) without it."""
    *place, name = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    steps = tuple(int(step) if step.isdecimal() and "parameters" in place else step for step in place)
    return mutated(document, steps, without(name) if value is None else setting(name, value))


USED = sorted({(one.operation, steps) for one in (*SENT, *READ) for steps in steps_of(one)})


@pytest.mark.parametrize(("operation", "steps"), USED, ids=lambda one: one if isinstance(one, str) else ".".join(one))
def test_each_property_that_a_helper_uses_is_missed_when_it_is_renamed(operation, steps):
    """A line names it and the operation, and points at a schema that lacks it."""
    document, name = CONTRACT, steps[-1] if steps[-1] != "[]" else steps[-2]
    places = holders(CONTRACT, operation, steps)
    for place in places:
        pointer = f"{place}/properties/{token(name)}"
        document = changed(document, f"{pointer}_renamed", at(document, pointer))
        document = changed(document, pointer)

    found = [line for line in breaches(document) if f"has no {name}," in line and f"with {operation}" in line]

    assert places
    assert found
    assert all(name not in at(document, line.partition(": ")[0]).get("properties", {}) for line in found)


@pytest.mark.parametrize("name", sorted({one.operation for one in CALLED}))
def test_each_operation_that_the_overlay_names_is_missed(name):
    """Gone, or called by another name."""
    place = next(place.pointer for place in operations(CONTRACT) if place.schema["operationId"] == name)

    for document in (changed(CONTRACT, place), changed(CONTRACT, f"{place}/operationId", "another_name")):
        assert f"/paths: there is no operation {name}, which the overlay calls" in breaches(document)


REPORT, ROWS = "/paths/~1job-interview-pdf/post", "/paths/~1job-interview-register-users/post"
BREAKING = {
    "a row needs more": (
        (f"{SCHEMAS}/RegisterUser/required", ["consent"]),
        f"{SCHEMAS}/RegisterUser/required: refuses users/0 as register_users_for_interview is sent: 'consent' is a",
    ),
    "a request needs more": (
        (f"{SCHEMAS}/JobInterviewPdfRequest/required", ["export_type", "locale"]),
        f"{SCHEMAS}/JobInterviewPdfRequest/required: refuses the body as generate_interview_report is sent: 'locale' ",
    ),
    "an option becomes an object": (
        (f"{SCHEMAS}/InviteUsersRequest/properties/force_invite", {"type": "object"}),
        f"{SCHEMAS}/InviteUsersRequest/properties/force_invite/type: refuses force_invite as invite_users is sent: ty",
    ),
    "a form of report goes": (
        (f"{SCHEMAS}/ReportFormat/enum", ["pdf", "json"]),
        f"{SCHEMAS}/ReportFormat/enum: refuses export_type as generate_interview_report is sent: enum ['pdf', 'json']",
    ),
    "a text gets a limit": (
        (f"{SCHEMAS}/PreScreeningResumeTextRequest/properties/candidate_resume/maxLength", 3),
        f"{SCHEMAS}/PreScreeningResumeTextRequest/properties/candidate_resume/maxLength: refuses candidate_resume as",
    ),
    "answers are no list": (
        (f"{SCHEMAS}/JobInterviewRegisterUsersResponse", {"type": "object", "properties": {}}),
        f"{SCHEMAS}/JobInterviewRegisterUsersResponse: has no entries, which the overlay reads with register_users_for",
    ),
    "a result is not a string": (
        (f"{SCHEMAS}/RegisteredUser/properties/result", {"type": "object", "properties": {"code": {}}}),
        f"{SCHEMAS}/RegisteredUser/properties/result: is object, and the overlay reads string with register_users_for_",
    ),
    "a list says otherwise whether it goes on": (
        (f"{SCHEMAS}/Pagination/properties/has_more", {"type": "string"}),
        f"{SCHEMAS}/Pagination/properties/has_more: is string, and the overlay reads boolean with ",
    ),
    "a list counts otherwise": (
        ("/paths/~1merchant-candidate-list/get/parameters/6/name", "page_size"),
        "/paths/~1merchant-candidate-list/get/parameters: has no limit, by which the overlay asks for the pages of",
    ),
    "an error says it otherwise": (
        (f"{SCHEMAS}/Error/properties/error", {"type": "object", "properties": {"text": {"type": "string"}}}),
        f"{SCHEMAS}/Error/properties/error: is object, and the overlay reads string with every 422",
    ),
    "a form goes": (
        (f"{ROWS}/requestBody/content", {"multipart/form-data": {"schema": {}}}),
        f"{ROWS}/requestBody/content: register_users_for_interview takes no application/json, which the overlay sends",
    ),
    "a variant goes": (
        (f"{REPORT}/responses/200{MEDIA}", {"$ref": f"#{SCHEMAS}/JobInterviewPdfPdfExport"}),
        f"{SCHEMAS}/JobInterviewPdfPdfExport: has no html_export, which the overlay reads with generate_interview_",
    ),
}


@pytest.mark.parametrize(("edit", "line"), BREAKING.values(), ids=BREAKING)
def test_a_change_that_breaks_an_assumption_is_told_with_its_place(edit, line):
    """A pointer into the contract, what is there now, and the operation that is called."""
    found = breaches(changed(baseline.effective(), *edit))

    assert any(told.startswith(line) for told in found), found


ADDITIVE = {
    "an optional property": (f"{SCHEMAS}/RegisterUser/properties/phone", {"type": "string"}),
    "a property of an answer": (f"{SCHEMAS}/RegisteredUser/required", ["email", "result", "brand_new"]),
    "fewer required": (f"{SCHEMAS}/PreScreeningResumeTextRequest/required", ["position_id"]),
    "more pages": (f"{SCHEMAS}/Pagination/properties/next_cursor", {"type": "string"}),
    "a wider enum": (f"{SCHEMAS}/ReportFormat/enum", ["pdf", "html", "json", "docx"]),
    "another form of body": (f"{ROWS}/requestBody/content/text~1csv", {"schema": {"type": "string"}}),
    "another answer": (f"{REPORT}/responses/429", {"description": "Slower."}),
    "null beside a text": (f"{SCHEMAS}/RegisteredUser/properties/result", {"type": ["string", "null"]}),
    "another list, which goes on otherwise, and fails otherwise": (
        "/paths/~1new",
        {
            "get": {
                "operationId": "get_new",
                "parameters": [{"name": "cursor", "in": "query", "schema": {"type": "string"}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"properties": {"pagination": {}}}}}},
                    "422": {"content": {"application/json": {"schema": {"properties": {"message": {}}}}}},
                },
            }
        },
    ),
    "another operation": ("/paths/~1new", {"get": {"operationId": "get_new", "responses": {}}}),
}


@pytest.mark.parametrize("edit", ADDITIVE.values(), ids=ADDITIVE)
def test_a_change_that_breaks_nothing_is_not_told(edit):
    """The mirror of the above: what a contract gains is no reason to stop an update."""
    document = baseline.effective()

    assert breaches(changed(document, *edit)) == breaches(document)  # no more than where the table has moved on from it
