import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.generate import build
from scripts.generation.fence import RUNTIME, check_tree
from tests import baseline
from tests.checkouts import checkout_in

GENERATED = Path(__file__).parents[2] / "generated" / "jobmojito_api"
MODEL, ENUM, ALIAS = "models/error.py", "models/language_code.py", "models/job_interview_pdf_response.py"
OPERATION, RESOURCE = "api/admin/list_sub_merchants.py", "resources/admin.py"
PACKAGE, MODELS, RESOURCES, TAG = "__init__.py", "models/__init__.py", "resources/__init__.py", "api/admin/__init__.py"
FILES = (MODEL, ENUM, ALIAS, OPERATION, RESOURCE, PACKAGE, MODELS, RESOURCES, TAG)

STATEMENTS = (
    "import os",
    "import os as _c",
    "from os import system",
    "from . import error",
    "from .... import secrets",
    "from __future__ import division",
    "print()",
    "x = 1",
    "x = __import__('os')",
    "'text'",
    "1",
    "...",
    "pass",
    "del x",
    "raise ValueError",
    "assert x",
    "global x",
    "if True:\n    import os",
    "if TYPE_CHECKING:\n    import os",
    "while x: pass",
    "for x in y: pass",
    "with x: pass",
    "try:\n    x\nfinally:\n    y",
    "match x:\n    case 1: pass",
    "def f(): pass",
    "async def f(): pass",
    "class X: pass",
    "@x\nclass X: pass",
    "X: int",
    "X: __import__('os').x",
    "lambda: 1",
    "f'{x}'",
    "(x := 1)",
    "[x() for x in y]",
)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A client that is known to the letter."""
    package = tmp_path_factory.mktemp("made") / "jobmojito_api"
    build(baseline.effective(), package)
    return package


@pytest.fixture
def check(tmp_path, package):
    """Check the runtime and one altered module."""
    for module in RUNTIME.glob("*.py"):
        if module.name != "__init__.py":
            shutil.copy(module, tmp_path)

    def check(file, alter):
        source = (package / file).read_text(encoding="utf-8")
        altered = alter(source)
        assert altered != source
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(altered, encoding="utf-8")
        return check_tree(tmp_path)

    return check


def test_the_generated_client_is_what_templates_write():
    """The committed client passes, whole."""
    assert check_tree(GENERATED) == []


@pytest.mark.parametrize("file", FILES)
def test_a_statement_of_its_own_is_refused(check, file):
    """At the end of any generated module, no other statement passes, and the module and line are told."""
    for statement in STATEMENTS:
        found = check(file, lambda source, more=statement: f"{source}\n{more}\n")

        assert [line.partition(":")[0] for line in found] == [file], statement


@pytest.mark.parametrize("file", FILES)
def test_a_statement_before_the_rest_is_refused(check, file):
    """Nor does one pass between the docstring and the imports."""
    assert check(file, lambda source: source.replace('"""\n', '"""\n\nimport os\n', 1))
    assert check(file, lambda source: f"import os\n{source}")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (MODEL, "= UNSET", "= exec('x')"),
        (MODEL, "= UNSET", "= print"),
        (MODEL, "str | Unset", "str | exec('x')"),
        (MODEL, "str | Unset", "__import__('os').x"),
        (MODEL, "str | Unset", "'__import__(\"os\")'"),
        (MODEL, "str | Unset", "list[lambda: 1]"),
        (MODEL, "error: str", "error: Literal[f()]"),
        (MODEL, "error: str", "error: os.environ"),
        (MODEL, "error: str", "__slots__: str"),
        (MODEL, "error: str", "error, x = str"),
        (MODEL, "(_c.Model)", "(_c.Model, metaclass=M)"),
        (MODEL, "(_c.Model)", "(_c.Model, x())"),
        (MODEL, "(_c.Model)", "(_c.Type)"),
        (MODEL, "@_define(slots=False, repr=False)", "@_define(slots=False, repr=x)"),
        (MODEL, "@_define(slots=False, repr=False)", "@x\n@_define(slots=False, repr=False)"),
        (MODEL, "factory=dict", "factory=exec"),
        (MODEL, "_c.STRING", "_c.Const(x())"),
        (MODEL, "_c.STRING", "_c.Object('Error', x())"),
        (MODEL, "_c.STRING", "_c.Object('__builtins__')"),
        (MODEL, "_c.STRING", "_c.import_module"),
        (MODEL, "_c.STRING", "_c.read(1, 2)"),
        (MODEL, "_c.STRING", "_c.STRING.where(pattern=x())"),
        (MODEL, "_c.STRING", "_c.STRING.where(**x)"),
        (MODEL, "_c.STRING", "_c.STRING.where(unknown=1)"),
        (MODEL, "_c.STRING", "_c.Array(*x)"),
        (MODEL, "_c.STRING", "(_c.STRING, x())[0]"),
        (MODEL, '"error", "error"', '"error", "__class__"'),
        (MODEL, '"error", "error"', 'f"{x}", "error"'),
        (MODEL, "required=True", "required=x()"),
        (MODEL, "required=True", "**x"),
        (MODEL, "from attrs import define as _define", "from attrs import frozen as _define"),
        (MODEL, "from .. import codec as _c", "from .. import calls as _c"),
        (MODEL, "from ..types import UNSET, Unset", "from ..types import UNSET, Unset\nimport os"),
        (MODEL, "from ..types import UNSET, Unset", "x = 1"),
        (MODEL, "from ..types import UNSET, Unset", "from ..types import UNSET, write"),
        (MODELS, "if TYPE_CHECKING:", "if TYPE_CHECKING or x():"),
        (MODELS, "if TYPE_CHECKING:", "if True:"),
        (MODELS, '"..inputs"', '"..secrets"'),
        ("inputs.py", "(TypedDict)", "(TypedDict, total=x())"),
        ("inputs.py", "name: str", "name: exec('x')"),
        ("inputs.py", 'Literal["draft"', 'Literal[x(), "draft"'),
        ("inputs.py", "from . import models as _m", "from . import write as _m"),
        ("ids.py", 'NewType("ResultId", Id)', 'NewType("ResultId", x())'),
        ("ids.py", 'NewType("ResultId", Id)', 'exec("ResultId", Id)'),
        ("ids.py", "ResultId = ", "_ResultId = "),
        (MODEL, "from __future__ import annotations\n", ""),
        (MODEL, '"""Error, as', '"""Error"""\n    exec("x")\n    """as'),
        (ENUM, '"ar"', "exec('x')"),
        (ENUM, '"ar"', "('ar', x)"),
        (ENUM, "    AR =", "    _missing_ ="),
        (ENUM, "    AR =", "    AR = BG2 ="),
        (ENUM, "(_Enum)", "(_Enum, boundary=x())"),
        (ENUM, "OpenEnum as _Enum", "system as _Enum"),
        (ALIAS, "| _m.JobInterviewPdfJsonExport", "| exec('x')"),
        (ALIAS, ": TypeAlias", ": x()"),
        (OPERATION, '"GET"', "x()"),
        (OPERATION, '"/merchant-sub-merchant-list"', 'f"/{x}"'),
        (OPERATION, "_c.Object", "_c.Named"),
        (OPERATION, '"query"', "x"),
        (OPERATION, "OPERATION.call(", "exec("),
        (OPERATION, "_calls.send(", "_calls.send(x(), "),
        (OPERATION, "= UNSET", "= x()"),
        (OPERATION, ".parsed", ".content"),
        (OPERATION, "\ndef call", "\n@x\ndef call"),
        (OPERATION, "from ... import calls as _calls", "from .... import calls as _calls"),
        (RESOURCE, "self._call = call", "self._call = x(call)"),
        (RESOURCE, "return await self", "x()\n        return await self"),
        (RESOURCE, "_list_languages.call()", "x()"),
        (RESOURCE, "class Admin:", "class Admin(x()):"),
        (RESOURCE, "import list_languages as _list_languages", "import list_languages as _invite_users"),
        (MODELS, '".error"', '"os"+x'),
        (MODELS, '".error"', '"...os.path"'),
        (MODELS, "raise AttributeError", "raise x()"),
        (MODELS, "sorted(_MODULES)", "sorted(x)"),
        (PACKAGE, '".types"', '"..types"'),
        (RESOURCES, '"admin.list_languages"', '"...os.system"'),
        (RESOURCES, 'f"..api.', 'f"...'),
        (RESOURCES, '_make("Admin"', '_make("../admin"'),
    ],
)
def test_code_in_a_place_for_names_is_refused(check, file, old, new):
    """Wherever the templates put a word of the document, only that kind of word passes."""
    found = check(file, lambda source: source.replace(old, new, 1))

    assert len(found) == 1
    assert found[0].startswith(f"{file}:")


@pytest.mark.parametrize("comment", ["# -*- coding: utf-7 -*-", "# type: ignore", "#"])
def test_comments_are_refused(check, comment):
    """No template writes a comment; one could name another encoding, or silence a check."""
    assert check(MODEL, lambda source: f"{comment}\n{source}") == [
        f"{MODEL}:1: holds a comment, which no template writes"
    ]


@pytest.mark.parametrize("character", ["\x0c", "\u202e", "\u200b", "\ufeff", "\x00", "\u2028", "\r"])
def test_characters_that_do_not_print_are_refused(check, character):
    """What a reviewer cannot see may not be in the code at all."""
    found = check(MODEL, lambda source: source.replace("Error", f"Error{character}", 1))

    assert len(found) == 1


def test_files_that_no_template_makes_are_refused(check, tmp_path):
    """Another file, a link, an altered or missing runtime module are told by name."""
    for file in ("evil.py", "models/evil.so", "models/sub/evil.py", "_private.py", "api/evil.py", "models/_x.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("")
    (tmp_path / "models/link.py").symlink_to(RUNTIME / "codec.py")
    (tmp_path / "py.typed").write_text("x")
    (tmp_path / "contract.json").write_text("{")
    (tmp_path / "codec.py").write_text((RUNTIME / "codec.py").read_text() + "\n")
    (tmp_path / "calls.py").unlink()

    told = sorted(line.partition(":")[0] for line in check_tree(tmp_path))
    assert told == [
        *("_private.py", "api/evil.py", "calls.py", "codec.py", "contract.json", "evil.py"),
        *("models/_x.py", "models/evil.so", "models/link.py", "models/sub/evil.py", "py.typed"),
    ]


def test_generation_replaces_nothing_by_foreign_code(tmp_path):
    """Should a template ever let a word of the document become code, it is never run, and what was there stays."""
    checkout = checkout_in(tmp_path)
    template = checkout / "scripts/templates/enum.py.jinja"
    template.write_text(f"{template.read_text()}\nopen('canary', 'w')\n")
    before = (checkout / "generated/jobmojito_api" / ENUM).read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "scripts.generate"], cwd=checkout, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert re.search(r"models/\w+\.py:\d+: holds code that no template writes", done.stderr)
    assert not (checkout / "canary").exists()
    assert (checkout / "generated/jobmojito_api" / ENUM).read_bytes() == before


def test_a_name_that_is_bound_twice_is_refused(check):
    """A second attribute, member, method or function of one name would silently replace the first."""
    assert check(MODEL, lambda source: source.replace("    error: str\n", "    error: str\n    error: str\n"))
    assert check(ENUM, lambda source: source.replace("    AR =", "    BG =", 1))
    assert check(OPERATION, lambda source: source.replace("async def asyncio(", "async def sync("))
