"""What breaks between two clients is found in each class, and nothing where nothing breaks; CI wants a label for it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts import breaking, propose
from scripts.changes.breaks import LABEL, measure, try_snippets
from scripts.changes.contracts import compare
from scripts.changes.reports import code, plain
from scripts.notices import Notice
from tests.changes.cases import document
from tests.changes.test_wire import changed, properties

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(packages, tmp_path):
    """Give a copy of the old package, to be edited."""
    return shutil.copytree(packages("old"), tmp_path / "jobmojito_api")


def edit(path, old, new):
    """Replace a text that stands in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_only_adds_breaks_nothing(packages):
    """An operation, a property that is sent, one that is received, a parameter, and other words."""

    def more(document):
        document["paths"]["/new"] = {"get": {"tags": ["Admin"], "responses": {"200": {"description": "Done."}}}}
        properties(document, "MerchantStatus")["extra"] = {"type": "string"}
        properties(document, "PersonaCreateRequest")["extra"] = {"type": "string", "description": "More."}
        one = {"name": "extra", "in": "query", "schema": {"type": "string"}}
        document["paths"]["/merchant-result-list"]["get"]["parameters"].append(one)

    assert measure(packages("old"), packages("more", more)).lines(plain) == {}


@pytest.fixture(scope="module")
def breaks(packages):
    """What breaks by changes of each class."""

    def all_classes(document):
        changed(document)
        parameters = document["paths"]["/merchant-result-list"]["get"]["parameters"]
        next(one for one in parameters if one["name"] == "order_by")["schema"]["default"] = "score"

    return measure(packages("old"), packages("all classes", all_classes))


def test_each_class_is_told(breaks):
    """What is sent, what is read, and what code meets; a change that calls do not show is told by contract."""
    found = breaks.lines(plain)
    wire, json_, source, behaviour = ("\n".join(found[name]) for name in ("WIRE", "JSON", "SOURCE", "BEHAVIOUR"))

    assert "'list_languages' sends '\"/tongues\"' at '/url', it was '\"/platform-languages-list\"'" in wire
    assert "'list_interview_results' refuses a call that was sent ('there is no argument limit')" in wire
    assert "'get_merchant_analytics' refuses a call that was sent" in wire
    assert "'get_merchant_status 200' reads 'nothing' at '/candidates'" in json_
    assert "get_merchant_analytics" not in json_  # nothing is left to read with
    assert "type of 'MerchantStatus.credits_interview_extra' changed from 'number' to 'string'" in json_
    assert "'models.MerchantStatus.credits_interview_extra' was 'float | None' and is 'str'" in source
    assert "'models.PersonaCreateRequest.ai_persona_name_new' must be given" in source
    assert "'results.list_interview_results(limit)' is gone" in source
    assert "get_merchant_analytics(" not in source  # its parameters go with it
    assert "default of 'parameter order_by' changed" in behaviour


def test_other_facts_are_another_behaviour(packages, copy):
    """What an operation costs or sends, and whether it is repeated; less cost is no break, and neither is less mail."""
    base = shutil.copytree(packages("old"), copy.parent / "base/jobmojito_api")
    names = ("list_languages", "list_avatars", "list_candidates")
    plain_facts = {"costs": False, "mails": False, "repeatable": True}
    changed_facts = ({"costs": True}, {"mails": True}, {"repeatable": False})
    before = {"operations": dict.fromkeys(names, plain_facts)}
    after = {"operations": {name: plain_facts | one for name, one in zip(names, changed_facts, strict=True)}}
    (base / "facts.json").write_text(json.dumps(before))
    (copy / "facts.json").write_text(json.dumps(after))

    assert measure(base, copy).lines(plain) == {
        "BEHAVIOUR": [
            "'list_avatars' sends mail now",
            "'list_candidates' is not repeated any more after a failure",
            "'list_languages' costs credits now",
        ]
    }
    assert measure(copy, base).lines(plain) == {
        "BEHAVIOUR": ["'list_candidates' is repeated now after a failure"],
    }


def test_signatures_of_the_runtime_are_source_too(packages, copy):
    """No name of the contract is touched, but what a caller gives a client is."""
    edit(
        copy / "types.py",
        "def value_or(value: T | Unset | None, default: D)",
        "def value_or(value: T | Unset | None, *, default: D)",
    )

    assert measure(packages("old"), copy).lines(plain) == {"SOURCE": ["'types.value_or': parameter kind was changed"]}


def test_users_snippets_are_measured(tmp_path):
    """Snippets of before are checked against the overlay and the client of now, each error with its place."""
    (tmp_path / "tests/typing").mkdir(parents=True)
    snippet = "from jobmojito import JobMojito\n\ndef f(jm: JobMojito) -> object:\n    return jm.results.{}()\n"
    for name in ("list_interview_results", "list_no_more"):
        (tmp_path / f"tests/typing/{name}.py").write_text(snippet.format(name))

    (line,) = try_snippets(tmp_path, ROOT)
    assert line.startswith("tests/typing/list_no_more.py:4: error: ")
    assert "list_no_more" in line


def test_a_pull_request_begins_with_what_breaks(breaks):
    """The classes and their label beside the verdict; each line stands once before or in the folds, and in the JSON."""
    notice = Notice((compare(document(), document()),), breaks.impact, "0.1.0", breaks)
    lines, text = breaks.lines(code), notice.markdown
    verdict = text.splitlines()[0]

    assert verdict.startswith("**Breaking**: the version becomes `0.2.0`, it was `0.1.0`. Breaks WIRE (")
    assert verdict.endswith("); CI wants the label `breaking-approved`.")
    assert [line for some in lines.values() for line in some if text.count(f"- {line}\n") != 1] == []
    assert json.loads(notice.json)["breaks"] == breaks.lines(plain)


class TestCommand:
    @pytest.fixture
    def checkout(self, packages, tmp_path, monkeypatch):
        """A repository with a package in it, a commit of it, and a `gh` that shows what labels a request has."""
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PULL_REQUEST"):
            monkeypatch.delenv(name, raising=False)
        root = tmp_path / "checkout"
        shutil.copytree(packages("old"), root / "generated/jobmojito_api")
        shutil.copytree(ROOT / "tests/typing", root / "tests/typing")
        (root / "overlay").symlink_to(ROOT / "overlay")
        shutil.copy(ROOT / "pyproject.toml", root)
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        for words in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "--message", "All")):
            subprocess.run(["git", *words], cwd=root, check=True)
        (tmp_path / "gh").write_text(
            f"#!{sys.executable}\nimport sys\nassert sys.argv[1:3] == ['pr', 'view']\n"
            f"print(open({str(tmp_path / 'labels.json')!r} if sys.argv[-1] == '7' else '/none').read())\n"
        )
        (tmp_path / "gh").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return root

    def test_a_break_needs_the_label(self, checkout, tmp_path, monkeypatch, capsys):
        """Nothing, then a break; its request without the label, with it, and one that `gh` does not know."""
        monkeypatch.setattr(breaking, "try_snippets", lambda *_: ())  # for speed; the snippets have a test of their own
        assert breaking.main(["--since", "HEAD"], root=checkout) == 0

        package = checkout / "generated/jobmojito_api/api/results/list_interview_results.py"
        edit(package, "limit: int | Unset = UNSET", "most: int | Unset = UNSET")
        assert breaking.main(["--since", "HEAD"], root=checkout) == 1
        assert "SOURCE\n- 'results.list_interview_results': parameter was removed\n" in capsys.readouterr().out

        monkeypatch.setattr(breaking, "measure", lambda *_: SimpleNamespace(lines=lambda _: {"SOURCE": ["a line"]}))
        monkeypatch.setenv("PULL_REQUEST", "7")
        for labels, expected in (([], 1), (["breaking"], 1), (["breaking", LABEL], 0)):
            (tmp_path / "labels.json").write_text(json.dumps({"labels": [{"name": name} for name in labels]}))
            assert breaking.main(["--since", "HEAD"], root=checkout) == expected
        monkeypatch.setenv("PULL_REQUEST", "8")
        assert breaking.main(["--since", "HEAD"], root=checkout) == 2

    def test_a_commit_that_is_not_there_is_one_line(self, checkout, capsys):
        """What cannot be compared is refused, and never taken for good."""
        assert breaking.main(["--since", "nowhere"], root=checkout) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_label_is_one():
    """The script that makes labels stands alone, and so has the name once more."""
    assert propose.APPROVED == LABEL
