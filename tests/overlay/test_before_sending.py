"""What a client does with what the contract does not have: refused, or sent and said once in the log."""

import logging

import httpx
import pytest

from jobmojito import (
    InsufficientCreditsError,
    InvalidRequestError,
    JobMojito,
    RateLimitError,
    RequestTimeoutError,
    RetryPolicy,
    UploadError,
    ValidationError,
    read_candidates,
)
from jobmojito.errors import FileError
from tests.bodies import body_for, values_for

TOKEN = "t0ken"


def client(answer, **options):
    """A client whose requests all get an answer."""
    return JobMojito(TOKEN, transport=httpx.MockTransport(answer), retry=RetryPolicy.none(), **options)


def answered(**options):
    """A client with an empty list for every answer, and the requests that it has sent."""
    sent = []

    def answer(request):
        sent.append(request)
        return httpx.Response(200, json={"data": [], "pagination": {"total": 0, "has_more": False}})

    return client(answer, **options), sent


def test_a_misspelt_property_is_not_sent(caplog):
    """Nor with the option for others refused, which is the default; nothing was sent, and nothing paid."""
    jm, sent = answered()
    with pytest.raises(InvalidRequestError, match="did you mean 'recording_full_session'") as caught:
        jm.interviews.create_interview(body={**values_for("create_interview"), "recording_fullsession": "video_all"})

    assert sent == []
    assert caught.value.field == "recording_fullsession"


def test_undeclared_properties_are_sent_where_that_is_wanted_and_said_once(caplog):
    """One line for each place, however often it is sent; without the value."""
    jm, sent = answered()
    jm = jm.with_options(extra_properties="send")
    for _ in range(3):
        jm.interviews.create_interview(body={**values_for("create_interview"), "brand_new": "s3cret"})

    lines = [
        one.getMessage() for one in caplog.records if one.levelno == logging.WARNING and "brand_new" in one.message
    ]
    assert len(sent) == 3
    assert b'"brand_new":"s3cret"' in sent[0].content.replace(b'": "', b'":"')
    assert len(lines) == 1
    assert lines[0].startswith("create_interview: sent, although the contract does not have it, at /brand_new")
    assert "s3cret" not in caplog.text


def test_an_unknown_enum_value_is_sent_with_one_warning_and_refused_in_strict_mode(caplog):
    """The warning names the known values."""
    jm, sent = answered()
    for _ in range(2):
        jm.interviews.list_interviews(status="brand_new")

    lines = [one.getMessage() for one in caplog.records if "/status" in one.getMessage()]
    assert len(sent) == 2
    assert len(lines) == 1
    assert "draft, active" in lines[0]
    with pytest.raises(InvalidRequestError, match="draft, active"):
        jm.with_options(strict=True).interviews.list_interviews(status="brand_new")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Not enough credits: 1 needed, 0.2 left", InsufficientCreditsError),
        ("Insufficient interview credits", InsufficientCreditsError),
        ("You have no credits left", InsufficientCreditsError),
        ("The credit card was refused", ValidationError),
        ("name is required", ValidationError),
    ],
)
def test_a_lack_of_credits_has_an_error_of_its_own(text, kind):
    """By the words alone; any other text stays what it was."""
    jm = client(lambda _: httpx.Response(422, json={"error": text}))
    with pytest.raises(ValidationError) as caught:
        jm.interviews.create_interview(body=body_for("create_interview"))

    assert type(caught.value) is kind


@pytest.mark.parametrize(("header", "seconds"), [({"retry-after": "7"}, 7.0), ({}, None), ({"retry-after": "x"}, None)])
def test_a_rate_limit_says_how_long_to_wait(header, seconds):
    """As the API said it; None if it did not."""
    jm = client(lambda _: httpx.Response(429, headers=header, json={"error": "slow down"}))
    with pytest.raises(RateLimitError) as caught:
        jm.interviews.list_interviews()

    assert caught.value.retry_after == seconds


def test_a_time_limit_is_named():
    """The limit that passed, in the message and as a number."""

    def answer(request):
        raise httpx.ConnectTimeout("", request=request)

    with pytest.raises(RequestTimeoutError, match="within the time limit of 3 s") as caught:
        client(answer, timeout=3).interviews.list_interviews()

    assert caught.value.limit == 3


def test_errors_about_files_have_the_path(tmp_path):
    """In an attribute, not in the text: a file's name may be a person's."""
    place = tmp_path / "Ann Example.pdf"
    jm, _ = answered()
    journal = tmp_path / "run.db"
    journal.write_bytes(b"something else")
    tries = [
        (place, lambda: jm.pre_screen_resume(place, position_id="28106cba-1c27-4e53-b149-32113e5e8e31",
                                             candidate_name="A", candidate_email="a@example.com")),
        (place, lambda: read_candidates(place)),
        (journal, lambda: jm.pre_screen_resumes([], position_id="28106cba-1c27-4e53-b149-32113e5e8e31",
                                                journal=journal)),
    ]  # fmt: skip
    for path, attempt in tries:
        with pytest.raises(FileError) as caught:
            attempt()
        assert caught.value.path == str(path)
        assert isinstance(caught.value, UploadError) is (attempt is tries[0][1])
