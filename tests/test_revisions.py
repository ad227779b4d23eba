"""The corrections follow the document: what applies, follows, is left out or stops, and that a pasted action helps."""

import json
import random
import re

import pytest

from scripts import correct
from scripts.corrections.grammar import copied
from scripts.corrections.overlays import load_overlay
from scripts.corrections.revision import LostPlacesError, revise
from scripts.corrections.sources import rewrite
from tests import baseline
from tests.mutations import drawn

TEXT = baseline.CORRECTIONS.read_text("utf-8")
SCHEMAS = ("components", "schemas")


def rename(document, *steps, to):
    """Give what is at a place another name, at the same position."""
    *holder, name = steps
    for step in holder:
        document = document[step]
    content = {to if key == name else key: value for key, value in document.items()}
    document.clear()
    document.update(content)


def rename_schema(document, name, to):
    """Rename a component, with all references to it."""
    rename(document, *SCHEMAS, name, to=to)
    text = json.dumps(document).replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{to}"')
    document.clear()
    document.update(json.loads(text))


def properties(document, name):
    """Give the properties of a component."""
    return document["components"]["schemas"][name]["properties"]


NORMAL = correct.normalise(baseline.both())


def fit(change, path, text=TEXT):
    """Fit corrections to a changed document: what became of them, and the changed document."""
    path.write_text(text, "utf-8")
    change(new := copied(baseline.both()))
    revision = revise(load_overlay(path), text, NORMAL, correct.normalise(new))
    rewrite(path, revision.changed, revision.renames)
    return revision, new


@pytest.fixture
def path(tmp_path):
    """A corrections file."""
    return tmp_path / "corrections.overlay.yaml"


def test_corrections_that_fit_stay_as_they_are(path):
    """The same document, and one with additions and other wording: no byte changes and nothing is said."""

    def more(document):
        document["paths"]["/more"] = {"get": {"tags": ["Admin"], "responses": {"200": {"description": "Done."}}}}
        properties(document, "Error")["trace"] = {"type": "string", "description": "New."}
        document["paths"]["/persona-create"]["post"]["summary"] = "Reworded"

    for change in (lambda _: None, more):
        revision, _ = fit(change, path)

        assert (revision.changed, revision.notes, path.read_text("utf-8")) == ({}, (), TEXT)


LEFT_OUT = {
    "an operation is gone": (lambda d: d["paths"].pop("/persona-create"), "$.paths['/persona-create'].post"),
    "the first, whose description others share": (
        lambda d: d["paths"].pop("/job-interview-create"),
        "$.paths['/job-interview-create'].post",
    ),
    "the defect is mended": (
        lambda d: properties(d, "JobInterviewPdfRequest").update(
            template={"$ref": "#/components/schemas/ReportTemplate"}
        ),
        "template.allOf",
    ),
    "a property is gone": (lambda d: properties(d, "JobInterviewGetResponse").pop("stage"), "properties.stage"),
    "an enum became text": (
        lambda d: properties(d, "JobInterviewGetResponse")["stage"].pop("enum"),
        "properties.stage",
    ),
    "the guide's operation is gone": (lambda d: d["paths"].pop("/job-interview-get"), "get_interview_definition'"),
}


@pytest.mark.parametrize(("change", "target"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_correction_of_what_is_gone_is_taken_out_of_the_file(path, change, target):
    """It is named in a line, its own lines are gone, and all others are as they were."""
    revision, new = fit(change, path)
    left = path.read_text("utf-8").splitlines()
    assert correct.correct(new, load_overlay(path)).unnamed == {}

    assert target not in path.read_text("utf-8").replace("allOf: the", "")
    assert any(re.search(r"corrections.overlay.yaml, line \d+ ", note) and target in note for note in revision.notes)
    assert [line for line in left if line not in TEXT.splitlines() and "&unnamed" not in line] == []
    assert len(load_overlay(path)["actions"]) == len(baseline.corrections()["actions"]) - len(revision.changed)


def test_fewer_places_are_the_new_number(path):
    """One of ten places is gone, or is free text now: the other nine keep their name."""
    revision, _ = fit(lambda d: properties(d, "PersonaCreateRequest").pop("mojito_language_code"), path)
    (note,) = revision.notes
    differing = [line for line in path.read_text("utf-8").splitlines() if line not in TEXT.splitlines()]

    assert "applies at 9 places, not at 10" in note
    assert (differing, TEXT.count("x-matches: 9")) == (["    x-matches: 9"], 0)

    loosened, _ = fit(
        lambda d: properties(d, "PersonaCreateRequest").update(mojito_language_code={"type": "string"}), path
    )
    assert loosened.changed == {}
    assert "PersonaCreateRequest/properties/mojito_language_code" in loosened.notes[0]


def _both(document):
    rename_schema(document, "PersonaCreateRequest", "PersonaRequest")
    rename(document, "paths", "/persona-create", to="/personas")


FOLLOWED = {
    "a path": (lambda d: rename(d, "paths", "/platform-languages-list", to="/languages-list"), {"/languages-list": 1}),
    "a path of a helper": (lambda d: rename(d, "paths", "/invite-users", to="/users-invite"), {"/users-invite": 1}),
    "a component": (
        lambda d: rename_schema(d, "JobInterviewCreateRequest", "InterviewRequest"),
        {"InterviewRequest": 16},
    ),
    "a path and its component": (_both, {"/personas": 1, "PersonaRequest": 9}),
    "a property": (
        lambda d: rename(d, *SCHEMAS, "JobInterviewGetResponse", "properties", "stage", to="pipeline_stage"),
        {"pipeline_stage": 1},
    ),
}


@pytest.mark.parametrize(("change", "names"), FOLLOWED.values(), ids=FOLLOWED)
def test_what_is_only_renamed_keeps_its_corrections(path, change, names):
    """Targets follow to the new name, operations and types keep theirs, and the other lines stay."""
    before = correct.correct(baseline.both(), baseline.corrections())
    revision, new = fit(change, path)
    after = correct.correct(new, load_overlay(path))

    assert {name: sum(name in line for line in revision.notes) for name in names} == dict.fromkeys(names, 1)
    assert {name: path.read_text("utf-8").count(name) - TEXT.count(name) for name in names} == names
    assert path.read_text("utf-8").count("\n") == TEXT.count("\n")
    assert after.unnamed == {}
    assert operation_ids(after) == operation_ids(before)


def operation_ids(effective):
    """List the names of all operations."""
    return sorted(re.findall(r'"operationId": "(\w+)"', json.dumps(effective.document)))


def _other_tag(document):
    next(tag for tag in document["tags"] if tag["name"] == "Coaching catalogue")["name"] = "Library"


def _path_and_content(document):
    rename(document, "paths", "/invite-users", to="/users-invite")
    content = document["paths"]["/users-invite"]["post"]
    content["parameters"] = [{"name": "dry_run", "in": "query", "schema": {"type": "boolean"}}]


def _own_post(document):
    document["paths"]["/job-interview-get"]["post"] = {
        "tags": ["Interviews"],
        "responses": {"200": {"description": "T."}},
    }


STOPS = {
    "a tag has another name": (_other_tag, "/tags has no Coaching catalogue any more"),
    "a path has another name and content": (_path_and_content, "/paths has no /invite-users any more"),
    "a plain property has another name": (
        lambda d: rename(d, *SCHEMAS, "KnowledgeBaseDocumentUploadJson", "properties", "file", to="document"),
        "/KnowledgeBaseDocumentUploadJson/properties has no file any more",
    ),
    "the guide's operation is published": (_own_post, "/paths/~1job-interview-get is there, but is not"),
}


@pytest.mark.parametrize(("change", "words"), STOPS.values(), ids=STOPS)
def test_what_would_be_lost_stops_and_what_it_says_to_paste_lands_it(path, change, words):
    """The line in the file is named, with an action that goes in its place; so does deleting it."""
    with pytest.raises(LostPlacesError, match=re.escape(words)) as stopped:
        fit(change, path)
    (detail,) = stopped.value.details
    line = int(re.search(r"corrections.overlay.yaml, line (\d+) ", detail)[1])
    pasted = detail[detail.index("\n  - ") + 1 :]
    (index,) = (i for i, action in enumerate(load_overlay(path)["actions"]) if action["x-line"] == line)

    assert path.read_text("utf-8") == TEXT
    for put in (f"{pasted}\n", ""):
        edited = _with(TEXT, index, put)
        revision, new = fit(change, path, edited)
        assert (revision.changed, path.read_text("utf-8")) == ({}, edited)
        assert correct.correct(new, load_overlay(path)).document["paths"]


def _with(text, index, put):
    """Put lines in the place of an action."""
    starts = [action["x-line"] - 1 for action in load_overlay(baseline.CORRECTIONS)["actions"]]
    lines = text.splitlines(keepends=True)
    end = starts[index + 1]
    while re.fullmatch(r"\s*(#.*)?", lines[end - 1].rstrip("\n")):
        end -= 1
    return "".join([*lines[: starts[index]], put, *lines[end:]])


def test_all_that_stops_is_told_at_once(path):
    """A line for each, and how many they are."""

    def change(document):
        _other_tag(document)
        _path_and_content(document)

    with pytest.raises(LostPlacesError, match="lost their place in the document: 2; ") as stopped:
        fit(change, path)

    assert len(stopped.value.details) == 2
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize(
    ("target", "words"),
    [("$.paths['/no-such-path'].get", "no such place in either document"), ("$.paths[", "not a usable JSONPath")],
)
def test_a_target_that_never_fitted_stops(path, target, words):
    """A slip of a maintainer's is no place that has gone."""
    text = TEXT.replace("$.paths['/persona-create'].post", target)

    with pytest.raises(LostPlacesError, match=words):
        fit(lambda _: None, path, text)


def test_a_correction_that_changes_what_is_valid_is_never_cut_down(path):
    """Fewer places stop it: what else it was about may have another name."""
    text = TEXT.replace("x-matches: 10\n", "x-matches: 10\n    x-changes-meaning: true\n", 1)

    with pytest.raises(LostPlacesError, match="changes what is valid, at 9 places now instead of 10"):
        fit(lambda d: properties(d, "PersonaCreateRequest").pop("mojito_language_code"), path, text)


@pytest.mark.parametrize("name", ["/y'].get || $.x['", '/y"', "/y\n", "/y*"])
def test_a_hostile_name_never_gets_into_the_file(path, name):
    """Only plain names are followed or offered: an operation with another one counts as gone."""
    revision, _ = fit(lambda document: rename(document, "paths", "/persona-create", to=name), path)

    assert list(revision.changed.values()) == [None]
    assert name not in path.read_text("utf-8")


@pytest.mark.parametrize("seed", drawn(range(15), 5))
def test_any_loss_goes_through(path, seed):
    """Operations, components' properties and enums taken out at random: the rest of the corrections still fits."""
    draw = random.Random(seed)

    def change(document):
        for name in draw.sample(sorted(document["paths"]), 3):
            del document["paths"][name]
        for name in draw.sample(sorted(document["components"]["schemas"]), 6):
            inner = document["components"]["schemas"][name].get("properties", {})
            for one in draw.sample(sorted(inner), min(2, len(inner))):
                inner[one] = {"type": "string"}
                if draw.random() < 1 / 2:
                    del inner[one]

    revision, new = fit(change, path)

    assert None in revision.changed.values()
    assert correct.correct(new, load_overlay(path)).unnamed == {}
