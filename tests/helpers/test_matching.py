"""Rows of an answer find the rows they belong to, whatever the API does to their order and number."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito.batches.row_results import answer_rows, match

EMAILS = [f"{letter}@example.org" for letter in "abcdefgh"]

sent_rows = st.lists(
    st.fixed_dictionaries(
        {"email": st.sampled_from(EMAILS), "external_id": st.sampled_from([None, "1", "2", "3"])},
        optional={"name": st.sampled_from(["Ann", "Bob"])},
    ),
    max_size=8,
)
unique_rows = st.lists(st.sampled_from(EMAILS), unique=True, max_size=8).map(
    lambda emails: [{"email": email, "name": "Ann"} for email in emails]
)


def echo(rows, seed):
    """Mirror rows as the API does, each with a mark of where it comes from, its e-mail in any case and with spaces."""
    chance = random.Random(seed)
    change = [str.upper, str.title, str.lower, lambda text: f" {text} "]
    return [{**row, "email": chance.choice(change)(row["email"]), "of": index} for index, row in enumerate(rows)]


def same_person(sent, row):
    """Tell whether an answered row could be a sent row's: equal where both say something."""
    return row["email"].strip().lower() == sent["email"] and all(
        sent.get(name) is None or row.get(name) is None or sent[name] == row[name] for name in ("external_id", "name")
    )


@given(sent_rows, st.integers())
def test_answer_in_order_matches_every_row(rows, seed):
    """An answer that mirrors the input gives each row its own, repeated e-mails included."""
    assert match(rows, echo(rows, seed)) == list(range(len(rows)))


@given(unique_rows, st.integers())
def test_reordered_answer_matches_by_email(rows, seed):
    """Where every e-mail is unique, no order of the answer loses or swaps a row."""
    answers = echo(rows, seed)
    random.Random(seed).shuffle(answers)

    assert [answers[place]["of"] for place in match(rows, answers)] == list(range(len(rows)))


@given(unique_rows, st.data())
def test_missing_row_costs_only_itself(rows, data):
    """A row that the answer leaves out is unmatched; all others are matched."""
    kept = data.draw(st.sets(st.sampled_from(range(len(rows))))) if rows else set()
    answers = [row for row in echo(rows, 0) if row["of"] in kept]

    found = [place if place is None else answers[place]["of"] for place in match(rows, answers)]
    assert found == [index if index in kept else None for index in range(len(rows))]


@given(sent_rows, st.data())
def test_answer_taken_apart_never_swaps(rows, data):
    """Rows dropped, repeated and shuffled, e-mails repeated among the input: what is matched is the row's own."""
    answers = echo(rows, data.draw(st.integers()))
    answers = data.draw(st.lists(st.sampled_from(answers), max_size=10)) if answers else []

    places = match(rows, answers)

    assert len(places) == len(rows)
    for sent, place in zip(rows, places, strict=True):
        assert place is None or same_person(sent, answers[place])


@given(unique_rows, st.data())
def test_foreign_rows_are_nobodys(rows, data):
    """Answered rows of people who were not sent match nothing, and disturb no other row."""
    strangers = data.draw(st.lists(st.sampled_from(["x@example.org", "y@example.org", None]), min_size=1, max_size=4))
    answers = echo(rows, 0) + [{"email": email} for email in strangers]
    random.Random(data.draw(st.integers())).shuffle(answers)

    found = [place if place is None else answers[place].get("of") for place in match(rows, answers)]
    assert found == list(range(len(rows)))


@given(unique_rows.filter(lambda rows: len(rows) > 1), st.data())
def test_row_without_email_is_believed_only_in_order(rows, data):
    """An answered row without an echo is its position's where nothing contradicts the order, and else nobody's."""
    answers = echo(rows, 0)
    blank = data.draw(st.sampled_from(answers))
    blank.update(email=None, name=None)
    assert match(rows, answers) == list(range(len(rows)))

    others = [row for row in answers if row is not blank]
    answers = [blank, *reversed(others)] if blank["of"] else [*reversed(others), blank]
    assert match(rows, answers)[blank["of"]] is None


@pytest.mark.parametrize(
    "answered",
    [
        [{"email": "a@example.org", "external_id": "2"}, {"email": "a@example.org", "external_id": "1"}],
        [
            {"email": "a@example.org", "external_id": "2"},
            {"email": "A@EXAMPLE.ORG", "external_id": "1"},
            {"email": "b"},
        ],
    ],
)
def test_repeated_email_is_told_apart_by_the_rest_of_the_echo(answered):
    """Two rows of one e-mail are matched by the external id that both sides carry."""
    sent = [{"email": "a@example.org", "external_id": "1"}, {"email": "a@example.org", "external_id": "2"}]

    assert match(sent, answered) == [1, 0]


def test_row_answered_twice_is_not_taken_for_its_neighbour():
    """Of two rows with one e-mail, the echo of one at the place of the other tells that an answer is missing."""
    sent = [{"email": "a@example.org"}, {"email": "a@example.org", "external_id": "2"}]
    other = {"email": "a@example.org", "external_id": "2", "result": "ok"}

    assert match(sent, [other, other]) == [None, None]
    assert match(sent, [{"email": "a@example.org"}, other]) == [0, 1]


def test_two_answers_to_one_row_are_no_answer():
    """A row that is answered twice with different words is unmatched."""
    answered = [{"email": "a@example.org", "result": "ok"}, {"email": "a@example.org", "result": "Error: x"}]

    assert match([{"email": "a@example.org"}], answered) == [None]


@pytest.mark.parametrize("junk", [None, 5, "row", ["row"], True])
def test_junk_in_the_place_of_a_row_matches_nothing(junk):
    """An answered row that is no object is nobody's, and its neighbours keep theirs."""
    sent = [{"email": "a@example.org"}, {"email": "b@example.org"}]

    assert match(sent, [{"email": "a@example.org"}, junk]) == [0, None]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ([1, 2], [1, 2]),
        ({"results": [1]}, [1]),
        ({"results": None}, None),
        ({"error": "x"}, None),
        ("text", None),
        (None, None),
    ],
)
def test_rows_are_the_body_or_under_results(body, rows):
    """The document's bare array and the guide's `results` are both found, and nothing else is."""
    assert answer_rows(body) == rows
