"""Documents that are hostile by their shape: too large, pointing or sending readers elsewhere, or no OpenAPI."""

import copy

import pytest

from scripts.corrections.grammar import walk
from scripts.safety import checks as safety
from scripts.safety import limits
from scripts.safety.collisions import check_names

from .places import add_property, answer, schemas

ELSEWHERE = (
    "https://example.com/x.json",
    "http://127.0.0.1/x",
    "//example.com/x",
    "file:///etc/passwd",
    "other.json#/components/schemas/Error",
    "/etc/passwd",
    "../../x",
    "urn:x",
    "#",
    "#anchor",
    "#/components/schemas/Nobody",
    "#/components/schemas/Error/properties/nothing",
    "",
)


@pytest.fixture
def small(published):
    """A document of one schema and no operation."""
    kept = {"Error": published["components"]["schemas"]["Error"]}
    return {
        **{key: published[key] for key in ("openapi", "info", "servers")},
        "components": {"schemas": kept},
        "paths": {},
    }


def nested(levels):
    """A schema of arrays in arrays."""
    schema = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


REFERRING = {
    "$ref": lambda d, to: add_property(d, "x", {"$ref": to}),
    "$dynamicRef": lambda d, to: add_property(d, "x", {"$dynamicRef": to}),
    "response": lambda d, to: d["paths"].update({"/x": {"get": {"responses": {"200": {"$ref": to}}}}}),
    "path": lambda d, to: d["paths"].update({"/x": {"$ref": to}}),
    "link": lambda d, to: d["components"].update({"links": {"x": {"operationRef": to}}}),
    "mapping": lambda d, to: add_property(d, "x", {"discriminator": {"propertyName": "a", "mapping": {"a": to}}}),
    "in an example": lambda d, to: add_property(d, "x", {"example": {"$ref": to}}),
    "in an extension": lambda d, to: d.update({"x-more": [{"$ref": to}]}),
}


@pytest.mark.parametrize("place", REFERRING)
def test_references_stay_inside_and_lead_somewhere(small, refuses, place):
    """Nothing in a document makes a reader open a file or a connection, or look for what is not there."""
    for target in ELSEWHERE:
        document = copy.deepcopy(small)
        REFERRING[place](document, target)
        found = refuses(document)
        assert any(
            "outside the document" in line or "points nowhere" in line or "not a pointer" in line for line in found
        )


@pytest.mark.parametrize("keyword", ["$id", "$anchor", "$dynamicAnchor"])
def test_the_base_of_references_stays(small, refuses, keyword):
    """A schema that moves the base of references would change what the others mean."""
    add_property(small, "x", {keyword: "x"})

    assert "would change what references" in refuses(small)[0]


@pytest.mark.parametrize(
    "circle",
    [
        {"A": {"$ref": "#/components/schemas/A"}},
        {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
        {"A": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}},
        {
            "A": {"allOf": [{"oneOf": [{"$ref": "#/components/schemas/B"}]}]},
            "B": {"not": {"$ref": "#/components/schemas/A"}},
        },
    ],
)
def test_schemas_made_of_themselves_are_refused(small, refuses, circle):
    """A schema that applies itself to the same value has no end; one below a property or in a list has."""
    schemas(small)["Tree"] = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    assert refuses(small) == []

    schemas(small).update(circle)
    assert any("round in a circle" in line or "defined by itself" in line for line in refuses(small))


DOUBLING = {
    "allOf": lambda twice: {"allOf": twice},
    "anyOf": lambda twice: {"anyOf": twice},
    "properties": lambda twice: {"type": "object", "properties": {"left": twice[0], "right": twice[1]}},
    "lists": lambda twice: {"type": "array", "items": {"oneOf": twice}},
}


@pytest.mark.parametrize("last", [{"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/S0"}}])
@pytest.mark.parametrize("double", DOUBLING.values(), ids=DOUBLING)
def test_schemas_that_double_are_refused(small, refuses, double, last):
    """Forty schemas that refer to the next one twice are a million million once that is written out."""
    for number in range(40):
        reference = {"$ref": f"#/components/schemas/S{number + 1}"}
        schemas(small)[f"S{number}"] = double([reference, reference])
    schemas(small)["S40"] = last

    (line,) = refuses(small)
    assert line.endswith("is more than 250000 values with its references written out")


def test_what_refers_much_and_doubles_little_passes(small, refuses):
    """A tree, a schema that a hundred others share, and a list of lists are no reason to refuse."""
    tree = {"$ref": "#/components/schemas/Tree"}
    schemas(small)["Tree"] = {"type": "object", "properties": {"left": tree, "right": tree, "error": {**ERROR}}}
    schemas(small).update({f"S{n}": {"type": "object", "properties": {"tree": tree, "e": ERROR}} for n in range(100)})

    assert refuses(small) == []


ERROR = {"$ref": "#/components/schemas/Error"}


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (lambda d: add_property(d, "x", nested(70)), "nested deeper than 64"),
        (lambda d: d["info"].update(description="x" * 100_001), "text of 100001 characters"),
        (lambda d: add_property(d, "x", {"enum": [str(n) for n in range(5_001)]}), "5001 entries"),
        (lambda d: add_property(d, "x", {"x-" + "y" * 300: 1}), "key longer than 300"),
        (lambda d: add_property(d, "x", {"maximum": 2**64 + 1}), "beyond 64 bits"),
        (lambda d: add_property(d, "x", {"minimum": float("-inf")}), "too large to represent"),
        (lambda d: add_property(d, "x", {"type": "string", "minLength": 10_001}), "values of 10001 or more"),
        (lambda d: add_property(d, "x", {"type": "array", "minItems": 1e9}), "values of 1000000000.0 or more"),
    ],
)
def test_what_is_too_large_is_refused(small, refuses, alter, reason):
    """Each limit is told with what was found; one more finding would cost more than it says."""
    alter(small)

    (found,) = refuses(small)
    assert reason in found


def test_limits_leave_room_for_growth(small, refuses):
    """Ten times what the vendor publishes is no reason to refuse."""
    add_property(small, "x", nested(14))
    add_property(small, "y", {"type": "string", "enum": [f"v{n}" for n in range(2_000)], "maxLength": 2**53})
    add_property(
        small, "z", {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1, "description": "x" * 50_000}
    )

    assert refuses(small) == []


def test_values_and_operations_are_counted(small, monkeypatch, refuses):
    """The number of values and of operations has an end."""
    small["paths"].update({f"/x{n}": {"get": answer()} for n in range(2_001)})
    assert "one operation too many: the limit is 2000" in refuses(small)[0]

    monkeypatch.setattr(limits, "VALUES", 1_000)
    assert "one value too many: the limit is 1000" in refuses(small)[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://cool.jobmojito.com.example.com/functions/v1",
        "https://cool.jobmojito.com@example.com/",
        "https://cool.jobmojito.com:8443/functions/v1",
        "http://cool.jobmojito.com/functions/v1",
        "https://{host}/functions/v1",
        "https://cool.jobmojito.com/{path}",
        "//cool.jobmojito.com",
        "/functions/v1",
        "",
        "https://cool.jobmojito.com\\@example.com",
        "https://\u0441ool.jobmojito.com",
        "https://cool.jobmojito.com:port",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        lambda d, server: d.update(servers=[server]),
        lambda d, server: d["servers"].append(server),
        lambda d, server: d["paths"].update({"/x": {"servers": [server]}}),
        lambda d, server: d["paths"].update({"/x": {"get": {**answer(), "servers": [server]}}}),
        lambda d, server: d["components"].update(links={"x": {"server": server, "operationId": "x"}}),
    ],
    ids=["alone", "beside", "path", "operation", "link"],
)
def test_no_server_sends_readers_elsewhere(small, refuses, place, url):
    """Another host, port, scheme, a variable or no host at all is refused wherever a server can be named."""
    place(small, {"url": url})

    assert any(
        line.endswith("/url is not a plain https address: '" + url + "'") or "--accept-host" in line
        for line in refuses(small)
    )


def test_the_same_host_may_move_its_base_path(small, refuses):
    """Another path on the host in use is a change for the changelog, not a danger; case does not matter."""
    small["servers"] = [{"url": "https://COOL.jobmojito.com/functions/v2"}, {"url": "https://cool.jobmojito.com"}]

    assert refuses(small) == []


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (lambda d: d.update(openapi="3.0.3"), "/openapi"),
        (lambda d: d.update(openapi="3.2.0"), "/openapi"),
        (lambda d: d.update(openapi=3.1), "/openapi"),
        (lambda d: d.pop("info"), "(the whole document)"),
        (lambda d: [d.pop("paths"), d.pop("components")], "(the whole document)"),
        (lambda d: d.update(paths=[]), "/paths"),
        (lambda d: d["components"].update(schemas=[]), "/components/schemas"),
        (lambda d: add_property(d, "x", {"type": "text"}), "/components/schemas/Error/properties/fresh_x/type"),
        (lambda d: add_property(d, "x", "string"), "/components/schemas/Error/properties/fresh_x"),
        (lambda d: add_property(d, "x", {"required": "a"}), "/components/schemas/Error/properties/fresh_x/required"),
        (lambda d: d["paths"].update({"/x": {"get": {}, "gett": answer()}}), "/paths/~1x"),
        (lambda d: d["paths"].update({"/x": {"get": {"responses": {"200": {}}}}}), "/paths/~1x/get/responses/200"),
        (lambda d: d["paths"].update({"/x/{a}": {"get": answer()}}), "/paths/~1x~1{a}/get"),
        (lambda d: d["paths"].update({"/x": {"get": answer("a")}}), "/paths/~1x/get"),
        (lambda d: d["paths"].update({"/x": {"get": {**answer(), "parameters": [QUERY, QUERY]}}}), "/paths/~1x/get"),
        (lambda d: d["paths"].update({"/x": {"get": {**answer(), "parameters": [{"name": "a"}]}}}), "/paths/~1x/get/"),
        (lambda d: d.update(jsonSchemaDialect="https://example.com/dialect"), "/jsonSchemaDialect"),
    ],
)
def test_what_is_no_openapi_31_is_refused_where_it_stands(small, refuses, alter, place):
    """A broken rule of OpenAPI 3.1 is told with its place."""
    alter(small)

    assert any(line.startswith(place) for line in refuses(small))


def test_what_is_new_beside_a_known_document_is_judged(small):
    """What the document in use has too is not judged again; one that differs is, be it by 1 in the place of true."""
    known = copy.deepcopy(small)
    known["paths"]["/x"] = {"get": {**answer(), "parameters": [{**QUERY, "required": True}]}}
    changed = copy.deepcopy(known)
    hosts = safety.hosts(known)
    assert safety.check(changed, accepted_hosts=hosts, known=known) == []

    changed["paths"]["/x"]["get"]["parameters"][0]["required"] = 1
    add_property(changed, "x", {"type": "text"})
    found = [str(one) for one in safety.check(changed, accepted_hosts=hosts, known=known)]
    assert [line.partition(" ")[0] for line in found] == ["/paths/~1x/get/parameters/0/required"]


QUERY = {"name": "a", "in": "query", "schema": {"type": "string"}}


def test_30_style_nullability_is_allowed(small, refuses):
    """The vendor's own way to write null is known and no reason to refuse, with a null default as well."""
    add_property(small, "x", {"type": "string", "nullable": True, "enum": ["a"], "default": None})
    add_property(small, "y", {"anyOf": [{"type": "number"}, {"nullable": True}]})

    assert refuses(small) == []


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [[]], {"": {}}, True])
def test_any_value_anywhere_is_refused_or_passes_without_a_crash(small, value):
    """Whatever stands where an object, a list or a text belongs, the checks come to an end."""
    add_property(
        small, "x", {"title": "X", "type": "object", "allOf": [{}], "const": "c", "discriminator": {"mapping": {}}}
    )
    small["paths"]["/x"] = {
        "post": {**answer(), "parameters": [QUERY], "requestBody": {"content": {}}, "servers": [{}]}
    }
    places = [
        (*place.steps, key) for place in walk(small) for key in (*place.value, "$ref", "servers", "enum", "items")
    ]

    for steps in places:
        document = copy.deepcopy(small)
        _put(document, steps, value)
        check_names(document)
        safety.check(document, accepted_hosts={"cool.jobmojito.com"})


def _put(document, steps, value):
    for step in steps[:-1]:
        document = document[step]
    document[steps[-1]] = value
