from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts.corrections.lift import lift, type_names
from scripts.files.failures import Refused

REF = {"$ref": "#/components/schemas/Size"}
NULL = {"type": "null"}
SIZE = {"title": "Size", "type": "string", "enum": ["s", "m"]}
BARE = {"type": "string", "enum": ["s", "m"]}


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
def test_places_that_differ_are_refused(other):
    """One title on two contents names both places."""
    with pytest.raises(Refused) as refusal:
        lifted(SIZE, other)

    for pointer in ("/components/schemas/A/properties/p", "/components/schemas/A/properties/q"):
        assert pointer in str(refusal.value)
    assert "Size is not one type" in str(refusal.value)


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
def test_objects_that_differ_inside_are_refused(one, other):
    """Equal content is asserted all the way down, a property called `description` and inner defaults included."""
    box = {"title": "Box", "type": "object", "properties": one}

    with pytest.raises(Refused, match="Box is not one type"):
        lifted(box, {**box, **other})


def test_notes_inside_may_differ():
    """A description is a note, wherever it is."""
    boxes = [{"title": "Box", "type": "object", "properties": {"x": {"description": note}}} for note in "de"]

    assert "Box" in lifted(*boxes)[1]


def test_an_existing_component_serves_if_it_agrees():
    """A title that the document has as a component refers to that one, and changes nothing about it."""
    published = {**BARE, "enum": ["m", "s"], "description": "theirs", "example": "m"}
    schemas = lift(in_document(Size=published, A=holding(p=SIZE)))["components"]["schemas"]

    assert schemas == {"Size": published, "A": holding(p=REF)}


@pytest.mark.parametrize("existing", [{**BARE, "enum": ["x"]}, {"type": "string"}, {"type": "object"}, True])
def test_an_existing_component_that_differs_is_refused(existing):
    """A title never takes over a component of other content."""
    with pytest.raises(Refused) as refusal:
        lift(in_document(Size=existing, A=holding(p=SIZE)))

    assert "/components/schemas/Size and /components/schemas/A/properties/p differ" in str(refusal.value)


def test_the_title_of_a_component_takes_no_file():
    """The generator names a component by its key: what its title says is free for another type."""
    result = lift(in_document(Published={**BARE, "title": "PDF export"}, A=holding(p={**SIZE, "title": "PdfExport"})))

    assert list(result["components"]["schemas"]) == ["Published", "A", "PdfExport"]


def test_a_component_that_takes_null_stays_as_it_is():
    """The null of a named enum is said where the enum is used; the component keeps its name."""
    nullable = {"type": ["string", "null"], "enum": ["s", "m", None]}

    assert lift(in_document(Size=nullable))["components"]["schemas"]["Size"] == nullable


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
        {"title": "Size", "anyOf": [BARE, NULL, {"type": "integer"}]},
        {"title": "Size", "anyOf": [BARE, NULL], "minLength": 1},
        {"title": "Size", "anyOf": [True, NULL]},
        {"title": "Size", "$ref": "#/components/schemas/A"},
        {"title": "Size", "enum": [None]},
    ],
)
def test_what_makes_no_class_is_left_alone(schema):
    """Only enums and objects are types of their own."""
    assert lifted(schema)[0] == [schema]


def test_a_new_place_of_a_known_type_joins_it():
    """An untitled type with a known content under the same name, property or parameter, is the known type."""
    parameter = {"name": "p", "in": "query", "schema": {**BARE, "enum": ["m", "s"], "default": "s"}}
    result = lift(in_document([parameter], A=holding(p=SIZE), B=holding(p=BARE, q=BARE)))

    assert result["components"]["schemas"]["B"]["properties"] == {"p": REF, "q": BARE}
    assert result["paths"]["/a"]["get"]["parameters"][0]["schema"] == {"allOf": [REF], "default": "s"}


def test_a_new_place_with_other_values_stays_by_itself():
    """Another content under the same name is a type of its own until a correction says otherwise."""
    wider = {**BARE, "enum": ["s", "m", "l"]}

    assert lift(in_document(A=holding(p=SIZE), B=holding(p=wider)))["components"]["schemas"]["B"] == holding(p=wider)


def test_the_entries_of_a_list_are_no_place_of_the_single_value():
    """`p` and the entries of `p` are two places, in a parameter as in a property."""
    listed = {"type": "array", "items": BARE}
    result = lift(in_document([{"name": "p", "in": "query", "schema": listed}], A=holding(p=SIZE), B=holding(p=listed)))

    assert result["paths"]["/a"]["get"]["parameters"][0]["schema"] == listed
    assert result["components"]["schemas"]["B"]["properties"]["p"] == listed


def test_a_place_without_a_name_joins_nothing():
    """Two answers that happen to have equal content stay two, unless both are titled."""
    document = in_document()
    answers = document["paths"]["/a"]["get"]["responses"]
    answers["200"] = {"content": {"application/json": {"schema": SIZE}}}
    answers["201"] = {"content": {"application/json": {"schema": BARE}}}
    result = lift(document)["paths"]["/a"]["get"]["responses"]

    assert result["200"]["content"]["application/json"]["schema"] == REF
    assert result["201"]["content"]["application/json"]["schema"] == BARE


def test_an_untitled_place_is_not_guessed_when_two_types_fit():
    """Two titles for one name and content: a third place belongs to neither."""
    other = {**SIZE, "title": "Length"}
    schemas = lift(in_document(A=holding(p=SIZE), B=holding(p=other), C=holding(p=BARE)))["components"]["schemas"]

    assert schemas["C"] == holding(p=BARE)


def test_an_existing_component_that_takes_null_is_refused():
    """A place that does not take null never refers to a type that does."""
    with pytest.raises(Refused, match="Size is not one type"):
        lift(in_document(Size={"type": ["string", "null"], "enum": ["s", "m", None]}, A=holding(p=SIZE)))


def test_an_untitled_enum_with_null_reaches_the_generator_as_one():
    """The null of an inline enum stands beside it, or the generator makes three classes of it."""
    nullable = {"type": ["string", "null"], "enum": ["s", "m", None], "description": "d", "default": None}

    assert lifted(nullable)[0] == [{"anyOf": [BARE, NULL], "description": "d", "default": None}]


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
