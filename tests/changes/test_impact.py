"""Which names a user of the package loses, gains or has to look at again, the next version, and the changelog entry."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from scripts.changes.contracts import compare
from scripts.changes.entries import entry, insert
from scripts.changes.impact import impact
from scripts.changes.rules import Grade, next_version
from scripts.changes.surfaces import surface
from scripts.corrections.grammar import operations
from scripts.files.documents import load
from scripts.files.failures import Refused
from scripts.generation.parser import class_name, identifier
from tests.changes.cases import GONE, document

GENERATED = Path(__file__).parents[2] / "generated" / "jobmojito_api"
ENUM = 'class Colour(_Enum):\n    RED = "red"\n    BLUE = "blue"\n'
MODEL = (
    "class Thing(_c.Model):\n    name: str\n    size: int | Unset = UNSET\n"
    "    _table: ClassVar[_c.Table] = _c.Table()\n"
)
ALIAS = "Either: TypeAlias = Thing | Other\n"
CALL = "OPERATION = 1\n\ndef sync(*, client: Client, body: Thing) -> Other: ...\n"
TAG = (
    "class Things:\n    def __init__(self, call): ...\n"
    "    def make(self, *, body: Thing, limit: int | Unset = UNSET) -> Other: ...\n"
    "class AsyncThings:\n    async def make(self, *, body: Thing) -> Other: ...\n"
)
PACKAGE = {
    "models/colour.py": ENUM,
    "models/thing.py": MODEL,
    "models/either.py": ALIAS,
    "api/things/make.py": CALL,
    "resources/things.py": TAG,
}


@pytest.fixture
def package(tmp_path):
    """Write a generated package with some modules replaced, and give its folder."""

    def write(folder="old", **replaced):
        files = {**PACKAGE, **{name.replace("__", "/") + ".py": source for name, source in replaced.items()}}
        for name, source in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return tmp_path / folder

    return write


def test_surface_has_every_name_and_nothing_private(package):
    """Operations, models, fields, enum members, aliases, methods and parameters are read, with their types."""
    assert {(name.kind, name.written, name.type, name.optional) for name in surface(package()).values()} == {
        ("enum", "models.Colour", "nothing", True),
        ("enum member", "models.Colour.RED", "red", True),
        ("enum member", "models.Colour.BLUE", "blue", True),
        ("model", "models.Thing", "nothing", True),
        ("field", "models.Thing.name", "str", False),
        ("field", "models.Thing.size", "int | Unset", True),
        ("type alias", "models.Either", "Thing | Other", True),
        ("operation", "api.things.make", "Other", True),
        ("resource", "things", "nothing", True),
        ("method", "things.make", "Other", True),
        ("parameter", "things.make(body)", "Thing", False),
        ("parameter", "things.make(limit)", "int | Unset", True),
    }


CASES = [
    ("models__thing", MODEL.replace("name: str\n", "name: str | None\n"), "models.Thing.name", "ADDITIVE"),
    (
        "models__thing",
        MODEL.replace("name: str\n", "name: str | Unset = UNSET\n"),
        "models.Thing.name",
        "ADDITIVE",
    ),
    ("models__colour", ENUM.replace('"red"', '"rot"'), "models.Colour.RED", "BREAKING"),
    ("models__colour", ENUM.replace("_Enum", "_c.Model"), "models.Colour", "BREAKING"),
    ("models__either", ALIAS.replace("Other", "Another"), "models.Either", "POTENTIALLY_BREAKING"),
    ("resources__things", TAG.replace("limit: int | Unset = UNSET", "limit: int"), "things.make(limit)", "BREAKING"),
    ("resources__things", TAG.replace("-> Other", "-> Another"), "things.make", "POTENTIALLY_BREAKING"),
    ("api__things__make", CALL.replace("-> Other", "-> Another"), "api.things.make", "POTENTIALLY_BREAKING"),
]


@pytest.mark.parametrize(("module", "source", "written", "grade"), CASES)
def test_a_changed_name_is_found_and_graded_either_way(module, source, written, grade, package):
    """A name whose type changed is found, with its grade, and nothing but what belongs to it."""
    changed = impact(package(), package("new", **{module: source})).changed

    assert written in [effect.name.written for effect in changed]
    assert max(effect.grade for effect in changed) is Grade[grade]


WIDE, NARROW = "int | str | Unset", "int | str"
STEPS = [
    # Only sent: wider is harmless. Only received: narrower is. Both: neither.
    ("def make(self, *, body: Thing) -> Other: ...", NARROW, WIDE, "ADDITIVE", "POTENTIALLY_BREAKING"),
    ("def make(self) -> list[Thing]: ...", WIDE, NARROW, "ADDITIVE", "POTENTIALLY_BREAKING"),
    ("def make(self, *, body: Box) -> Thing: ...", NARROW, WIDE, "POTENTIALLY_BREAKING", "POTENTIALLY_BREAKING"),
    ("def make(self, *, body: Box) -> Other: ...", "int", "str", "POTENTIALLY_BREAKING", "POTENTIALLY_BREAKING"),
]


@pytest.mark.parametrize(("method", "before", "after", "there", "back"), STEPS)
def test_another_type_is_graded_by_the_way_it_goes(method, before, after, there, back, package):
    """A field that gets wider or narrower is harmless only if its model goes the one way that takes it."""
    shared = {
        "models__box": "class Box(_c.Model):\n    thing: Thing\n",
        "resources__things": f"class Things:\n    {method}\n",
        "api__things__make": "",
    }
    old, new = (
        package(folder, models__thing=f"class Thing(_c.Model):\n    size: {type_}\n", **shared)
        for folder, type_ in (("old", before), ("new", after))
    )

    assert (impact(old, new).grade, impact(new, old).grade) == (Grade[there], Grade[back])


ADDED = [
    ("models__colour", ENUM + '    GREEN = "green"\n', "models.Colour.GREEN", "ADDITIVE"),
    ("models__other", "class Other(_c.Model): ...\n", "models.Other", "ADDITIVE"),
    ("models__thing", MODEL + "    weight: int | Unset = UNSET\n", "models.Thing.weight", "ADDITIVE"),
    (
        "models__thing",
        MODEL.replace("name: str\n", "name: str\n    kind: str\n"),
        "models.Thing.kind",
        "POTENTIALLY_BREAKING",
    ),
    ("resources__things", TAG.replace("body: Thing,", "body: Thing, page: int,"), "things.make(page)", "BREAKING"),
    ("resources__things", TAG.replace("body: Thing,", "body: Thing, page: int = 1,"), "things.make(page)", "ADDITIVE"),
    ("resources__others", "class Others:\n    def find(self, *, text: str) -> Other: ...\n", "others.find", "ADDITIVE"),
    ("api__things__find", CALL, "api.things.find", "ADDITIVE"),
]


@pytest.mark.parametrize(("module", "source", "written", "grade"), ADDED)
def test_a_new_name_appears_and_backwards_vanishes(module, source, written, grade, package):
    """A new name is additive, unless old code must now give it; a name that is gone is breaking."""
    old, new = package(), package("new", **{module: source})
    there, back = impact(old, new), impact(new, old)

    assert written in [effect.name.written for effect in there.appeared]
    assert there.grade is Grade[grade]
    assert written in [effect.name.written for effect in back.vanished]
    assert back.grade is Grade.BREAKING


def test_an_unchanged_package_has_no_impact(package):
    """Formatting, comments, docstrings and private names are nothing that users notice."""
    other = '"""Other words."""\n# comment\n_private = 1\n' + MODEL.replace("int | Unset", "int|Unset")
    unchanged = impact(package(), package("new", models__thing=other))

    assert (unchanged.grade, unchanged.appeared, unchanged.vanished, unchanged.changed) == (None, (), (), ())


@pytest.mark.parametrize("source", ["def (:\n", "\0", "x = (" * 1000])
def test_a_package_that_cannot_be_read_is_refused(source, package, tmp_path):
    """What is no package, or holds a module that is no Python, is refused by name."""
    with pytest.raises(Refused, match=r"thing\.py"):
        surface(package(models__thing=source))
    with pytest.raises(Refused, match="no generated package"):
        surface(tmp_path / "nothing")


def test_surface_of_the_generated_package_covers_its_contract():
    """Every operation of the effective contract has a module and a method, and every component its model.

    Inline types that no correction names yet have models of their own besides.
    """
    contract = load(GENERATED / "contract.json")
    names = surface(GENERATED)
    called = {operation["operationId"] for _, _, operation in operations(contract)}

    for kind in ("operation", "method"):
        assert {name.written.split(".")[-1] for name in names.values() if name.kind == kind} == called
    assert {f"webhooks.{name}" for name in contract["webhooks"]} < names.keys()
    kinds = ("model", "enum", "type alias")
    made = {identifier(class_name(name.written.split(".")[-1])) for name in names.values() if name.kind in kinds}
    assert {identifier(class_name(name)) for name in contract["components"]["schemas"]} <= made


def test_a_model_taken_from_the_generated_package_is_missed(tmp_path):
    """A model that vanishes from the real package is found with all its fields; the package as it is lacks nothing."""
    copytree(GENERATED, tmp_path / "new")
    (tmp_path / "new" / "models" / "error.py").unlink()
    expected = {written for written in surface(GENERATED) if f"{written}.".startswith("models.Error.")}

    assert len(expected) > 1
    assert {effect.name.written for effect in impact(GENERATED, tmp_path / "new").vanished} == expected
    assert impact(GENERATED, GENERATED).grade is None


B, P, A, D = Grade.BREAKING, Grade.POTENTIALLY_BREAKING, Grade.ADDITIVE, Grade.DOCUMENTATION


@pytest.mark.parametrize(
    ("version", "grades", "expected"),
    [
        ("1.2.3", [B], "2.0.0"),
        ("1.2.3", [P], "1.3.0"),
        ("1.2.3", [A], "1.3.0"),
        ("1.2.3", [D], "1.2.4"),
        ("0.2.3", [B], "0.3.0"),
        ("0.2.3", [P], "0.3.0"),
        ("0.2.3", [A], "0.2.4"),
        ("0.2.3", [D], "0.2.4"),
        ("0.9.9", [B], "0.10.0"),
        ("10.20.30", [D, None, B], "11.0.0"),
        ("1.2.3", [A, D], "1.3.0"),
        ("1.2.3", [None, None], "1.2.3"),
    ],
)
def test_next_version_follows_the_worst_grade(version, grades, expected):
    """The worse of contract and names decides; before 1.0.0 it is one place lower."""
    assert next_version(version, *grades) == expected


@pytest.mark.parametrize("version", ["1.2", "1.2.3rc1", "01.2.3", "v1.2.3", "1.2.3\n", "", "1.2.3.4", "１.2.3"])
def test_version_that_is_not_three_numbers_is_refused(version):
    """What follows a pre-release or a typo is decided by a person."""
    with pytest.raises(Refused, match="not three numbers"):
        next_version(version, B)


def test_entry_sorts_changes_into_the_sections_of_keep_a_changelog(package):
    """One sentence a line, under Added, Changed, Deprecated and Removed, breaking ones marked, names at the end."""
    new = document(
        {
            "/info/version": "2",
            "/paths/~1more": {"get": {"responses": {}}},
            "/paths/~1things/post/deprecated": True,
            "/paths/~1things/post/parameters/0/schema/type": "string",
            "/paths/~1things/post/responses/200/headers": GONE,
        }
    )
    names = impact(package(), package("new", models__colour=ENUM.replace("RED", "ROT"), api__x__y=CALL))

    assert entry("0.2.0", date(2026, 3, 9), compare(document(), new), names) == (
        "## [0.2.0] - 2026-03-09\n\n"
        "The contract of JobMojito changed (`1` to `2`): "
        "1 breaking, 1 potentially breaking, 1 additive, 2 documentation.\n\n"
        "### Added\n\n- `GET /more` is new.\n- New enum members: `Colour.ROT`.\n\n"
        "### Changed\n\n"
        "- **Breaking:** Type of `parameter limit` changed from `integer` to `string`, sent to `POST /things`.\n"
        "\n### Deprecated\n\n- `POST /things` is deprecated.\n\n"
        "### Removed\n\n- **Potentially breaking:** Header `x-here` is gone, received from `POST /things`.\n"
        "- **Breaking:** Enum members that are gone: `Colour.RED`.\n"
    )


ENTRY = "## [0.2.0] - 2026-03-09\n\n### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Changelog\n\n## [0.1.0] - 2026\n\n- Old.\n", f"# Changelog\n\n{ENTRY}\n## [0.1.0] - 2026\n\n- Old.\n"),
        ("## [Unreleased]\n\n- Soon.\n\n## [0.1.0]\n", f"## [Unreleased]\n\n- Soon.\n\n{ENTRY}\n## [0.1.0]\n"),
        ("# Changelog\n\n## [Unreleased]\n", f"# Changelog\n\n## [Unreleased]\n\n{ENTRY}"),
        ("# Changelog\n\n[0.1.0]: https://a.test\n", f"# Changelog\n\n{ENTRY}\n[0.1.0]: https://a.test\n"),
        ("# Changelog\n", f"# Changelog\n\n{ENTRY}"),
        ("", ENTRY),
    ],
)  # fmt: skip
def test_entry_goes_to_the_top(before, after):
    """A new entry stands above the newest one, below what is unreleased, and all else stays as it is."""
    assert insert(before, ENTRY) == after


def test_entry_of_a_version_that_is_there_is_refused():
    """A version is described once."""
    with pytest.raises(Refused, match=r"\[0\.2\.0\] already"):
        insert(insert("# Changelog\n", ENTRY), ENTRY)
