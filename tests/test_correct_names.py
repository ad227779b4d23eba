import pytest

from scripts import correct
from scripts.correct import effective
from scripts.files import documents
from scripts.files.failures import Refused

OVERLAY = """
overlay: 1.0.0
info: {title: t, version: 1.0.0}
actions:
  - {target: "$.paths['/a'].get", description: d, x-matches: 1, update: {operationId: get_a}}
  - {target: $.components.schemas.A.properties.p, description: d, x-matches: 1, update: {title: Size}}
"""


def document(paths=("/a",), **properties):
    """Make a document with a GET for each path, and component A of these properties."""
    schema = {"type": "object", "properties": properties or {"p": {"type": "string", "nullable": True, "enum": ["s"]}}}
    items = {path: {"get": {"responses": {}}} for path in paths}
    return {"openapi": "3.1.0", "paths": items, "components": {"schemas": {"A": schema}}}


@pytest.fixture
def overlay(tmp_path):
    """Give the corrections above, as read from a file."""
    (tmp_path / "overlay.yaml").write_text(OVERLAY)
    return correct.load_overlay(tmp_path / "overlay.yaml")


def test_effective_is_the_steps_in_order(overlay):
    """A nullable enum is normalised, titled, and lifted, and the operation has its name."""
    result = effective(document(), overlay)

    assert result["paths"]["/a"]["get"]["operationId"] == "get_a"
    assert result["components"]["schemas"]["A"]["properties"]["p"] == {
        "anyOf": [{"$ref": "#/components/schemas/Size"}, {"type": "null"}]
    }
    assert result["components"]["schemas"]["Size"] == {"type": "string", "enum": ["s"]}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/job-interview-archive", "archive_job_interview"),
        ("/merchant-result-list", "list_merchant_results"),
        ("/category-list", "list_categories"),
        ("/list", "get_list"),
        ("/job-interview", "get_job_interview"),
        ("/jobs/{job_id}/results", "get_jobs_job_id_results"),
        ("/jobInterview", "get_job_interview"),
        ("/a.b_c", "get_a_b_c"),
        ("/2fa", "get_2fa"),
        ("/", "get"),
    ],
)
def test_an_unnamed_operation_gets_its_method_and_path(overlay, path, name):
    """A new operation needs no correction to be generated; the name is reported, the named ones are not."""
    published = document(["/a", path])

    assert effective(published, overlay)["paths"][path]["get"]["operationId"] == name
    assert correct.correct(published, overlay).unnamed == {f"GET {path}": name}


def test_a_published_name_is_kept(overlay):
    """An operationId of the vendor's own is nobody's to change, and nothing to report."""
    published = document(["/a", "/b"])
    published["paths"]["/b"]["get"]["operationId"] = "theirName"
    corrected = correct.correct(published, overlay)

    assert corrected.document["paths"]["/b"]["get"]["operationId"] == "theirName"
    assert corrected.unnamed == {}


def test_a_published_name_that_meets_a_correction_is_refused(overlay):
    """`getA` and `get_a` are one method."""
    published = document(["/a", "/b"])
    published["paths"]["/b"]["get"]["operationId"] = "getA"

    with pytest.raises(Refused, match=r"/paths/~1b/get meets 'get_a' \(/paths/~1a/get\): 'getA' would be the function"):
        effective(published, overlay)


@pytest.mark.parametrize("schema", [{"type": "string"}, {"$ref": "#/components/schemas/A"}, {"type": "array"}])
def test_a_title_that_names_nothing_any_more_is_refused(overlay, schema):
    """A correction of a place that is no enum and no object any more names the action and the pointer."""
    with pytest.raises(Refused) as refusal:
        effective(document(p=schema), overlay)

    assert "action 2, line 6 ($.components.schemas.A.properties.p)" in str(refusal.value)
    assert "nothing to name Size at /components/schemas/A/properties/p" in str(refusal.value)


def test_a_published_title_on_a_text_is_no_correction(overlay):
    """The vendor may title what it likes."""
    titled = {"type": "string", "title": "Name"}
    published = document(p={"enum": ["s"]}, q=titled)

    assert effective(published, overlay)["components"]["schemas"]["A"]["properties"]["q"] == titled


def test_a_reference_to_nothing_is_refused(overlay):
    """A dangling reference names the place it stands at and what it asks for."""
    published = document(p={"enum": ["s"]}, q={"type": "array", "items": {"$ref": "#/components/schemas/B"}})

    with pytest.raises(Refused) as refusal:
        effective(published, overlay)

    told = "/components/schemas/A/properties/q/items/$ref points nowhere: '#/components/schemas/B'"
    assert str(refusal.value) == told


def test_schemas_that_double_are_refused(overlay):
    """What could not be written out is told before anything is made of it, wherever the document comes from."""
    published = document()
    for number in range(40):
        reference = {"$ref": f"#/components/schemas/S{number + 1}"}
        published["components"]["schemas"][f"S{number}"] = {"allOf": [reference, reference]}
    published["components"]["schemas"]["S40"] = {"type": "object"}

    with pytest.raises(Refused, match="is more than 250000 values with its references written out"):
        effective(published, overlay)


@pytest.fixture
def files(tmp_path):
    """Write a small document and its overlay; give the arguments that name them."""
    published, overlay = tmp_path / "published.json", tmp_path / "overlay.yaml"
    published.write_bytes(documents.dump(document(["/a", "/b"])))
    overlay.write_text(OVERLAY)
    return ["--published", str(published), "--overlay", str(overlay)]


def test_main_writes_the_effective_document(files, tmp_path, capsysbinary):
    """To stdout or to a file the bytes are the same, and the counts go to stderr."""
    assert correct.main([*files, "--output", str(tmp_path / "out.json")]) == 0
    capsysbinary.readouterr()
    assert correct.main(files) == 0
    out, err = capsysbinary.readouterr()

    assert out == (tmp_path / "out.json").read_bytes()
    assert documents.load(tmp_path / "out.json")["paths"]["/b"]["get"]["operationId"] == "get_b"
    assert err.decode().splitlines() == [
        "nullability: 1 places rewritten",
        "corrections: 2 actions at 2 places",
        "types: 2 components, 1 of them published as such",
        "operations: 2",
        "warning: GET /b has no name in the corrections, called get_b",
    ]


def test_main_checks_without_writing(files, capsys):
    """`--check` reports and leaves stdout empty."""
    assert correct.main([*files, "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_main_refuses_in_one_line(files, tmp_path, capsys):
    """A document that the corrections do not fit: one line, non-zero exit, nothing written."""
    (tmp_path / "published.json").write_bytes(documents.dump(document(["/b"])))
    target = tmp_path / "out.json"

    assert correct.main([*files, "--output", str(target)]) != 0
    assert capsys.readouterr().err == (
        "correct: action 1, line 5 ($.paths['/a'].get): expected 1 place, found 0; "
        "the document has it only as far as /paths\n"
    )
    assert not target.exists()


def test_main_refuses_an_unwritable_target(files, tmp_path, capsys):
    """A folder that is not there is a refusal, not a traceback."""
    assert correct.main([*files, "--output", str(tmp_path / "no" / "out.json")]) != 0
    assert "cannot be written" in capsys.readouterr().err
