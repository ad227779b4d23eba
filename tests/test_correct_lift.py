from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts.corrections.lift import lift as tell
from scripts.corrections.lift import type_names

REF = {"$ref": "#/components/schemas/Size"}
SECOND = {"$ref": "#/components/schemas/Size2"}
NULL = {"type": "null"}
SIZE = {"title": "Size", "type": "string", "enum": ["s", "m"]}
BARE = {"type": "string", "enum": ["s", "m"]}
NULLABLE = {"type": ["string", "null"], "enum": ["s", "m", None]}


def lift(document):
    """Give the lifted document alone."""
    return tell(document).document


def in_document(parameters=(), **schemas):
    """Make a document of these components, and one operation of these parameters."""
    operation = {"parameters": list(parameters), "responses": {}}
    return {"openapi": "3.1.0", "paths": {"/a": {"get": operation}}, "components": {"schemas": schemas}}


def holding(**properties):
    """Make an object of these properties."""
    return {"type": "object", "properties": properties}


def lifted(*places):
    """Lift a document with these schemas as properties of component A; give the properties and all components."""
    schemas = lift(in_document(A=holding(**dict(zip("pqrstuvw", places, strict=False)))))["components"]["schemas"]
    return list(schemas["A"]["properties"].values()), schemas


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (SIZE, REF),
        ({**SIZE, "description": "d", "example": "s"}, {"allOf": [REF], "description": "d", "example": "s"}),
        ({**SIZE, "default": "m"}, {"allOf": [REF], "default": "m"}),
        ({**SIZE, "type": ["string", "null"], "enum": ["s", "m", None]}, {"anyOf": [REF, NULL]}),
        (
            {**SIZE, "type": ["string", "null"], "enum": ["s", None, "m"], "default": None},
            {"anyOf": [REF, NULL], "default": None},
        ),
        ({**SIZE, "enum": ["s", "m", None]}, REF),
        ({"title": "Size", "anyOf": [BARE, NULL], "default": "s"}, {"anyOf": [REF, NULL], "default": "s"}),
        ({"title": "Size", "oneOf": [NULL, BARE]}, {"anyOf": [REF, NULL]}),
        ({"type": "array", "items": SIZE}, {"type": "array", "items": REF}),
        ({"anyOf": [SIZE, {"type": "integer"}]}, {"anyOf": [REF, {"type": "integer"}]}),
    ],
)
def test_a_titled_type_moves_and_its_place_refers_to_it(place, expected):
    """Notes and null stay at the place, and the type alone becomes the component."""
    [left], schemas = lifted(place)

    assert left == expected
    assert {key: schemas["Size"][key] for key in BARE} == BARE


def test_a_titled_object_moves_with_what_is_in_it():
    """A nullable object leaves anyOf behind, and a titled type inside it moves too."""
    box = {"title": "Box", "type": ["object", "null"], "properties": {"size": SIZE}, "required": ["size"]}
    [left], schemas = lifted({**box, "description": "A box, or none."})

    assert left == {"anyOf": [{"$ref": "#/components/schemas/Box"}, NULL], "description": "A box, or none."}
    assert schemas["Box"] == {
        "type": "object",
        "properties": {"size": REF},
        "required": ["size"],
        "description": "A box, or none.",
    }
    assert schemas["Size"] == BARE


def test_places_in_another_order_are_one_type():
    """The same set of values is the same enum; the order that comes first is kept."""
    places, schemas = lifted(SIZE, {**SIZE, "enum": ["m", "s"], "description": "d"})

    assert places == [REF, {"allOf": [REF], "description": "d"}]
    assert schemas["Size"] == BARE


def test_a_description_that_all_places_share_describes_the_type():
    """The component takes a description only where every place says the same."""
    assert lifted({**SIZE, "description": "d"}, {**SIZE, "description": "d"})[1]["Size"] == {**BARE, "description": "d"}
    assert lifted({**SIZE, "description": "d"}, {**SIZE, "description": "e"})[1]["Size"] == BARE
    assert lifted({**SIZE, "description": "d"}, SIZE)[1]["Size"] == BARE


@pytest.mark.parametrize(
    "other",
    [
        {**SIZE, "enum": ["s", "m", "l"]},
        {**SIZE, "enum": ["s"]},
        {**SIZE, "type": "integer", "enum": [1, 2]},
        {**SIZE, "type": "object", "enum": [{}]},
        {"title": "Size", "type": "object", "properties": {}},
    ],
)
def test_places_that_differ_are_two_types(other):
    """The title stays with the first of two, and the other gets a number."""
    [one, two], schemas = lifted(SIZE, other)

    assert (one, two) == (REF, SECOND)
    assert set(schemas) == {"A", "Size", "Size2"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"x": {"type": "string"}}, {"required": ["x"]}),
        ({"x": {"type": "string"}}, {"additionalProperties": False}),
        ({"x": {"type": "string"}}, {"properties": {"y": {}}}),
        ({"description": {"type": "string"}}, {"properties": {"description": {"type": "integer"}}}),
        ({"x": {"default": 1}}, {"properties": {"x": {"default": 2}}}),
    ],
)
def test_objects_that_differ_inside_are_two_types(one, other):
    """Content is compared all the way down, a property called `description` and inner defaults included."""
    box = {"title": "Box", "type": "object", "properties": one}

    assert set(lifted(box, {**box, **other})[1]) == {"A", "Box", "Box2"}


def test_a_title_stays_with_most_places_and_differences_fold_back():
    """The one list of three that was widened is apart, two that were widened alike are one; all three are one again."""
    wider, null = {**SIZE, "enum": ["s", "m", "l"]}, {**SIZE, "enum": ["m", "s"]}
    first, _ = lifted(wider, SIZE, null)
    second, schemas = lifted(SIZE, wider, {**wider, "description": "d"})

    assert first == [SECOND, REF, REF]
    assert second == [SECOND, REF, {"allOf": [REF], "description": "d"}]
    assert schemas["Size"]["enum"] == ["s", "m", "l"]
    assert set(lifted(wider, wider, wider)[1]) == {"A", "Size"}


def test_who_is_apart_is_told():
    """By place, with the name it has got."""
    document = in_document(A=holding(p=SIZE, q={**SIZE, "enum": ["x"]}), Size2=holding())

    assert tell(document).apart == {("components", "schemas", "A", "properties", "q"): "Size3"}


def test_notes_inside_may_differ():
    """A description is a note, wherever it is."""
    boxes = [{"title": "Box", "type": "object", "properties": {"x": {"description": note}}} for note in "de"]

    assert "Box" in lifted(*boxes)[1]


def test_an_existing_component_serves_if_it_agrees():
    """A title that the document has as a component refers to that one, and changes nothing about it."""
    published = {**BARE, "enum": ["m", "s"], "description": "theirs", "example": "m"}
    schemas = lift(in_document(Size=published, A=holding(p=SIZE)))["components"]["schemas"]

    assert schemas == {"Size": published, "A": holding(p=REF)}


@pytest.mark.parametrize(
    "existing", [{**BARE, "enum": ["x"]}, {"type": "string"}, {"type": "object"}, True, NULLABLE], ids=str
)
def test_an_existing_component_that_differs_keeps_its_name(existing):
    """A title never takes over a component of other content, or of one that takes null besides."""
    schemas = lift(in_document(Size=existing, A=holding(p=SIZE)))["components"]["schemas"]

    assert (schemas["Size"], schemas["A"]["properties"]["p"]) == (existing, SECOND)


def test_the_title_of_a_component_takes_no_file():
    """The generator names a component by its key: what its title says is free for another type."""
    result = lift(in_document(Published={**BARE, "title": "PDF export"}, A=holding(p={**SIZE, "title": "PdfExport"})))

    assert list(result["components"]["schemas"]) == ["Published", "A", "PdfExport"]


def test_a_component_that_takes_null_stays_as_it_is():
    """The null of a named enum is said where the enum is used; the component keeps its name."""
    assert lift(in_document(Size=NULLABLE))["components"]["schemas"]["Size"] == NULLABLE


@pytest.mark.parametrize("title", ["PDF export", "size", "Größe", "", 7, "A.B", "../Size"])
def test_a_title_that_is_no_type_name_is_left_alone(title):
    """Published titles are free text; only what can be a class name as it stands is taken for one."""
    places, schemas = lifted({**SIZE, "title": title})

    assert places == [{**SIZE, "title": title}]
    assert list(schemas) == ["A"]


@pytest.mark.parametrize(
    "schema",
    [
        {"title": "Size", "type": "string"},
        {"title": "Size", "type": "array", "items": {}},
        {"title": "Size", "anyOf": [{"type": "string"}, NULL]},
        {"title": "Size", "anyOf": [{"$ref": "#/components/schemas/A"}, NULL, {"type": "integer"}]},
        {"title": "Size", "anyOf": [{"$ref": "#/components/schemas/A"}, NULL], "minLength": 1},
        {"title": "Size", "anyOf": [True, NULL]},
        {"title": "Size", "$ref": "#/components/schemas/A"},
        {"title": "Size", "enum": [None]},
    ],
)
def test_what_makes_no_class_is_left_alone(schema):
    """Only enums and objects are types of their own."""
    assert lifted(schema)[0] == [schema]


def test_a_new_place_of_a_known_type_joins_it():
    """An untitled type with the content of just one known type is that type: a property, a parameter, an entry."""
    parameter = {"name": "p", "in": "query", "schema": {**BARE, "enum": ["m", "s"], "default": "s"}}
    listed = {"type": "array", "items": BARE}
    result = lift(in_document([parameter], A=holding(p=SIZE), B=holding(q=listed), C=holding(r=holding(a=BARE))))

    assert result["components"]["schemas"]["B"]["properties"] == {"q": {**listed, "items": REF}}
    assert result["components"]["schemas"]["CR"]["properties"] == {"a": REF}
    assert result["paths"]["/a"]["get"]["parameters"][0]["schema"] == {"allOf": [REF], "default": "s"}


def test_a_published_component_is_a_known_type_too():
    """An object spelled out that the document has under a name is that one; any object at all is nobody's."""
    schemas = lift(
        in_document(
            Box=holding(a={"type": "string"}),
            Any={"type": "object"},
            A=holding(p=holding(a={"type": "string", "description": "d"}), q={"type": "object"}),
        )
    )["components"]["schemas"]

    assert schemas["A"]["properties"] == {
        "p": {"$ref": "#/components/schemas/Box"},
        "q": {"$ref": "#/components/schemas/AQ"},
    }


def test_an_untitled_place_is_not_guessed_when_two_types_fit():
    """Two titles for one content: a third place belongs to neither."""
    other = {**SIZE, "title": "Length"}
    schemas = lift(in_document(A=holding(p=SIZE), B=holding(p=other), C=holding(p=BARE)))["components"]["schemas"]

    assert schemas["C"] == holding(p={"$ref": "#/components/schemas/CP"})


WORDY = "AnswerOfTheLongestNameThereIs"
DERIVED = {
    "a property": ({"schemas": {"A": holding(p_q=BARE)}}, "APQ"),
    "a number": ({"schemas": {"A": holding(used_30d=BARE)}}, "AUsed30d"),
    "with null": ({"schemas": {"A": holding(p={"type": ["string", "null"], "enum": ["s", None]})}}, "AP"),
    "an entry": ({"schemas": {"A": holding(p={"type": "array", "items": BARE})}}, "APItem"),
    "a value": ({"schemas": {"A": {"type": "object", "additionalProperties": BARE}}}, "AAdditionalProperty"),
    "a variant": ({"schemas": {"A": holding(p={"oneOf": [{"type": "integer"}, BARE]})}}, "APType1"),
    "inside one": ({"schemas": {"A": holding(p=holding(q=BARE))}}, "APQ"),
    "a long one": ({"schemas": {WORDY: holding(also_with_words=BARE)}}, "OfTheLongestNameThereIsAlsoWithWords"),
    "one long word": ({"schemas": {"A" * 50: holding(p=BARE)}}, "A" * 40),
    "a shared answer": ({"responses": {"Oops": {"content": {"application/json": {"schema": BARE}}}}}, "Oops"),
    "a shared parameter": ({"parameters": {"Size": {"name": "s", "in": "query", "schema": BARE}}}, "Size"),
}


@pytest.mark.parametrize(("components", "name"), DERIVED.values(), ids=DERIVED)
def test_a_type_that_nobody_named_is_called_by_its_place(components, name):
    """As the generator would call it, in at most 40 characters; each is told."""
    result = tell({"openapi": "3.1.0", "paths": {}, "components": components})

    assert list(result.derived.values())[-1] == name
    assert len(name) <= 40
    assert result.document["components"]["schemas"][name]["enum"]


def test_types_of_operations_are_called_after_them():
    """Its parameters, bodies and answers."""
    media = {"application/json": {"schema": BARE}}
    operation = {
        "operationId": "find_it",
        "parameters": [{"name": "size", "in": "query", "schema": {"type": "array", "items": BARE}}],
        "requestBody": {"content": media},
        "responses": {"200": {"content": media}},
    }
    both = {"parameters": [{"name": "all", "in": "query", "schema": BARE}], "post": operation}

    assert set(tell({"openapi": "3.1.0", "paths": {"/a": both}}).derived.values()) == {
        "All",
        "FindItSizeItem",
        "FindItBody",
        "FindItResponse200",
    }


def test_two_derived_names_never_meet():
    """The second of two that would have one name gets a number."""
    schemas = lifted_of(in_document(AFooBar=BARE, A=holding(foo_bar=holding(a=BARE), fooBar=holding(b={}))))

    assert {"AFooBar", "AFooBar2", "AFooBar3"} < set(schemas)


def lifted_of(document):
    """Give all components of a lifted document."""
    return lift(document)["components"]["schemas"]


def test_parts_of_a_whole_stay_where_they_are():
    """A branch of `allOf` is no type of its own."""
    whole = {"allOf": [{"$ref": "#/components/schemas/B"}, holding(a={"type": "string"})]}

    assert lifted_of(in_document(A=whole, B=holding()))["A"] == whole


def test_what_is_inside_a_type_that_joins_an_equal_one_leaves_nothing_behind():
    """The object in the second place would be a component that nothing refers to."""
    box = {"type": "object", "properties": {"a": {"title": "Free", "type": "object"}}}
    other = {"type": "object", "properties": {"a": {"type": "object"}}}
    result = tell(in_document(A=holding(p={"title": "Box", **box}), B=holding(q=other)))

    assert set(result.document["components"]["schemas"]) == {"A", "B", "Box", "Free"}
    assert result.document["components"]["schemas"]["B"] == holding(q={"$ref": "#/components/schemas/Box"})
    assert result.derived == {}


def test_references_into_a_type_follow_it():
    """To a property of an inline object, however deep; a reference to the place itself still leads there."""
    inner = "#/components/schemas/A/properties/p"
    schemas = lifted_of(
        in_document(
            A=holding(p=holding(q=holding(r={"type": "string"}))),
            B=holding(
                one={"$ref": f"{inner}/properties/q/properties/r"},
                two={"$ref": f"{inner}/properties/q"},
                three={"$ref": inner},
            ),
        )
    )

    assert schemas["B"]["properties"] == {
        "one": {"$ref": "#/components/schemas/APQ/properties/r"},
        "two": {"$ref": "#/components/schemas/AP/properties/q"},
        "three": {"$ref": inner},
    }


def test_an_untitled_enum_with_null_becomes_one_type():
    """The null of an inline enum stands beside it, or the generator makes three classes of it."""
    assert lifted({**NULLABLE, "description": "d", "default": None})[0] == [
        {"anyOf": [{"$ref": "#/components/schemas/AP"}, NULL], "description": "d", "default": None}
    ]


def test_only_types_are_listed():
    """Lists and unions of types are no types of their own."""
    document = in_document(E=BARE, O={"properties": {}}, L={"type": "array"}, U={"anyOf": [BARE]}, T=True)

    assert type_names(document) == ["E", "O"]


def test_a_document_without_components_gets_them():
    """A titled type in a parameter moves even where there is nothing to move to yet."""
    document = in_document([{"name": "p", "in": "query", "schema": SIZE}])
    del document["components"]

    assert lift(document)["components"] == {"schemas": {"Size": BARE}}
    assert lift({"openapi": "3.1.0", "paths": {}}) == {"openapi": "3.1.0", "paths": {}}


NOTES = st.fixed_dictionaries({}, optional={"description": st.sampled_from("de"), "example": st.just("x")})
TYPES = st.sampled_from(
    [
        SIZE,
        {**SIZE, "type": ["string", "null"], "enum": ["s", None, "m"]},
        {**BARE, "type": ["string", "null"], "enum": ["s", "m", None]},
        {"title": "Box", "type": "object", "properties": {"p": SIZE}, "required": ["p"]},
        {
            "title": "Box",
            "type": ["object", "null"],
            "required": ["p"],
            "properties": {"p": {**SIZE, "enum": ["m", "s"]}},
        },
        {"type": "integer", "minimum": 1},
    ]
)
PLACES = st.builds(lambda schema, notes: {**schema, **notes}, TYPES, NOTES)
SCHEMAS = st.recursive(
    PLACES,
    lambda inner: (
        st.builds(lambda items: {"type": "array", "items": items}, inner)
        | st.builds(lambda branches: {"anyOf": branches}, st.lists(inner, min_size=1, max_size=2))
        | st.builds(lambda properties: holding(**properties), st.dictionaries(st.sampled_from("pq"), inner, min_size=1))
    ),
    max_leaves=5,
)
INSTANCES = st.recursive(
    st.none() | st.sampled_from(["s", "m", "x", 0, 1]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("pq"), inner, max_size=2),
    max_leaves=4,
)


def accepts(document, instance):
    """Tell whether component A takes a value."""
    return Draft202012Validator({**document, "$ref": "#/components/schemas/A"}).is_valid(instance)


@given(SCHEMAS, INSTANCES)
def test_the_same_values_are_valid_before_and_after(schema, instance):
    """Moving a type changes where it is written, not which values are valid."""
    document = in_document(A={"anyOf": [schema]})

    assert accepts(document, instance) == accepts(lift(document), instance)


@given(SCHEMAS)
def test_lift_is_idempotent_and_pure(schema):
    """A second run finds nothing to do, and the input is never touched."""
    document = in_document(A={"anyOf": [schema]})
    before = deepcopy(document)
    once = lift(document)

    assert document == before
    assert lift(once) == once
