"""Checks that every module gives its public names: to programs, to type checkers and to `dir()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.contract.schemas import Form
    from scripts.drift.loading import Package
    from scripts.drift.outlines import Module

RESOURCES: Final = "resources/__init__.py"
# What people import from the package itself (the generator's public names), and from its resources.
OFFERED: Final[Mapping[str, frozenset[str]]] = {
    "__init__.py": frozenset({"AuthenticatedClient", "Client", "File", "Response", "UNSET", "Unset"}),
    RESOURCES: frozenset({"OPERATIONS", "AsyncResources", "Resources", "operation"}),
}


def promises(
    package: Package, modules: Mapping[str, Module], models: set[str], operations: list[Form]
) -> Iterator[tuple[str, str]]:
    """Find modules that lack a public name, or list one that they do not have: file, and what is wrong.

    `models`: the names of the types that are generated.
    """
    for file, module in modules.items():
        yield from (
            (file, f"imports {name} by name, not relative to itself")
            for name in sorted(module.outside)
            if name.partition(".")[0] == package.directory.name
        )
        yield from (
            (file, f"{name} is in an annotation, and nothing defines or imports it") for name in module.unbound()
        )
        wanted = models if file == "models/__init__.py" else OFFERED.get(file, frozenset())
        listed = set(getattr(package.modules[file], "__all__", ()))
        yield from ((file, f"{name} is not listed in __all__") for name in sorted(wanted - listed))
        if wanted:
            yield from ((file, f"{name} is listed in __all__ alone") for name in sorted(listed - wanted))
        try:
            yield from ((file, what) for what in _kept(package, module, sorted(listed)))
        except Exception as problem:  # noqa: BLE001 - lazy names and `__dir__` are generated code, which may raise anything
            yield file, f"does not give what it lists in __all__: {type(problem).__name__}"
    try:
        yield from ((RESOURCES, what) for what in _operations(package, operations))
        yield from ((RESOURCES, what) for what in _imported(package, modules[RESOURCES]))
    except Exception as problem:  # noqa: BLE001 - the index is generated code too
        yield RESOURCES, f"does not give the operations by name: {type(problem).__name__}"


def _kept(package: Package, module: Module, listed: list[str]) -> Iterator[str]:
    """Each listed name exists, is the same object to type checkers, and is in dir()."""
    found = package.modules[module.file]
    for name in listed:
        home, _, attribute = module.bound.get(name, ":").rpartition(":")
        source = package.modules[home if home in package.modules else module.file]
        if getattr(found, name) is not getattr(source, attribute, None):
            yield f"{name} is listed in __all__, and type checkers find nothing or something else"
        if name not in dir(found):
            yield f"{name} is listed in __all__, and dir() does not list it"


def _operations(package: Package, operations: list[Form]) -> Iterator[str]:
    """Each operation can be found by its name."""
    index = package.modules[RESOURCES]
    wanted = {one["called"]: one["@"].removeprefix("api/").removesuffix(".py").replace("/", ".") for one in operations}
    if wanted != index.OPERATIONS:
        names = sorted(name for name, _ in index.OPERATIONS.items() ^ wanted.items())
        yield f"OPERATIONS does not say where these are: {', '.join(dict.fromkeys(names))}"
    shared = dict.fromkeys(("AsyncCaller", "Caller", "Operation"), ".calls")
    if {**dict(_classes(package)), **shared} != index._CLASSES:  # noqa: SLF001 - generated code
        yield "_CLASSES does not say where the classes of the resources are"
    for one in operations:
        if index.operation(one["called"]) is not package.modules[one["@"]].OPERATION:
            yield f"operation({one['called']!r}) gives another table"


def _imported(package: Package, module: Module) -> Iterator[str]:
    """Each class that is loaded at first use is imported for type checkers, from the same module."""
    for name, home in package.modules[RESOURCES]._CLASSES.items():  # noqa: SLF001 - generated code
        file = f"{home[1:]}.py" if home.startswith(".") else f"resources/{home}.py"
        if module.bound.get(name) != f"{file}:{name}":
            yield f"{name} is loaded from {file}, and type checkers find nothing or something else"


def _classes(package: Package) -> Iterator[tuple[str, str]]:
    """Return each class of a resource with its module."""
    for file, module in package.modules.items():
        if file.startswith("resources/") and file != RESOURCES:
            home = file.removeprefix("resources/").removesuffix(".py")
            own = (one for one in vars(module).values() if isinstance(one, type) and package.file_of(one) == file)
            yield from ((one.__name__, home) for one in own)
