"""What an update tells people of itself: the version and the names they write, within the room that there is."""

import json
import re
from datetime import date

import pytest

from scripts.changes.contracts import compare
from scripts.changes.impact import Effect, Impact
from scripts.changes.reports import code, condensed
from scripts.changes.rules import Grade
from scripts.changes.surfaces import Name
from scripts.notices import MOST_MARKDOWN, Notice
from tests.changes.cases import document, put

TYPED = Name("field", "models.Thing.size", "int")
IMPACT = Impact(
    appeared=(
        Effect(None, Name("resource", "things", "nothing"), Grade.ADDITIVE),
        Effect(None, Name("method", "things.make", "Thing"), Grade.ADDITIVE),
        Effect(None, Name("parameter", "things.make(body)", "Thing"), Grade.ADDITIVE),
        Effect(None, Name("operation", "api.things.make", "Thing"), Grade.ADDITIVE),
        Effect(None, Name("model", "models.Box", "nothing"), Grade.ADDITIVE),
        Effect(None, Name("field", "models.Box.width", "int"), Grade.ADDITIVE),
        Effect(None, Name("enum member", "models.Colour.RED", "red"), Grade.ADDITIVE),
    ),
    changed=(Effect(TYPED, Name("field", "models.Thing.size", "str"), Grade.POTENTIALLY_BREAKING),),
    vanished=(Effect(Name("type alias", "models.Either", "A | B"), None, Grade.BREAKING),),
)
SAID = [
    "New resources: `things`.",
    "New operations: `things.make`.",
    "New models: `Box`.",
    "New enum members: `Colour.RED`.",
    "Fields that changed: `Thing.size`.",
    "Models that are gone: `Either`.",
]


def notice(impact=IMPACT, unnamed=(), **edits):
    """The notice of an update with an effect on names."""
    report = compare(document(), document(edits or {"/paths/~1more": {"get": {"responses": {}}}}))
    return Notice((report,), impact, previous="0.1.0", unnamed=dict(unnamed))


def test_a_pull_request_begins_with_what_people_have_to_do():
    """The verdict and the version in one line, then what users must do; changes and names are folded."""
    before, folded = notice().markdown.split("<details>", 1)
    shown = [line for line in before.splitlines() if line]

    assert shown[:3] == [
        "**Breaking**: the version becomes `0.2.0`, it was `0.1.0`.",
        "### What users have to do",
        "- Models that are gone: `Either`.",
    ]
    assert "- `GET /more` is new (`operation-added`)" in folded
    assert [line for line in SAID if f"- {line}" not in folded] == []
    assert folded.count("<details>") + 1 == folded.count("</details>")


def test_what_users_have_to_do_is_at_most_ten_lines_with_types_before_and_after():
    """Each change that may need another line of code, its operations, and the Python types; the rest is below."""
    one = {"type": "object", "properties": {"size": {"type": "integer"}}}
    old, new = (
        document({f"/components/schemas/{name}": part for name, part in parts.items()})
        for parts in ({"Thing": one}, {"Thing": {**one, "properties": {"size": {"type": "string"}}}})
    )
    place = "/paths/~1things/post/responses/200/content/application~1json/schema"
    for made in (old, new):
        put(made, place, {"$ref": "#/components/schemas/Thing"})
    many = [Effect(Name("model", f"models.Gone{index}", "nothing"), None, Grade.BREAKING) for index in range(3)]
    report = compare(old, new)
    lines = Notice((report,), Impact(changed=IMPACT.changed, vanished=tuple(many)), "1.2.3").markdown.splitlines()

    assert (
        "- type of `Thing.size` changed from `integer` to `string`, received from `POST /things` (`int` becomes `str`)"
        in lines
    )
    assert "- Models that are gone: `Gone0`, `Gone1`, `Gone2`." in lines

    edits = {f"/paths/~1gone{index}": {"get": {"responses": {}}} for index in range(30)}
    report = compare(document(edits), document())
    told = Notice((report,), Impact(), "1.2.3").markdown.partition("<details>")[0].splitlines()
    assert [line for line in told if line.startswith("- ")][9] == "- 21 more are below."
    assert len([line for line in told if line.startswith("- ")]) == 10


def test_alike_changes_are_one_line():
    """New properties of one answer, and one value gone from the same enum in several requests."""
    names = ["a", "b", "c"]
    thing = "/paths/~1things/post/responses/200/content/application~1json/schema"
    old, new = (
        document({thing: {"title": "T", "type": "object"}}),
        document({thing: {"title": "T", "type": "object", "properties": {name: {"type": "string"} for name in names}}}),
    )
    (line,) = condensed(compare(old, new), code)

    assert re.fullmatch(r"3 properties of `.*` are new: `a`, `b`, `c`, received from `POST /things`", line.text)


def test_terminal_and_log_say_the_same_of_names():
    """The terminal and CHANGELOG.md name what the pull request names; what breaks code is marked in the log."""
    told, log = notice().text.replace("'", "`"), notice().entry(date(2026, 3, 9))

    assert [line for line in SAID if f"- {line}" not in told] == []
    assert [line for line in SAID[:-1] if f"- {line}" not in log] == []
    assert f"- **Breaking:** {SAID[-1]}" in log


def test_a_name_that_breaks_code_stands_apart():
    """An enum member with another value is marked, and not hidden among harmless changes."""
    before, after = (Name("enum member", "models.Colour.BLUE", value) for value in ("blue", "bleu"))
    breaking = Effect(before, after, Grade.BREAKING)
    log = notice(Impact(changed=(*IMPACT.changed, breaking))).entry(date(2026, 3, 9))

    assert "- **Breaking:** Enum members that changed: `Colour.BLUE`.\n- Fields that changed: `Thing.size`.\n" in log


def test_json_has_every_name():
    """Programs get each effect with its kind, its grade and its type before and after."""
    rows = json.loads(notice().json)["names"]

    assert len(rows) == len(IMPACT.effects)
    assert {"name": "models.Either", "kind": "type alias", "grade": "breaking", "old": "A | B", "new": None} in rows


def test_no_name_is_said_too():
    """An update that users don't notice says so, and that the version stays."""
    quiet = Notice((), Impact(), previous="1.2.3")

    assert quiet.markdown.startswith("**Documentation**: the version stays `1.2.3`.\n")
    assert "- Nothing; calls and code go on working.\n" in quiet.markdown
    assert "- The version stays '1.2.3'.\n- No generated name appears, changes or vanishes.\n" in quiet.text


@pytest.mark.parametrize("length", [10, 90])
def test_a_pull_request_has_room_for_everything(length):
    """However many names, operations and changes there are, the text fits and says what it leaves out."""
    names = [Name("field", f"models.Thing.{index:04}{'x' * length}", "int") for index in range(2_000)]
    appeared = tuple(Effect(None, name, Grade.ADDITIVE) for name in names)
    unnamed = [(f"GET /{name.written}", name.written) for name in names]
    edits = {f"/paths/~1{name.written}": {"get": {"responses": {}}} for name in names}
    text = notice(Impact(appeared, (), ()), unnamed, **edits).markdown

    assert MOST_MARKDOWN // 2 < len(text) <= MOST_MARKDOWN
    assert re.search(r"New fields: .* and 19\d\d more\.", text)
    assert "- 1990 more are below.\n" in text
    assert "- 1970 more are in the JSON form.\n" in text
    assert re.search(r"\d+ more lines do not fit here", text)
