"""An update is everything or nothing: what it replaces, what it leaves alone, and what it says when it stops."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import propose, update
from scripts.changes.breaks import Breaks
from scripts.changes.impact import impact
from scripts.changes.wire import WireDifference
from scripts.files import documents, lock
from scripts.files.staging import REPLACED
from tests import baseline
from tests.checkouts import checkout_in, looks

ROOT = Path(__file__).parent.parent
CONTRACT = "openapi/jobmojito.openapi.json"
FRESH = "generated/jobmojito_api/api/admin/get_brand_new.py"


@pytest.fixture
def checkout(request, tmp_path):
    """A copy of this repository, without overlay and tests, if a test does not ask for the whole."""
    return checkout_in(tmp_path, without=getattr(request, "param", ("overlay", "tests")))


@pytest.fixture
def document():
    """The document in use, to be altered at will."""
    return baseline.published()


@pytest.fixture
def run(checkout, tmp_path, capsys):
    """Update the checkout to a document; gives the exit code, what was printed, and the last line on stderr."""

    def run(document, *options):
        (tmp_path / "new.json").write_text(json.dumps(document))
        code = update.main(["--file", str(tmp_path / "new.json"), "--no-tests", *options], root=checkout)
        told = capsys.readouterr()
        return code, told.out, told.err.splitlines()[-1]

    return run


@pytest.fixture(autouse=True)
def unmeasured(request, monkeypatch):
    """Leave out what takes seconds of measuring what breaks, but where a change goes all the way."""

    def impact_alone(old, new, said):
        wire = WireDifference((), (), (), calls=0, answers=0)
        return Breaks(old, new, wire, impact(old, new), signatures={}, snippets=said)

    if "all_the_way" not in request.node.name:
        monkeypatch.setattr(update, "try_snippets", lambda *_: ())
        monkeypatch.setattr(update, "measure", impact_alone)


@pytest.fixture
def unproved(monkeypatch):
    """Leave out the checks that take long and are not what a test is about."""
    monkeypatch.setattr(update.parity, "parity", lambda *_: {})


@pytest.fixture
def quick(unproved, monkeypatch):
    """Leave out the generator too: one more file is what it makes."""

    def generate(root, _):
        (root / FRESH).write_text('"""Made by a test."""\n')
        (root / lock.FILE).write_bytes(documents.dump(lock.compute(root)))

    monkeypatch.setattr(update, "generate", generate)


def add_operation(document, **parts):
    """Put an operation into a document that nobody has named yet."""
    answer = {"200": {"description": "Done."}}
    document["paths"]["/brand-new"] = {"get": {"tags": ["Admin"], "responses": answer, **parts}}
    return document


def test_a_changed_document_goes_all_the_way(run, document, checkout):
    """Contract, client, lock, version and changelog are replaced together, tell of one update, and nothing else is."""
    before = looks(checkout)
    code, out, last = run(add_operation(document))
    after = looks(checkout)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}

    assert (code, last.startswith("update: additive, version 0.1.1")) == (0, True)
    assert {re.sub("(jobmojito_api)/.*", r"\1", path) for path in changed} == {
        *(CONTRACT, "openapi/lock.json", "generated/jobmojito_api", "pyproject.toml", "CHANGELOG.md"),
        *("build/changelog.md", "build/changelog.json", "build/grade.txt"),
    }
    assert FRESH in changed
    assert update.parity.check_lock(checkout).code == 0
    _tells_the_same(out, *(after[name][0].decode() for name in ("build/changelog.md", "CHANGELOG.md")))
    told = json.loads(after["build/changelog.json"][0])
    assert (told["grade"], told["documents"][0]["grade"]) == ("additive", "additive")
    assert (told["version"], told["unnamed"], told["without_facts"]) == (
        {"old": "0.1.0", "new": "0.1.1"},
        {"GET /brand-new": "get_brand_new"},
        ["GET /brand-new"],
    )
    assert (after["build/grade.txt"][0], 'version = "0.1.1"' in after["pyproject.toml"][0].decode()) == (
        b"additive\n",
        True,
    )


def _tells_the_same(terminal, request, log):
    """Terminal, pull request and changelog name the new operation, warn of its derived name, and ask for its facts."""
    assert re.findall(r"(?m)^## \[(.*?)\]", log) == ["0.1.1", "0.1.0"]
    for text in (terminal, request, log):
        assert "GET /brand-new" in text
        assert re.search(r"- New operations: .admin\.get_brand_new.\.", text)
    for text in (terminal, request):
        assert re.search(r"openapi/facts.yaml has no facts of .GET /brand-new. yet", text)
        assert re.search(r"Warning: .GET /brand-new. has no name in the corrections yet, .* .get_brand_new.", text)


def test_the_same_document_touches_nothing(run, document, checkout):
    """Nothing to do is said, is no failure, and leaves every file as it was."""
    before = looks(checkout)

    assert run(document) == (0, "", "update: the published documents are the ones in use; nothing to do")
    assert looks(checkout) == before


def test_nothing_to_do_is_not_all_well(run, document, checkout, capsys):
    """A document that was synced and never generated from is told, though there is nothing to update."""
    document["info"]["version"] = "1.0.1"
    (checkout / CONTRACT).write_bytes(documents.dump(document))

    code, _, last = run(document)
    assert (code, last) == (
        0,
        "update: but openapi/lock.json: document does not match; `make generate` puts that right",
    )


def test_another_form_of_the_same_is_no_new_version(run, document, checkout, unproved):
    """A document that says the same in other words of JSON Schema is taken, and means nothing to users."""
    document["components"]["schemas"]["Error"]["properties"]["error"]["type"] = ["string"]
    before = {name: (checkout / name).read_text() for name in ("pyproject.toml", "CHANGELOG.md")}

    code, _, last = run(document)
    assert (code, "version 0.1.0" in last) == (0, True)
    assert {name: (checkout / name).read_text() for name in before} == before
    assert (checkout / CONTRACT).read_bytes() == documents.dump(document)
    assert (checkout / "build/grade.txt").read_text() == "documentation\n"


def _with_other_tag(document):
    text = json.dumps(document).replace('"Coaching catalogue"', '"Library"')
    document.clear()
    document.update(json.loads(text))


def _with_xml_body(document):
    content = {"application/xml": {"schema": {"$ref": "#/components/schemas/Error"}}}
    add_operation(document, requestBody={"content": content})


def _with_other_host(document):
    document["servers"][0]["url"] = "https://example.com"


def _with_hostile_tag(document):
    add_operation(document, tags=["../../evil"])


@pytest.mark.parametrize(
    ("alter", "words"),
    [
        (_with_other_host, ("sync:", "/servers/0/url", "--accept-host example.com")),
        (_with_hostile_tag, ("sync:", "/paths/~1brand-new/get/tags/0", "path out of its folder")),
        (_with_other_tag, ("correct:", "openapi/corrections.overlay.yaml, line 49", "/tags has no Coaching catalogue")),
        (_with_xml_body, ("generate:", "/paths/~1brand-new/get", "application/xml")),
    ],
)
def test_what_stops_an_update_is_one_line(run, document, checkout, alter, words):
    """The step, the operation or action and the pointer are named, and not a file is touched."""
    before = looks(checkout)
    alter(document)
    code, out, last = run(document)

    assert (code, out) == (2, "")
    assert [word for word in words if word not in last] == []
    assert last.endswith("nothing was changed")
    assert looks(checkout) == before


def test_names_of_the_corrected_document_are_checked_too(run, document, checkout):
    """What corrections and lifting name is held to the same rules as what the vendor names."""
    corrections = checkout / "openapi/corrections.overlay.yaml"
    corrections.write_text(
        corrections.read_text().replace("operationId: create_interview }", 'operationId: "../evil" }')
    )
    before = looks(checkout)
    code, _, last = run(add_operation(document))

    assert (code, "correct: /paths/~1job-interview-create/post/operationId" in last) == (2, True)
    assert looks(checkout) == before


def test_drift_stops_an_update(run, document, checkout, monkeypatch):
    """A client that does not mean what the document says replaces nothing, though no step complained of it."""
    before, generate = looks(checkout), update.generate

    def careless(root, document):
        generate(root, document)
        model = root / "generated/jobmojito_api/models/error.py"
        model.write_text(model.read_text().replace("_c.STRING, required=True", "_c.STRING"))

    monkeypatch.setattr(update, "generate", careless)
    code, _, last = run(add_operation(document))

    assert (code, "drift: " in last, "models/error.py" in last) == (2, True, True)
    assert looks(checkout) == before


def test_a_defect_of_the_generator_is_one_line_too(run, document, checkout, monkeypatch):
    """An exception that nobody expected is told with its step, and leaves everything as it was."""
    before = looks(checkout)
    monkeypatch.setattr(update, "generate", lambda *_: {}["x"])
    monkeypatch.setattr(update, "read", lambda part, _: {}["x"] if "/brand-new" in part["paths"] else None)
    code, _, last = run(add_operation(document))
    words = "generate: /paths/~1brand-new (GET): a defect of ours, KeyError: 'x'; nothing was changed"

    assert (code, last) == (2, f"update: {words}")
    assert looks(checkout) == before
    monkeypatch.setattr(update, "read", lambda *_: None)
    assert "generate: /paths: a defect of ours" in run(add_operation(document))[2]


@pytest.mark.usefixtures("quick")
class TestReplacing:
    def test_a_failure_takes_everything_back(self, run, document, checkout, monkeypatch):
        """A disk that fills up at the last file leaves the first ones as they were."""
        before, path_type = _contents(checkout), type(ROOT)
        replace = path_type.replace

        def failing(path, target):
            if target.name == "CHANGELOG.md" and path.name.endswith(".new"):
                raise OSError(28, "No space left on device", str(target))
            return replace(path, target)

        monkeypatch.setattr(path_type, "replace", failing)
        code, _, last = run(add_operation(document))

        assert (code, "replace: " in last, "No space left on device" in last) == (2, True, True)
        assert _contents(checkout) == before

    def test_a_full_disk_is_told_as_one(self, run, document, checkout, monkeypatch):
        """No space for the copy, or while generating, is the disk's fault: the reason and one file, and no more."""
        before, full = looks(checkout), OSError(28, "No space left on device", "some/file.py")
        failures = shutil.Error([(f"file{index}", "there", "[Errno 28] No space left") for index in range(9)])

        monkeypatch.setattr(update, "generate", lambda *_: (_ for _ in ()).throw(full))
        generating = run(add_operation(document))
        monkeypatch.setattr(shutil, "copytree", lambda *_, **__: (_ for _ in ()).throw(failures))
        copying = run(document)

        assert generating == (
            *(2, ""),
            "update: generate: some/file.py: No space left on device; nothing was changed",
        )
        assert copying == (2, "", f"update: {checkout}: cannot be copied: file0: [Errno 28] No space left")
        assert looks(checkout) == before

    def test_what_a_killed_update_left_is_put_right_first(self, checkout, capsys):
        """The next run takes back what a killed one had replaced, says so, and goes on from there."""
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        before, mark = looks(checkout), f"{gone.pid}-01234567"
        (checkout / "openapi/lock.json").rename(checkout / f"openapi/.lock.json.{mark}.old")
        (checkout / "openapi/lock.json").write_text("half done")
        (checkout / f".CHANGELOG.md.{mark}.new").write_text("never came")

        assert update.main(["--file", str(checkout / CONTRACT)], root=checkout) == 0
        assert "update: the last run was killed while it replaced files; that is put right\n" in capsys.readouterr().err
        assert looks(checkout) == before

    def test_a_change_in_the_meantime_is_not_overwritten(self, run, document, checkout, monkeypatch):
        """Who edits the changelog while an update runs keeps the edit."""
        log = checkout / "CHANGELOG.md"
        monkeypatch.setattr(update.parity, "parity", lambda *_: log.write_text("mine") and {})
        code, _, last = run(add_operation(document))

        assert (code, "in the meantime" in last, log.read_text()) == (2, True, "mine")
        assert not (checkout / FRESH).exists()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_an_interrupt_leaves_everything(self, run, document, checkout, monkeypatch, number):
        """Somebody who stops an update has stopped it: nothing is replaced, nothing is left behind."""
        before = looks(checkout)
        monkeypatch.setattr(update.parity, "parity", lambda *_: os.kill(os.getpid(), number))

        assert run(add_operation(document)) == (130, "", "update: interrupted; nothing was changed")
        assert looks(checkout) == before

    def test_tests_run_against_the_new_client(self, run, document, checkout, monkeypatch, tmp_path):
        """Types and tests see the packages of the copy, and what they find stops the update."""
        seen = tmp_path / "seen"
        code = f"import jobmojito_api, pathlib; pathlib.Path({str(seen)!r}).write_text(jobmojito_api.__file__)"
        monkeypatch.setattr(update, "ASSUMED", ("-c", "pass"))
        monkeypatch.setattr(update, "TYPES", ("-c", code))
        monkeypatch.setattr(update, "TESTS", ("-c", "raise SystemExit(1)"))
        before = looks(checkout)
        path = tmp_path / "new.json"
        path.write_text(json.dumps(add_operation(document)))

        assert update.main(["--file", str(path)], root=checkout) == 2
        assert "/repository/generated/" in seen.read_text()
        assert looks(checkout) == before

    def test_the_webhooks_document_is_updated_likewise(self, checkout, tmp_path, capsys):
        """A change of the webhooks alone is an update: lock, changelog and version follow."""
        webhooks = documents.load(checkout / "openapi/webhooks.openapi.json")
        webhooks["info"]["description"] = "Reworded."
        (tmp_path / "hooks.json").write_bytes(documents.dump(webhooks))

        options = ["--webhooks-file", str(tmp_path / "hooks.json"), "--no-tests"]
        assert update.main(options, root=checkout) == 0
        assert (checkout / "openapi/webhooks.openapi.json").read_bytes() == documents.dump(webhooks)
        assert update.parity.check_lock(checkout).code == 0
        assert "documentation, version 0.1.1" in capsys.readouterr().err


def _contents(checkout):
    return {path: content for path, (content, _) in looks(checkout).items() if not path.startswith("build/")}


def test_only_declared_files_are_ever_replaced():
    """What an update may replace is what the pull request lets through."""
    assert [path for path in REPLACED if not f"{path}/".startswith(propose.TOUCHED)] == []


@pytest.mark.usefixtures("unproved")
class TestCorrections:
    def test_a_renamed_operation_of_a_helper_keeps_its_name(self, run, document, checkout):
        """Corrections and facts follow the path, so that the operation is called what it was, and is told as moved."""
        paths = {"/users-invite" if path == "/invite-users" else path: item for path, item in document["paths"].items()}
        document["paths"] = paths
        code, out, last = run(document)
        corrections, facts = ((checkout / f"openapi/{name}").read_text() for name in FITTED)

        assert (code, "openapi/corrections.overlay.yaml, openapi/facts.yaml" in last) == (0, True)
        assert "moved from 'POST /invite-users' to 'POST /users-invite' ('invite_users')" in out
        assert "To check: openapi/corrections.overlay.yaml: /invite-users is /users-invite now; 1 targets follow" in out
        assert (corrections.count("/users-invite"), facts.count("POST /users-invite:")) == (1, 1)
        assert "no facts of" not in out
        assert [*(checkout / "generated/jobmojito_api/api").glob("*/invite_users.py")]

    @pytest.mark.usefixtures("quick")
    def test_a_retired_operation_takes_its_correction_along(self, run, document, checkout):
        """It goes through unattended; what the facts still say of it is left to a person."""
        del document["paths"]["/platform-languages-list"]
        code, out, _ = run(document)

        assert (code, "'GET /platform-languages-list' is gone ('list_languages')" in out) == (0, True)
        assert "platform-languages-list" not in (checkout / "openapi/corrections.overlay.yaml").read_text()
        assert "openapi/facts.yaml has 'GET /platform-languages-list', which is gone" in out
        assert update.lock.differences(checkout) == []

    def test_a_stop_prints_what_to_paste_and_it_lands(self, document, checkout, tmp_path, capsys):
        """The reason is on the terminal and in a file, above the one line; pasted, the same update goes through."""
        _with_other_tag(document)
        (tmp_path / "new.json").write_text(json.dumps(document))
        words = ["--file", str(tmp_path / "new.json"), "--no-tests", "--reason", str(tmp_path / "build/refused.txt")]
        before = looks(checkout)
        assert update.main(words, root=checkout) == 2
        told, reason = capsys.readouterr().err, (tmp_path / "build/refused.txt").read_text()
        pasted = "  - target: $.tags[?@.name == 'Library']\n"

        assert (pasted in told, pasted in reason) == (True, True)
        assert reason.startswith("correct: corrections that lost their place in the document: 1; ")
        assert looks(checkout) == before

        path = checkout / "openapi/corrections.overlay.yaml"
        path.write_text(path.read_text().replace("  - target: $.tags[?@.name == 'Coaching catalogue']\n", pasted))
        assert update.main(words, root=checkout) == 0
        assert (checkout / "generated/jobmojito_api/resources/catalogue.py").is_file()

    @pytest.mark.usefixtures("quick")
    def test_a_new_operation_is_named_in_the_update_that_brings_it(self, run, document, checkout):
        """An action for it fits the new document alone, and that is enough."""
        path, target = checkout / "openapi/corrections.overlay.yaml", "$.paths['/brand-new'].get"
        action = f'\n  - {{ target: "{target}", description: New., x-matches: 1, update: {{ operationId: look }} }}\n'
        path.write_text(path.read_text() + action)
        code, out, _ = run(add_operation(document))

        assert (code, "'GET /brand-new' is new ('look')" in out, "no name in the corrections" in out) == (
            0,
            True,
            False,
        )


@pytest.mark.parametrize("checkout", [()], indirect=True, ids=["whole"])
@pytest.mark.usefixtures("unproved")
def test_after_an_edit_the_update_is_made_anew(run, document, checkout, capsys):
    """Since the commit before: one entry, the version of the whole, and the name that a person gave."""
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(checkout))
    for words in (("init", "-q", "-b", "main"), ("add", "--all"), ("commit", "-q", "-m", "Before")):
        subprocess.run([*git, *words], check=True)
    assert run(add_operation(document))[0] == 0
    path = checkout / "openapi/corrections.overlay.yaml"
    named = "{ target: \"$.paths['/brand-new'].get\", description: New., x-matches: 1, update: { operationId: look } }"
    path.write_text(f"{path.read_text()}\n  - {named}\n")
    log = checkout / "CHANGELOG.md"
    log.write_text(log.read_text().replace("# Changelog\n", "# Changelog\n\nA line of a person's.\n"))

    assert update.main(["--since", "main", "--no-tests"], root=checkout) == 0
    assert "additive, version 0.1.1; replaced" in capsys.readouterr().err
    assert re.findall(r"(?m)^## \[(.*?)\]", log.read_text()) == ["0.1.1", "0.1.0"]
    assert ("`admin.look`" in log.read_text(), "get_brand_new" in log.read_text()) == (True, False)
    assert "A line of a person's." in log.read_text()
    assert 'version = "0.1.1"' in (checkout / "pyproject.toml").read_text()
    assert update.lock.differences(checkout) == []
    assert update.main(["--since", "nowhere", "--no-tests"], root=checkout) == 2
    assert "update: --since nowhere: " in capsys.readouterr().err


FITTED = ("corrections.overlay.yaml", "facts.yaml")


@pytest.mark.parametrize("checkout", [()], indirect=True, ids=["whole"])
@pytest.mark.usefixtures("unproved")
def test_what_a_helper_is_built_on_stops_until_its_table_is_edited(document, checkout, tmp_path, capsys, monkeypatch):
    """A renamed property of a row is told with its place; once helper and table follow, the update lands."""
    for name in ("TYPES", "TESTS"):
        monkeypatch.setattr(update, name, ("-c", "pass"))
    properties = document["components"]["schemas"]["RegisterUser"]["properties"]
    properties["external_reference"] = properties.pop("external_id")
    (tmp_path / "new.json").write_text(json.dumps(document))
    before = looks(checkout)

    assert update.main(["--file", str(tmp_path / "new.json")], root=checkout) == 2
    told = capsys.readouterr()
    assert "/components/schemas/RegisterUser" in told.err
    assert "external_id" in told.err
    assert looks(checkout) == before

    table = checkout / "tests/overlay/assumptions.py"
    table.write_text(table.read_text().replace('"external_id": "7"}', '"external_reference": "7"}'))
    assert update.main(["--file", str(tmp_path / "new.json")], root=checkout) == 0, capsys.readouterr().err[-3000:]
    assert '"external_reference"' in (checkout / CONTRACT).read_text()
