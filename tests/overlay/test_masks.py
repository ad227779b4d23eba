import html
import re
from urllib.parse import unquote

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


SECRET = {
    "jane.doe@example.org": "[email]",
    "https://app.example.org/i/jane": "[link]",
    "app.example.org:8443/i/jane": "[link]",
    "localhost:8000/i/jane": "[link]",
    "api:8000/i/jane": "[link]",
    "127.0.0.1:8000/i/jane": "[link]",
    "[::1]:8000/i/jane": "[link]",
    "/interview?token=jane": "[link]",
    "interview_token=jane": "interview_token=[token]",
    "password=jane": "password=[token]",
    '"access_token": "jane"': '"access_token": [token]',
    "?user=jane@example.org": "[email]",
    "bücher.example/i/jane": "[link]",
    "https:\\\\app.example.org\\i\\jane": "[link]",
    "mailto:jane": "[link]",
    "jane.doe\n@example.org": "[email]",
    "jane.doe @ example.org": "[email]",
    "jane.doe=40example.org": "[email]",
    "jane.doe%u0040example.org": "[email]",
    "jane.doe\\U00000040example.org": "[email]",
    "jane.doe\\u{000040}example.org": "[email]",
    "jane.doe\\x{40}example.org": "[email]",
    "jane.doe\\uff20example.org": "[email]",
    "token = jane1": "token = [token]",
    "tokens[]=jane": "tokens[]=[token]",
    "token[0]=jane": "token[0]=[token]",
    "pwd=jane": "pwd=[token]",
    "passphrase=jane": "passphrase=[token]",
    "Cookie: sid=jane1": "Cookie: [token]",
    'token="a b jane"': "token=[token]",
    "Bearer jane12": "Bearer [token]",
    "authorization=jane": "authorization=[token]",
}
_PUNCTUATION = "@:/?=&"
CODES = {
    "percent": lambda text: "".join(f"%{ord(c):02x}" if c in _PUNCTUATION else c for c in text),
    "percent, all of it": lambda text: "".join(f"%{ord(c):02X}" for c in text),
    "of the percent": lambda text: text.replace("%", "%25"),
    "decimal entities": lambda text: "".join(f"&#{ord(c)};" if c in "@:/?" else c for c in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(c):X};" if c in "@:/" else c for c in text),
    "named entities": lambda text: text.replace("&", "&amp;").replace("@", "&commat;").replace("/", "&sol;"),
    "escapes": lambda text: "".join(f"\\u{ord(c):04x}" if c in "@:/?a" else c for c in text),
    "old escapes": lambda text: "".join(f"%u{ord(c):04X}" if c in "@:/?a" else c for c in text),
    "long escapes": lambda text: "".join(f"\\U{ord(c):08x}" if c in "@:/?a" else c for c in text),
    "braced escapes": lambda text: "".join(f"\\u{{{ord(c):x}}}" if c in "@:/?a" else c for c in text),
    "short escapes": lambda text: "".join(f"\\x{ord(c):02x}" if c in "@:/?a" else c for c in text),
    "wide letters": lambda text: "".join(chr(ord(c) + 0xFEE0) if c in "@:/?=janexmplorg" else c for c in text),
    "invisible letters": lambda text: text.replace("@", "\u200b@\u2060").replace("jane", "ja\u00adne"),
    "none": lambda text: text,
}


@given(st.sampled_from(sorted(SECRET)), st.lists(st.sampled_from(sorted(CODES)), max_size=4))
def test_mask_hides_secrets_in_whatever_code_within_whatever_code(secret, codes):
    """What a person or a program could read back is not shown."""
    text = secret
    for code in codes:
        text = CODES[code](text)
    shown = mask(f"the value {text} is taken")

    assert "jane" not in CODES["none"](_read_back(shown))
    assert mask(shown) == shown


def _read_back(text):
    """Undo what the codes above do, in a way of its own."""
    for _ in range(10):
        text = html.unescape(unquote(text))
        text = re.sub(r"(?:[\\%]u00|\\x|\\U000000)([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text)
        text = re.sub(r"\\u\{(\w+)\}", lambda found: chr(int(found[1], 16)), text)
        text = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)
        text = text.replace("\u00ad", "").replace("\u200b", "").replace("\u2060", "")
    return text


@pytest.mark.parametrize(("secret", "shown"), SECRET.items())
def test_mask_says_what_it_hid(secret, shown):
    """In its place."""
    assert mask(f"the value {secret} is taken") == f"the value {shown} is taken"


@pytest.mark.parametrize(
    "text",
    [
        "100% sure & safe: a%20b &lt; c \\u0041",
        "the token is empty: give token= or set JOBMOJITO_TOKEN",
        "127.0.0.1:4711: [Errno 111] Connection refused",
        "/data/0/id: expected string, got integer",
        "Interview is already active",
        "interview_id 28106cba-1c27-4e53-b149-32113e5e8e31 was not found",
        "job-interview-pre-screening-api-resume-binary needs application/json",
        "expected 3.5 and/or 4 of interview_results_processing_status",
        "[Errno 111] Connection refused",
        "größer als 5 MB, bitte kürzen …",
        "status=401 code=invalid_token",
        "limit=400.5 and x=404.html",
        "max_tokens: 4096, tokens_used=12",
        "token=null",
        "token: expired",
        "Bearer authentication required",
        "needs version 2.0/2.1",
        "get_interview_definition_by_post_2",
        "screening-2024-candidates-final-v12",
        "ERR_HTTP2_STREAM_CANCELLED_1234567",
        "no code point: \\U99999999 \\u{ffffff}",
    ],
)
def test_mask_keeps_ordinary_words_and_ids(text):
    """A message stays useful: words, UUIDs and names of properties are no secrets."""
    assert mask(text) == text


@pytest.mark.parametrize("quoted", [b"X-Name: Jane\0Doe", b'Jane\'s "x"', bytearray(b"Jane' Doe")])
def test_mask_hides_bytes_that_a_library_quotes(quoted):
    """A header that could not be read may hold anything."""
    assert "Jane" not in mask(f"illegal header line: {quoted!r}")
    assert "illegal header line" in mask(f"illegal header line: {quoted!r}")


def test_mask_hides_known_secrets_whatever_they_look_like():
    """A token is known to the client, so it need not look like one."""
    assert mask("the key is hush", secrets=["hush"]) == "the key is [token]"
    assert mask("xhush-hushx", secrets=["hush-hush"]) == "x[token]x"


def test_mask_keeps_words_that_hold_a_short_secret():
    """A made-up token of a letter or two, as a sandbox takes it, leaves the words of an error readable."""
    assert mask("Connection refused", secrets=["t", "on", "any"]) == "Connection refused"


def test_mask_leaves_what_a_log_in_utf8_can_hold():
    """A lone surrogate, or an override of the direction of writing, would break the line or turn it round."""
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
@pytest.mark.timeout(10)  # milliseconds where it is linear, and hours where it is not
def test_mask_is_linear_on_texts_made_to_be_slow(text):
    """An enormous or hostile error text comes out, and short."""
    assert len(mask(text)) <= SHOWN
