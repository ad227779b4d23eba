"""Names a place for a sentence: `RegisterUser.email`, `parameter limit`, `answer 200.data[]`."""

from scripts.changes.places import Place

_SILENT = {"allOf": 1, "schema": 0}
_MARKS = {"items": "[]", "additionalProperties": ".*", "not": ".not"}
_NAMED = {"properties": ".{}", "patternProperties": "./{}/", "anyOf": "|{}", "oneOf": "|{}", "prefixItems": "[{}]"}


def label(place: Place) -> str:
    """Name a place by its component or part of the operation, and the path from there."""
    match [token.replace("~1", "/").replace("~0", "~") for token in place.pointer.split("/")[1:]]:
        case ["components", _, name, *inside]:
            return name + _inside(inside)
        case ["paths" | "webhooks", path, "parameters", index, *inside]:
            return _parameter(place, [path], index) + _inside(inside)
        case ["paths" | "webhooks", path, method, "parameters", index, *inside]:
            return _parameter(place, [path, method], index) + _inside(inside)
        case ["paths" | "webhooks", path, method, *part]:
            return _part(part) or f"{method.upper()} {path}"
        case tokens:
            return "/".join(tokens) or "the document"


def _part(tokens: list[str]) -> str:
    """Name a part of an operation."""
    match tokens:
        case ["requestBody", "content", media, *inside]:
            return f"{media} body" + _inside(inside)
        case ["requestBody", *_]:
            return "body"
        case ["responses", status, "content", _, *inside]:
            return f"answer {status}" + _inside(inside)
        case ["responses", status, "headers", header, *inside]:
            return f"header {header} of answer {status}" + _inside(inside)
        case ["responses", status, *_]:
            return f"answer {status}"
        case _:
            return ""


def _parameter(place: Place, holder: list[str], index: str) -> str:
    node = place.root[place.pointer.split("/")[1]]
    for token in holder:
        node = node[token]
    name = node["parameters"][int(index)].get("name")
    return f"parameter {name if isinstance(name, str) else index}"


def _inside(tokens: list[str]) -> str:
    """Write the path from a schema to a place in it, without a keyword at the end."""
    text, rest = "", list(tokens)
    while rest:
        word = rest.pop(0)
        if word in _SILENT:
            del rest[: _SILENT[word]]
        elif word in _MARKS:
            text += _MARKS[word]
        elif word in _NAMED and rest:
            text += _NAMED[word].format(rest.pop(0))
        else:
            break
    return text
