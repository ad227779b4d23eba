import ast

import pytest

from .corpus import HIDDEN, TEXTS, fill

ROUNDS = 2  # each payload stands at every 40th place for text in each round, at other places in the next


@pytest.mark.parametrize("part", range(ROUNDS))
def test_free_text_is_only_text(published, refuses, harmless, part):
    """Descriptions, summaries, examples and the like hold anything, run nothing, change no meaning and are kept."""
    payloads = list(TEXTS.values())
    filled = fill(published, payloads[part:] + payloads[:part])

    assert filled > 1_000
    assert refuses(published) == []
    assert _lost_words(published, harmless(published)) == []


def _lost_words(document, package):
    """Operations whose docstring does not hold all that can be seen of the document's description."""
    written = [_squeezed(ast.get_docstring(node, clean=False) or "") for node in _functions(package, "sync_detailed")]
    wanted = [operation["description"] for item in document["paths"].values() for operation in item.values()]
    return [text for text in wanted if not any(_squeezed(text) in docstring for docstring in written)]


def _functions(package, name):
    for path in package.glob("api/*/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def _squeezed(text):
    return "".join(character for character in text if character.isprintable() and not character.isspace())


@pytest.mark.parametrize("payload", HIDDEN.values(), ids=HIDDEN)
def test_characters_that_deceive_are_refused(published, refuses, payload):
    """A control, bidirectional or broken character is refused in a text and in a key, by its place."""
    places = {
        "/info": published["info"],
        "/tags/0": published["tags"][0],
        "/components/schemas/Error": published["components"]["schemas"]["Error"],
        "/paths/~1invite-users/post": published["paths"]["/invite-users"]["post"],
        "/paths/~1invite-users/post/responses/200": published["paths"]["/invite-users"]["post"]["responses"]["200"],
    }
    for place in places.values():
        place["description"] = payload
    found = refuses(published)
    assert sorted(line.partition(" ")[0] for line in found) == sorted(f"{place}/description" for place in places)
    assert all("/description holds the " in line for line in found)

    for place in places.values():
        place["description"] = "plain"
        place["x-" + payload] = 1
    found = refuses(published)
    assert [any(line.startswith(f"{place}/x-") for line in found) for place in places] == [True] * len(places)
    assert all("is a key that holds the" in line for line in found)


def test_an_example_may_have_any_shape(published, refuses, harmless):
    """Examples look like keywords, references and code without being any of it."""
    example = {"type": "nope", "properties": {"$ref": 5}, "enum": "x", "nullable": [], "": {"class": [None, 1e300]}}
    for schema in published["components"]["schemas"].values():
        schema["example"], schema["examples"] = example, [example, None, "", []]

    assert refuses(published) == []
    harmless(published)
