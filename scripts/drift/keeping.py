"""Names that the generated code keeps for itself: a schema of the document called so is known as `FileModel`.

The rule, declared here and read from nothing that generates: a module of the package may import the names below, and
has a class for each resource and its asynchronous twin. A type of the document that would hide one of them bears its
name with `Model` after it; every other bears its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.drift.nodes import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIX: Final = "model"
KEPT: Final = frozenset(
    map(
        plain,
        (
            *("Any", "ClassVar", "Final", "Literal", "Mapping", "TYPE_CHECKING", "TypeAlias", "UUID"),
            *("AsyncCaller", "AuthenticatedClient", "Caller", "Client", "File", "RequestFiles", "Response"),
            *("UNSET", "Unset"),
        ),
    )
)


def kept_names(document: Mapping[str, Any], resources: Mapping[str, str]) -> frozenset[str]:
    """Give the names that a document leaves to no type; `resources`: tag -> declared name of its resource."""
    classes = {plain(resources.get(name, name)) for name in _tags(document)}
    return KEPT | classes | {f"async{name}" for name in classes}


def _tags(document: Mapping[str, Any]) -> Iterator[str]:
    """Find the tags that a document describes, and those that operations bear; what is no tag is told elsewhere."""
    described, paths = document.get("tags"), document.get("paths")
    yield from (
        (str(tag.get("name")) for tag in described if isinstance(tag, dict)) if isinstance(described, list) else ()
    )
    for item in paths.values() if isinstance(paths, dict) else ():
        for operation in item.values() if isinstance(item, dict) else ():
            tags = operation.get("tags") if isinstance(operation, dict) else ()
            yield from map(str, tags if isinstance(tags, list) else ())


def class_names(name: str, kept: frozenset[str]) -> frozenset[str]:
    """Give the plain names that the class of a schema may bear."""
    own = plain(name)
    return frozenset({own, own + SUFFIX} if own in kept else {own})
