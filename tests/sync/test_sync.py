import difflib
import json

import pytest

from scripts import sync
from scripts.files import documents
from tests.checkouts import looks

CONTRACT = "openapi/jobmojito.openapi.json"
WEBHOOKS = "openapi/webhooks.openapi.json"


@pytest.fixture
def changed(published):
    """The vendored document with one more operation and one more property."""
    published["paths"]["/brand-new"] = {"get": {"tags": ["Admin"], "responses": {"200": {"description": "Well."}}}}
    published["components"]["schemas"]["Error"]["properties"]["hint"] = {"type": "string"}
    return published


@pytest.fixture
def file(tmp_path_factory):
    """Write a document to a file of its own and give the path."""
    return lambda document: _written(tmp_path_factory.mktemp("incoming") / "new.json", document)


def _written(path, document):
    path.write_text(document if isinstance(document, str) else json.dumps(document, ensure_ascii=True))
    return str(path)


def test_a_changed_document_replaces_the_vendored_one(repository, changed, file, capsys):
    """The file is written in canonical form, and the changelog says by grade what is new."""
    assert sync.main(["--file", file(changed)], root=repository) == 0
    told = capsys.readouterr().out

    assert (repository / CONTRACT).read_bytes() == documents.dump(changed)
    assert "ADDITIVE" in told
    assert "GET /brand-new" in told
    assert sorted(p.name for p in (repository / "openapi").iterdir()) == [CONTRACT[8:], WEBHOOKS[8:]]


def test_the_same_document_touches_nothing(repository, published, file, capsys):
    """Another layout of the same document is the same document: no file is written."""
    before = looks(repository)

    assert sync.main(["--file", file(published)], root=repository) == 0
    assert looks(repository) == before
    assert "no change" in capsys.readouterr().err


def test_a_byte_order_mark_changes_nothing(repository, tmp_path):
    """Some editors and servers put one before the document."""
    path = tmp_path / "marked.json"
    path.write_bytes(b"\xef\xbb\xbf" + (repository / CONTRACT).read_bytes())

    assert sync.main(["--check", "--file", str(path)], root=repository) == 0


def test_a_server_that_fails_once_costs_no_sync(repository, changed, vendor):
    """One 502 is asked again, and the second answer is taken."""
    vendor.failing = [(502, {})]

    assert sync.main(["--url", vendor.publish("/openapi", documents.dump(changed))], root=repository) == 0
    assert len(vendor.asked) == 2


def turned(value):
    """The same document with the members of every object in another order."""
    if isinstance(value, list):
        return [turned(one) for one in value]
    return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def test_a_document_whose_members_are_in_another_order_is_the_same(repository, published, file):
    """JSON objects have no order, so nothing is written and nothing is said to be new."""
    before = looks(repository)

    assert sync.main(["--file", file(turned(published)), "--check"], root=repository) == 0
    assert sync.main(["--file", file(turned(published))], root=repository) == 0
    assert looks(repository) == before


def test_a_change_in_another_order_touches_the_lines_that_changed_alone(repository, changed, file):
    """What the vendored document has keeps its place, so that a person can read the difference of the files."""
    before = (repository / CONTRACT).read_text().splitlines()

    assert sync.main(["--file", file(turned(changed))], root=repository) == 0

    after = (repository / CONTRACT).read_text().splitlines()
    assert documents.load(repository / CONTRACT) == changed
    assert [line for line in difflib.ndiff(before, after) if line[:2] == "- "] == []


def test_check_tells_same_changed_and_unknown_apart(repository, published, changed, file):
    """--check exits with 0, 1 and 2, and writes in no case."""
    before = looks(repository)
    codes = [
        sync.main(["--check", "--file", path], root=repository)
        for path in (str(repository / CONTRACT), file(changed), "/nowhere.json")
    ]

    assert codes == [0, 1, 2]
    assert looks(repository) == before


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("<html>down for maintenance</html>", "not valid JSON at line 1"),
        ('{"a":' * 5_000 + "1" + "}" * 5_000, "nested too deeply"),
        ('{"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {}}', "/openapi is not 3.1"),
        ("{}", "/openapi is not 3.1"),
    ],
)
def test_what_is_no_openapi_document_is_refused(repository, file, capsys, document, reason):
    """A refused document leaves everything as it was and one line that says why."""
    before = looks(repository)

    assert sync.main(["--file", file(document)], root=repository) == 2
    assert looks(repository) == before
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if reason in line] == told


def test_a_new_host_needs_a_persons_word(repository, published, file, capsys):
    """Another server host is refused with the option that accepts it, and taken with that option."""
    published["servers"][0]["url"] = "https://api.example.com/v2"

    assert sync.main(["--file", file(published)], root=repository) == 2
    assert "/servers/0/url" in (told := capsys.readouterr().err)
    assert "--accept-host api.example.com" in told
    assert sync.main(["--file", file(published), "--accept-host", "API.example.com"], root=repository) == 0


def test_a_url_is_fetched_and_webhooks_are_left_alone(repository, changed, vendor):
    """Who names an address for the contract gets the contract alone."""
    url = vendor.publish("/openapi", documents.dump(changed))

    assert sync.main(["--url", url], root=repository) == 0
    assert (repository / CONTRACT).read_bytes() == documents.dump(changed)
    assert [path for path, _ in vendor.asked] == ["/openapi"]


def test_the_environment_names_another_address(repository, changed, vendor, monkeypatch):
    """JOBMOJITO_OPENAPI_URL takes the place of the vendor's address, an argument the place of both."""
    monkeypatch.setenv("JOBMOJITO_OPENAPI_URL", vendor.publish("/other", documents.dump(changed)))

    assert sync.main(["--check"], root=repository) == 1
    assert sync.main(["--check", "--file", str(repository / CONTRACT)], root=repository) == 0
    assert [path for path, _ in vendor.asked] == ["/other"]


def test_without_a_source_both_published_documents_are_fetched(repository, monkeypatch):
    """The default is the vendor's two addresses; what they are is a fact of the API."""
    asked = []
    monkeypatch.setattr(sync, "fetch", lambda url: asked.append(url) or (repository / CONTRACT).read_bytes())

    sync.main(["--check"], root=repository)
    base = "https://cool.jobmojito.com/functions/v1"
    assert asked == [f"{base}/openapi", f"{base}/openapi-webhooks"]


def test_the_webhooks_document_is_synced_likewise(repository, vendor):
    """The webhooks document has its own options, and both are replaced or neither."""
    webhooks = documents.load(repository / WEBHOOKS)
    webhooks["info"]["description"] = "Reworded."
    url = vendor.publish("/hooks", documents.dump(webhooks))
    before = looks(repository)

    assert sync.main(["--webhooks-url", url, "--file", "/nowhere.json"], root=repository) == 2
    assert looks(repository) == before
    assert sync.main(["--webhooks-url", url], root=repository) == 0
    assert (repository / WEBHOOKS).read_bytes() == documents.dump(webhooks)


def test_a_file_larger_than_the_limit_is_not_read(repository, tmp_path, capsys):
    """Ten megabytes and one byte are too many, from a file as well."""
    big = tmp_path / "big.json"
    big.write_bytes(b" " * 10_000_001)

    assert sync.main(["--file", str(big)], root=repository) == 2
    assert "larger than 10000000 bytes" in capsys.readouterr().err
