"""The names that generated code reserves: a schema called `File` gets the class `FileModel`.

The rule is written here again, independent of the generator: a module of the package may import the names below, and
has a class for each resource and its asynchronous twin. A type of the document that would hide one of them gets
`Model` after its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.contract.values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.contract.schemas import Form

RESERVED: Final = frozenset(
    map(
        plain,
        (
            *("Any", "ClassVar", "Final", "Literal", "Mapping", "TYPE_CHECKING", "TypeAlias", "UUID"),
            *("AsyncCaller", "AuthenticatedClient", "Caller", "Client", "File", "RequestFiles", "Response"),
            *("UNSET", "Unset"),
        ),
    )
)


def reserved_names(form: Form, resources: Mapping[str, str]) -> frozenset[str]:
    """Return the names that no type can have; `resources`: tag -> declared name of its resource."""
    described = form["whole"].get("tags", {"is": []})["is"]
    tags = {str(name) for name, _ in described} | {one["tag"] for one in form["operations"].values()}
    classes = {plain(resources.get(tag, tag)) for tag in tags}
    return RESERVED | classes | {f"async{name}" for name in classes}
