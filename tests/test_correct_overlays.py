from copy import deepcopy

import pytest

from scripts.corrections.overlays import apply, find, load_overlay, target_of
from scripts.files.failures import Refused


def overlay(*actions):
    """Make an overlay of these actions, each with a description."""
    filled = [{"description": "Why, and when it can go.", **action} for action in actions]
    return {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": filled}


def update(target, value, matches=1):
    """Make an action that updates."""
    return {"target": target, "update": value, "x-matches": matches}


def remove(target, matches=1):
    """Make an action that removes."""
    return {"target": target, "remove": True, "x-matches": matches}


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        (update("$.a", {"c": 2}), {"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}),
        (update("$.a", {"b": {"d": 2}}), {"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 1, "d": 2}}}),
        (update("$.a", {"b": 2}), {"a": {"b": 1}}, {"a": {"b": 2}}),
        (update("$.a", {"b": [2]}), {"a": {"b": [1]}}, {"a": {"b": [1, 2]}}),
        (update("$.a", {"b": ["x", "y"]}), {"a": {"b": "x"}}, {"a": {"b": ["x", "y"]}}),
        (update("$.a", {"t": 1}), {"a": [1]}, {"a": [1, {"t": 1}]}),
        (update("$.a", [2]), {"a": [1]}, {"a": [1, [2]]}),
        (update("$", {"b": 1}), {"a": 1}, {"a": 1, "b": 1}),
        (remove("$.a"), {"a": 1, "b": 2}, {"b": 2}),
        (remove("$.a[?@ > 1]", 2), {"a": [1, 2, 3]}, {"a": [1]}),
        (remove("$.a[0, 2, 0]", 2), {"a": [1, 2, 3]}, {"a": [2]}),
        (remove("$..x", 2), {"x": {"x": 1}, "y": 1}, {"y": 1}),
        (remove("$..[?@.x]", 2), {"a": [{"x": 1}, {"y": [{"x": 1}, 5]}]}, {"a": [{"y": [5]}]}),
    ],
)
def test_actions_do_what_overlay_1_0_says(action, before, after):
    """Objects merge, arrays take an entry, values are replaced, and removals do not move one another's places."""
    untouched = deepcopy(before)

    assert apply(before, overlay(action)) == after
    assert before == untouched


def test_removals_in_long_arrays_go_by_number_not_by_text():
    """Entry 10 is removed before entry 2, whatever order their digits sort in."""
    assert apply({"a": list(range(12))}, overlay(remove("$.a[2, 10]", 2)))["a"] == [0, 1, *range(3, 10), 11]


def test_actions_build_on_one_another():
    """A later action finds what an earlier one made."""
    result = apply({"a": {}}, overlay(update("$.a", {"b": {}}), update("$.a.b", {"c": 1}), remove("$.a.b.c")))

    assert result == {"a": {"b": {}}}


def test_each_match_gets_a_copy_of_its_own():
    """Changing one updated place changes no other, nor the overlay (the reason oas-patch was not taken)."""
    declared = overlay(update("$.*", {"new": {"in": [{"deep": []}]}}, 3))
    before = deepcopy(declared)
    result = apply({"a": {}, "b": {}, "c": {}}, declared)
    result["a"]["new"]["in"][0]["deep"].append("changed")

    assert (result["b"], result["c"]) == ({"new": {"in": [{"deep": []}]}},) * 2
    assert declared == before


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (
            update("$.a.b.x", {}),
            "action 1 ($.a.b.x): expected 1 place, found 0; the document has it only as far as /a/b",
        ),
        (update("$.a['c','b'][?@ == 1]", {}, 2), "found 1; not found: $['a']['b'][?@ == 1]"),
        (update("$.x", {}), "expected 1 place, found 0; the document has it only as far as its root"),
        (update("$.a['b','x','y']", {}, 3), "expected 3 places, found 1; not found: /a/x, /a/y"),
        (update("$['a','b'].c[?@ == 2]", {}, 2), "expected 2 places, found 0; the document has it only as far as /a/c"),
        (update("$.a.*", {}), "expected 1 place, found 2: /a/b, /a/c"),
        (update("$..*", {}, 99), "expected 99 places, found 11: /a, /list, /a/b, /a/c, /a/c/d, /list/0 and 5 more"),
        (update("$.list[?@.n == 1]", {}), "expected 1 place, found 0; the document has it only as far as /list"),
    ],
)
def test_another_number_of_matches_is_refused(action, complaint):
    """The message names the action, its target, both numbers, and the pointers that tell them apart."""
    document = {"a": {"b": {}, "c": {"d": 1}}, "list": [0, 1, 2, 3, 4, 5]}

    with pytest.raises(Refused) as refusal:
        apply(document, overlay(action))

    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (update("$.a.n", {}), "action 1 ($.a.n) at /a/n: an update needs an object"),
        (update("$.a", "text"), "at /a: an update needs an object"),
        (update("$.a", {"list": {}}), "at /a/list: an object and an array do not merge"),
        (update("$.a", {"deep": {"er": []}}), "at /a/deep/er: an object and an array do not merge"),
        (remove("$"), "the whole document cannot be removed"),
    ],
)
def test_an_update_that_does_not_fit_is_refused(action, complaint):
    """What cannot be merged is refused with the place, not overwritten."""
    with pytest.raises(Refused) as refusal:
        apply({"a": {"n": 1, "list": [], "deep": {"er": {}}}}, overlay(action))

    assert complaint in str(refusal.value)


def test_all_corrections_that_do_not_fit_are_named_at_once():
    """What builds on one that was left out is told by its own place, if it has none either."""
    actions = (update("$.x", {"y": {}}), update("$.a", {"b": 1}), update("$.x.y", {}), update("$.a.b.c", {}))
    with pytest.raises(Refused) as refusal:
        apply({"a": {}}, overlay(*actions))

    head, *lines = str(refusal.value).split("; action ")
    assert head.startswith("3 corrections do not fit: action 1 ($.x): expected 1 place, found 0")
    assert [line.partition(":")[0] for line in lines] == ["3 ($.x.y)", "4 ($.a.b.c)"]


def changed(**keys):
    """Make a good action, then change or (with None) leave out keys."""
    whole = {"target": "$.a", "description": "d", "update": {}, "x-matches": 1, **keys}
    return {key: value for key, value in whole.items() if value is not None}


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (changed(**{"x-match": 1}), "unknown key x-match"),
        (changed(copy="$.b"), "unknown key copy"),
        (changed(description=None), '"description" has to be a text'),
        (changed(description=" "), '"description" has to be a text'),
        (changed(target=None), 'action 1 (no target): "target" has to be a text'),
        (changed(target="a.b"), "not a usable JSONPath"),
        (changed(target="$.a[?nope(@)]"), "not a usable JSONPath"),
        (changed(**{"x-matches": None}), '"x-matches" has to be a whole number'),
        (changed(**{"x-matches": 0}), '"x-matches" has to be a whole number'),
        (changed(**{"x-matches": True}), '"x-matches" has to be a whole number'),
        (changed(**{"x-matches": "1"}), '"x-matches" has to be a whole number'),
        (changed(remove="yes"), '"remove" has to be true or false'),
        (changed(remove=True), "an action either updates or removes"),
        (changed(update=None), "an action either updates or removes"),
        ("$.a", "action 1 is not an object"),
    ],
)
def test_a_malformed_action_is_refused(action, complaint):
    """Each mistake in an action is refused before anything is applied, with the action's number."""
    with pytest.raises(Refused) as refusal:
        apply({"a": {}}, {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [action]})

    assert str(refusal.value).startswith("action 1")
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- 1", "an overlay is an object"),
        ("overlay: 1.1.0", "expected version 1.0.x"),
        ("overlay: 1.0", "expected version 1.0.x"),
        ("{overlay: 1.0.0, info: {title: t}, actions: []}", '"info" needs a title and a version'),
        ("{overlay: 1.0.0, info: {title: t, version: v}, actions: {}}", '"actions" has to be a list'),
        ("{overlay: 1.0.0, action: []}", "unknown key action"),
        ("{overlay: 1.0.0, overlay: 1.0.0}", "not valid YAML"),
        ("{overlay: [}", "not valid YAML"),
        ("overlay: !!python/object:os.system x", "not valid YAML"),
        ("info: {200: x}", 'the key 200 at "/info" is not a string'),
        (
            "\n".join(["a0: &a0 x", *(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]" for n in range(40))]),
            "more than 50000 values",
        ),
        ("info: &a [*a]", "nested too deeply"),
        ("info: &a {x: [*a, *a]}", "nested too deeply"),
        ("info: {day: 2026-01-01}", 'datetime.date(2026, 1, 1) at "/info/day" is not a JSON value'),
        ("info: [.nan]", 'nan at "/info/0" is not a JSON value'),
    ],
)
def test_a_file_that_is_no_overlay_is_refused(tmp_path, text, complaint):
    """The message starts with the file, and says what is wrong where."""
    path = tmp_path / "corrections.yaml"
    path.write_text(text)

    with pytest.raises(Refused) as refusal:
        load_overlay(path)

    assert str(refusal.value).startswith(f"{path}: ")
    assert complaint in str(refusal.value)


def test_an_overlay_is_read_as_yaml_1_2(tmp_path):
    """`no` is the language, not false; and two uses of one anchor share nothing."""
    path = tmp_path / "corrections.yaml"
    path.write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\n"
        "actions: [{target: $.a, description: d, x-matches: 1, update: {x: &shared [no], y: *shared}}]\n"
    )
    update = load_overlay(path)["actions"][0]["update"]

    assert update == {"x": ["no"], "y": ["no"]}
    assert update["x"] is not update["y"]


def test_a_missing_overlay_is_refused(tmp_path):
    """A file that is not there is a refusal, not a traceback."""
    with pytest.raises(Refused, match=r"absent\.yaml: cannot be read"):
        load_overlay(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    "place", [("paths", "/a", "get", "responses", "200"), ("tags", 1), ("it's", "a\\b", 'say "so"'), ()]
)
def test_the_target_of_a_place_selects_it_alone(place):
    """A status is a key and no index; quotes and backslashes are part of a name."""
    document = "here"
    for step in reversed(place):
        document = {step: document} if isinstance(step, str) else [None] * step + [document]

    assert find(document, target_of(place)) == [(place, "here" if place else document)]
