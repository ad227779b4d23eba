import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.files import documents
from scripts.files.failures import Refused, exit_code, one_line

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"a": {"b": 1, "b": 2}}', 'the key "b" stands twice in "/a"'),
        (b'{"a/b": [0, {"c": 1, "d": 2, "c": 3}]}', 'the key "c" stands twice in "/a~1b/1"'),
        (b'{"a": "\xff"}', "not valid UTF-8 at byte 7"),
        (b'{"a": NaN}', "NaN is not a JSON value"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON value"),
        (b'{"a": 1e999}', "the number 1e999 is out of range"),
        (b'{"a": "\\ud800"}', 'lone surrogate in a text at "/a"'),
        (b'{"\\udc00": 1}', 'lone surrogate in a text at ""'),
        (b'{"a": 1,\n "b" 2}', "not valid JSON at line 2 column 6"),
        (b"", "not valid JSON at line 1 column 1"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "not valid JSON at line 1 column 1"),
        (b"{} {}", "not valid JSON at line 1 column 4"),
        (b"[1]", "the top level is array, not an object"),
        (b"null", "the top level is null, not an object"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "not acceptable JSON"),
    ],
)
def test_load_refuses_what_is_not_strict_json(tmp_path, content, complaint):
    """Each departure from JSON is refused, naming the file and where in it."""
    path = tmp_path / "contract.json"
    path.write_bytes(content)

    with pytest.raises(Refused) as refusal:
        documents.load(path)

    assert str(refusal.value).startswith(f"{path}: ")
    assert complaint in str(refusal.value)


def test_load_refuses_a_file_that_is_not_there(tmp_path):
    """A missing file is a refusal, not a traceback."""
    with pytest.raises(Refused, match=r"absent\.json: cannot be read"):
        documents.load(tmp_path / "absent.json")


@given(st.dictionaries(TEXTS, JSON))
def test_dump_is_canonical_and_read_back_equal(document):
    """What is written reads back equal, in the same order, and is written the same way again."""
    written = documents.dump(document)
    again = documents.parse(written, name="again")

    assert again == document
    assert list(again) == list(document)
    assert documents.dump(again) == written
    assert written.endswith(b"}\n")


def test_dump_refuses_what_json_cannot_say():
    """A NaN is never written."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        documents.dump({"a": float("nan")})


@given(st.dictionaries(TEXTS, JSON, min_size=1))
def test_pointers_resolve_to_the_place_they_were_made_for(document):
    """A pointer leads back to its place whatever the keys hold."""
    for key, value in document.items():
        assert documents.resolve(document, documents.pointer(key)) == value


def test_resolve_follows_escaped_and_encoded_references():
    """`~1`, `~0` and percent-encoding in a fragment name the key they stand for."""
    document = {"paths": {"/a~b": {"get": [{"it": 1}]}}, "~1": 2}

    assert documents.resolve(document, "#/paths/~1a~0b/get/0/it") == 1
    assert documents.resolve(document, "#/paths/%7E1a~0b/get/0") == {"it": 1}
    assert documents.resolve(document, "#/~01") == 2
    assert documents.resolve(document, "#") == document


@pytest.mark.parametrize("ref", ["#/a/b", "#/c", "#/list/1", "#/list/-1", "#/list/x", "other.json#/a", "https://x/#/a"])
def test_resolve_refuses_a_reference_to_nothing(ref):
    """A reference that leads nowhere, or out of the document, is refused by name."""
    with pytest.raises(Refused) as refusal:
        documents.resolve({"a": 1, "list": [0]}, ref)

    assert ref in str(refusal.value)


@given(st.text())
def test_a_refusal_is_one_printable_line(text):
    """No control, line-breaking or bidirectional character of a document reaches a terminal."""
    assert str(Refused(text)).isprintable()


def test_one_line_keeps_ordinary_text():
    """Only whitespace and what does not print is changed."""
    assert one_line("Žluť\n  \x1b[31mred\u202e") == "Žluť \\x1b[31mred\\u202e"


def test_exit_code_turns_a_refusal_into_a_line(capsys):
    """A script that refuses says so on stderr and exits non-zero."""

    def refuse():
        raise Refused("no such thing")

    assert exit_code("correct", refuse) == 2
    assert capsys.readouterr() == ("", "correct: no such thing\n")
    assert exit_code("correct", lambda: 0) == 0


def test_dump_matches_the_vendored_form():
    """Canonical form is two-space JSON with the characters themselves, not escapes."""
    assert documents.dump({"b": ["é"], "a": {}}) == '{\n  "b": [\n    "é"\n  ],\n  "a": {}\n}\n'.encode()
    assert json.loads(documents.dump({"a": 1})) == {"a": 1}
