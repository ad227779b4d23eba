import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito.redaction import SHOWN, mask

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "secret",
    [
        "jane.doe@example.org",
        "jane%40example.org",
        "jürgen@bücher.example",
        "jane.o'brien+tag@example.co.uk",
        "jane/hr=doe@example.org",
        '"jane doe"@example.org',
        "jane@localhost",
        "https://app.example.org/interview/7?token=abc",
        "wss://live.example.org/x",
        "www.example.org/interview",
        "app.example.org/interview?key=1",
        "app.example.org:8443/i/jane",
        "app.example.org?key=jane",
        "https:\\/\\/app.example.org\\/i\\/jane",
        JWT,
        "Bearer abcdefghijklmnop",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "the value '{}' is taken", "a={}&b=2", "<{}>", "({}), again"])
def test_mask_hides_addresses_links_and_tokens(secret, frame):
    """None of it is left, wherever in a sentence it stands."""
    shown = mask(frame.format(secret))

    assert secret not in shown
    assert "jane" not in shown
    assert "abcdefghijkl" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Interview is already active",
        "interview_id 28106cba-1c27-4e53-b149-32113e5e8e31 was not found",
        "job-interview-pre-screening-api-resume-binary needs application/json",
        "expected 3.5 and/or 4 of interview_results_processing_status",
        "[Errno 111] Connection refused",
        "größer als 5 MB, bitte kürzen …",
    ],
)
def test_mask_keeps_ordinary_words_and_ids(text):
    """A message stays useful: words, UUIDs and names of properties are no secrets."""
    assert mask(text) == text


def test_mask_hides_known_secrets_whatever_they_look_like():
    """A token is known to the client, so it need not look like one."""
    assert mask("the key is hush", secrets=["hush"]) == "the key is [token]"
    assert mask("xhush-hushx", secrets=["hush-hush"]) == "x[token]x"


def test_mask_keeps_words_that_hold_a_short_secret():
    """A made-up token of a letter or two, as a sandbox takes it, leaves the words of an error readable."""
    assert mask("Connection refused", secrets=["t", "on", "any"]) == "Connection refused"


def test_mask_leaves_what_a_log_in_utf8_can_hold():
    """Half a character, or an override of the direction of writing, would break the line or turn it round."""
    assert mask("no \ud83d such \u2067 thing") == "no   such   thing"


@given(st.text(max_size=400))
def test_mask_is_stable_and_stays_on_one_line(text):
    """Masking twice changes nothing, so an error rebuilt from its arguments is the same; no text forges a log line."""
    once = mask(text)

    assert mask(once) == once
    assert len(once.splitlines()) <= 1


def test_mask_cuts_long_texts_without_leaving_half_an_address():
    """An address at the cut is not shown up to its @, not even where masking made room for it."""
    for length in range(SHOWN - 30, 4 * SHOWN):
        shown = mask("x1" * (length // 2) + " jane.doe@example.org " + "word " * 1000)

        assert len(shown) <= SHOWN
        assert "jane" not in shown


@pytest.mark.parametrize(
    "text",
    ["a." * 10**6, "a@" * 10**6, "x1" * 900 + " jane " * 10**5, "a" * 10**6, "eyJaaaaa." * 10**5, "x://" * 10**5],
)
def test_mask_is_fast_on_texts_made_to_be_slow(text):
    """An enormous or hostile error text costs milliseconds."""
    began = time.process_time()

    mask(text)

    assert time.process_time() - began < 0.05
