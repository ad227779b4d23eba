"""Receiving a delivery: who is trusted, what is read, and that bad input is one typed error that quotes nothing."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito import ConfigurationError, WebhookError
from jobmojito.sandbox.contract.samples import sample
from jobmojito.webhooks import MAX_BYTES, change_key, is_older, receive, update_key
from jobmojito_api.models import JobInterviewDetailsResponse, ResultListItem
from jobmojito_api.webhooks import WEBHOOKS
from tests.bodies import contract

SECRETS = {"X-Hook": "s3cret"}
GOOD = {"x-hook": "s3cret"}
PERSON = "Ada Lovelace"


def payload(**values):
    """Give a payload as the contract in use wants it."""
    made = sample(contract().webhooks["interview_result"])
    known = {"id": "93c98d21-0000-4000-8000-000000000001", "candidate_name": PERSON, "status": "active"}
    return {**made, **known, "interview_status": "completed", "processing_status": "completed", **values}


def taken(headers=GOOD, secrets=SECRETS, **values):
    """Receive a payload with these values."""
    return receive(json.dumps(payload(**values)).encode(), headers, secrets=secrets)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HOOK": "s3cret"},
        {b"x-hook": b"s3cret"},
        [("Content-Type", "application/json"), ("x-hook", "s3cret")],
        [(b"X-Hook", b"s3cret")],
        {"X-Hook": ["s3cret"]},
    ],
)
def test_the_secret_is_found_however_a_framework_gives_headers(headers):
    """Mappings, pairs, bytes and lists of values, names in any case."""
    assert taken(headers).result_id == payload()["id"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hook": ""},
        {"x-hook": "s3cre"},
        {"x-hook": "s3cret "},
        {"x-hook": "S3CRET"},
        {"x-other": "s3cret"},
        {"x-hook": "s3cr\u00e9t"},
        {"x-hook": "\u0161\u20ac"},
        [("x-hook", "s3cret"), ("x-hook", "other")],
        {"x-hook": []},
        {"x-hook": None},
    ],
)
def test_anything_but_the_secret_is_a_401(headers):
    """A missing, wrong or contradictory header is not trusted, and the body is not even parsed."""
    with pytest.raises(WebhookError) as refused:
        receive(b"no json", headers, secrets=SECRETS)

    assert refused.value.status_code == 401
    assert "s3cret" not in str(refused.value)


def test_several_secrets_and_several_headers():
    """While a secret is replaced both work; of several headers each must be right."""
    both = {"X-Hook": ["new", "s3cret"], "X-Tenant": "t1"}

    assert taken({"x-hook": "new", "x-tenant": "t1"}, both)
    assert taken({"x-hook": "s3cret", "x-tenant": "t1"}, both)
    with pytest.raises(WebhookError):
        taken({"x-hook": "new"}, both)


@pytest.mark.parametrize(
    "secrets",
    [
        {}, None, "s3cret", {"X-Hook": ""}, {"X-Hook": []}, {"X-Hook": ["good", ""]}, {"X-Hook": " "}, {"X-Hook": None},
        {"X-Hook": "line\nbreak"}, {"X-Hook": "\u00e9"}, {"": "s3cret"}, {"X Hook": "s3cret"}, {1: "s3cret"},
    ],
)  # fmt: skip
def test_no_or_an_empty_secret_is_an_error_never_a_pass(secrets):
    """A receiver without a secret would let everybody in."""
    with pytest.raises(ConfigurationError):
        taken(GOOD, secrets)


def test_a_misspelt_event_is_refused():
    """The error lists the names that there are."""
    with pytest.raises(ConfigurationError, match="interview_result, interview_collected, interview_failed"):
        receive(b"{}", GOOD, secrets=SECRETS, event="interview_results")


HOSTILE = {
    "no bytes": (json.dumps(payload()), 400),
    "nothing": (None, 400),
    "empty": (b"", 400),
    "huge": (b" " * (MAX_BYTES + 1), 413),
    "deep lists": (b"[" * 100_000, 400),
    "deep objects": (b'{"id":"x","a":' * 400 + b"1" + b"}" * 400, 400),
    "bad UTF-8": (b'{"id": "\xff"}', 400),
    "UTF-16": (json.dumps(payload()).encode("utf-16"), 400),
    "NaN": (b'{"id": "x", "score": NaN}', 400),
    "infinite": (b'{"id": "x", "score": 1e999}', 400),
    "endless number": (b'{"id": "x", "score": ' + b"9" * 5000 + b"}", 400),
    "a list": (b"[]", 400),
    "a text": (b'"x"', 400),
    "cut": (json.dumps(payload()).encode()[:-1], 400),
    "no id": (json.dumps({k: v for k, v in payload().items() if k != "id"}).encode(), 400),
    "number as id": (json.dumps(payload(id=7)).encode(), 400),
    "empty id": (json.dumps(payload(id=" ")).encode(), 400),
    "lone surrogate in the id": (json.dumps(payload(id="\ud800")).encode(), 400),
    "line break in the id": (json.dumps(payload(id="a\nb")).encode(), 400),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_input_is_one_typed_error(case):
    """The error says what to answer, quotes nothing, holds nothing of the body, and can be pickled."""
    body, status = HOSTILE[case]
    with pytest.raises(WebhookError) as refused:
        receive(body, GOOD, secrets=SECRETS)

    error = refused.value
    assert error.status_code == status
    assert PERSON not in repr(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert pickle.loads(pickle.dumps(error)).status_code == status


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    )
)
def test_whatever_the_payload_holds_it_is_read_or_refused(value):
    """Any JSON under any property: an event with departures, or the one error; the key of what is read is stable."""
    for name in payload():
        try:
            event = taken(**{name: value})
        except WebhookError:
            continue
        assert change_key(event) == change_key(pickle.loads(pickle.dumps(event.payload)))
        assert PERSON not in repr(event)


def test_departures_are_told_and_nothing_is_lost():
    """A number as text, a missing property and an unknown one: read, with two departures; all is kept."""
    made = payload(score="12", brand_new=[1])
    del made["interview_status"]

    event = receive(json.dumps(made).encode(), GOOD, secrets=SECRETS)

    assert sorted((one.pointer, one.keyword) for one in event.departures) == [("", "required"), ("/score", "type")]
    assert event.payload.to_dict() == made


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (("active", "completed", "completed"), "interview_result"),
        (("draft", "completed", None), "interview_collected"),
        (("active", "failed", "completed"), "interview_failed"),
        (("draft", "abandoned", None), "interview_failed"),
        (("active", "ended without speech", "completed"), "interview_failed"),
        (("active", "completed", "in progress"), None),
        (("archived", None, None), None),
    ],
)
def test_the_event_is_named_or_inferred_and_which_is_said(state, event):
    """By the vendor's guide; what it does not say is None, and a name from the URL always wins."""
    values = dict(zip(("status", "interview_status", "processing_status"), state, strict=True))
    body = json.dumps(payload(**values)).encode()

    inferred, named = (
        receive(body, GOOD, secrets=SECRETS),
        receive(body, GOOD, secrets=SECRETS, event="interview_failed"),
    )

    assert (inferred.event, inferred.is_inferred) == (event, True)
    assert (named.event, named.is_inferred) == ("interview_failed", False)


FIRES = {
    "status": "archived", "interview_status": "failed", "processing_status": "x", "score": 1.5, "ai_analysis": "x",
    "ai_analysis_recruiter": "x", "ai_analysis_recruiter_score": 3, "recruiter_go_next_round": False,
    "pdf_export_url": "https://example.com/2", "ai_analysis_recruiter_why_hire": ["x"],
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_a_change_of_what_makes_an_event_fire_is_a_change(name):
    """Each of them alone gives another key, and a repeat of either gives none."""
    before, after = change_key(taken()), change_key(taken(**{name: FIRES[name]}))

    stored = update_key(known=before, key=after)

    assert before != after
    assert stored
    assert update_key(known=stored, key=after) is None


@pytest.mark.parametrize("name", ["reason", "candidate_name", "candidate_email", "candidate_phone_number"])
def test_a_change_of_anything_else_is_a_repeat(name):
    """Who the candidate is, and why the vendor sent it, make no event fire; nor is any of it in the key."""
    assert change_key(taken(**{name: "other"})) == change_key(taken())
    assert PERSON not in change_key(taken())


def row(**values):
    """Give the row of the same result in a list, as the API writes it."""
    return ResultListItem.from_dict({
        "id": "row", "interview_result_id": payload()["id"], "status": "active", "coach_status": "completed",
        "processing_status": "completed", "score": payload()["score"], "decision_status": "undecided", **values,
    })  # fmt: skip


def test_a_row_and_its_details_say_the_same_as_the_event():
    """What an event said is a repeat when a sweep reads it; another decision or analysis is a change."""
    told = change_key(taken(recruiter_go_next_round=None, ai_analysis="A", ai_analysis_recruiter="B"))
    details = JobInterviewDetailsResponse.from_dict({"ai_analysis": "A", "ai_analysis_recruiter": "B"})
    other = JobInterviewDetailsResponse.from_dict({"ai_analysis": "A2", "ai_analysis_recruiter": "B"})

    assert update_key(known=told, key=change_key(row(), details)) is None
    assert update_key(known=told, key=change_key(row(decision_status="selected"), details))
    stored = update_key(known=told, key=change_key(row(), other))
    assert stored
    assert stored.count("=") == told.count("=")
    assert update_key(known=stored, key=told)


def test_keys_of_two_results_or_of_nobody_are_refused():
    """A key that change_key did not make, a row without a result, two results: each is the caller's mistake."""
    key = change_key(taken())
    for known in ("", "1;x", key + ";", 7, b"", "2" + key[1:]):
        with pytest.raises(ConfigurationError):
            update_key(known=known, key=key)
    with pytest.raises(ConfigurationError, match="two results"):
        update_key(known=change_key(taken(id="other")), key=key)
    with pytest.raises(ConfigurationError, match="interview_result_id"):
        change_key(row(interview_result_id=None))


def test_a_late_event_is_older_and_a_new_one_is_not():
    """Collected after scored is older; scored after collected, the same stage, and what cannot be told are not."""
    scored, collected = taken(), taken(status="draft", processing_status=None)
    unknown = taken(status="archived", processing_status=None)

    assert is_older(collected, change_key(scored))
    assert not is_older(scored, change_key(collected))
    assert not is_older(taken(score=1), change_key(scored))
    assert not is_older(unknown, change_key(scored))
    assert not is_older(collected, None)


def test_every_webhook_of_the_contract_has_one_payload():
    """What `receive` reads is the type that the table has for each event."""
    assert {webhook.bodies[0].type.name for webhook in WEBHOOKS.values()} == {"WebhookInterviewResultPayload"}
