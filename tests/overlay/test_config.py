import json
from importlib.resources import files
from uuid import UUID

import httpx
import pytest

from jobmojito import ConfigurationError, JobMojito, RetryPolicy
from jobmojito.calls.settings import DEFAULT_BASE_URL, read_base_url, read_settings
from tests.overlay.driver import ASKED, ID, TOKEN


def test_default_base_url_is_the_contracts_server():
    """The one place where the address is written agrees with the contract."""
    contract = json.loads(files("jobmojito_api").joinpath("contract.json").read_text("utf-8"))

    assert [server["url"] for server in contract["servers"]] == [DEFAULT_BASE_URL]


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/functions/v1",
        "HTTPS://API.example.org",
        "https://api.example.org:8443/x",
        "http://localhost:8000",
        "http://LOCALHOST:8000",
        "http://127.0.0.1:8000/functions/v1",
        "http://127.9.9.9",
        "http://[::1]:8000/v1",
        "https://bücher.example/v1",
    ],
)
def test_good_base_urls_are_taken_without_their_trailing_slash(url):
    """Anywhere by https; by http on this machine."""
    assert read_base_url(url) == url
    assert read_base_url(url + "/") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.org",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.1",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://localhost@evil.example",
        "https://user:secret@api.example.org",
        "https://api.example.org?x=1",
        "https://api.example.org/#x",
        "https://api.example.org?",
        "ftp://api.example.org",
        "api.example.org/v1",
        "//api.example.org",
        "https://",
        "https:///v1",
        "https://api.example.org\\@evil.example",
        "https://api.example.org\n.evil.example",
        "https://api .example.org",
        "https://api.example.org:0",
        "https://api.example.org:99999",
        "http://[::1",
        "https://xn--/v1",
        "javascript:alert(1)",
        17,
    ],
)
def test_bad_base_urls_are_refused_without_being_repeated(url):
    """Anything through which a token could be read or go elsewhere; the message holds no part of the URL."""
    with pytest.raises(ConfigurationError, match="base_url") as raised:
        read_base_url(url)

    assert "secret" not in str(raised.value)
    assert "evil" not in str(raised.value)
    assert "[" not in str(raised.value), "something of our own words was masked"


@pytest.mark.parametrize("hosts", [["sandbox"], ("SANDBOX", "other"), frozenset({"sandbox"})])
def test_http_is_allowed_to_hosts_that_are_named(hosts):
    """As docker compose needs it; the name alone, on whatever port."""
    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request.url.host) or httpx.Response(200, json={}))

    with JobMojito(TOKEN, base_url="http://sandbox:8000/v1", allow_http_hosts=hosts, transport=transport) as jm:
        jm.admin.list_languages(**ASKED)

    assert seen == ["sandbox"]


def test_environment_names_hosts_for_http(monkeypatch):
    """Several with commas; what the constructor is given wins."""
    monkeypatch.setenv("JOBMOJITO_ALLOW_HTTP_HOSTS", "other, sandbox ,")

    assert read_settings("http://sandbox:8000", timeout=1).http_hosts == {"other", "sandbox"}
    with pytest.raises(ConfigurationError, match="https"):
        read_settings("http://sandbox:8000", [], timeout=1)


@pytest.mark.parametrize(
    "url", ["http://a.sandbox", "http://sandbox.evil.example", "http://evil.example", "ftp://sandbox"]
)
def test_no_other_host_gets_http(url):
    """Neither above nor below the one that is named."""
    with pytest.raises(ConfigurationError, match="https"):
        JobMojito(TOKEN, base_url=url, allow_http_hosts=["sandbox"])


@pytest.mark.parametrize(
    "hosts", ["sandbox", ["*"], ["*.example"], ["http://sandbox"], ["sandbox:8000"], [""], ["a b"]]
)
def test_allowed_hosts_are_names_and_nothing_else(hosts):
    """A pattern or a URL would allow more than was meant, or nothing."""
    with pytest.raises(ConfigurationError, match="take names of hosts"):
        JobMojito(TOKEN, base_url="http://sandbox", allow_http_hosts=hosts)


def test_missing_token_says_what_to_set():
    """A newcomer reads the name of the variable."""
    with pytest.raises(ConfigurationError, match="JOBMOJITO_TOKEN"):
        JobMojito()


def test_environment_gives_token_and_base_url(monkeypatch):
    """Both variables work, and arguments win over them."""
    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request) or httpx.Response(200, json={}))
    monkeypatch.setenv("JOBMOJITO_TOKEN", TOKEN)
    monkeypatch.setenv("JOBMOJITO_API_BASE_URL", "https://env.example/v1/")

    with (
        JobMojito(transport=transport) as jm,
        JobMojito("other-token", base_url="https://b.example", transport=transport) as other,
    ):
        jm.admin.list_languages(**ASKED)
        other.admin.list_languages(**ASKED)

    assert [(str(r.url.copy_with(query=None)), r.headers["authorization"]) for r in seen] == [
        ("https://env.example/v1/platform-languages-list", f"Bearer {TOKEN}"),
        ("https://b.example/platform-languages-list", "Bearer other-token"),
    ]


def test_environment_base_url_is_checked_too(monkeypatch):
    """A variable is no way around https."""
    monkeypatch.setenv("JOBMOJITO_API_BASE_URL", "http://api.example.org")

    with pytest.raises(ConfigurationError, match="https"):
        JobMojito(TOKEN)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True, "5", [1]])
def test_senseless_timeouts_are_refused(timeout):
    """A time limit is a positive number of seconds, an httpx.Timeout, or None."""
    with pytest.raises(ConfigurationError, match="timeout"):
        JobMojito(TOKEN, timeout=timeout)


def test_a_timeout_of_a_class_of_the_callers_own_is_taken():
    """Whatever it is called, it is an httpx.Timeout."""

    class Patience(httpx.Timeout):
        pass

    assert read_settings("https://api.example.com", timeout=Patience(7)).timeout.as_dict() == httpx.Timeout(7).as_dict()


def test_timeouts_leave_room_for_slow_answers_but_not_for_slow_connecting():
    """AI generation can take over a minute; a connection that takes more than 10 s will not come."""
    settings = read_settings(None, timeout=180.0)

    assert settings.timeout == httpx.Timeout(180.0, connect=10.0)
    assert read_settings(None, timeout=2).timeout == httpx.Timeout(2)
    assert read_settings(None, timeout=None).timeout == httpx.Timeout(None)


@pytest.mark.parametrize(
    "options",
    [
        {"retry": 3},
        {"retry": None},
        {"strict": "yes"},
        {"strict": 1},
        {"extra_properties": "perhaps"},
        {"merchant_id": "acme"},
        {"merchant_id": 7},
        {"token": ""},
        {"token": 7},
        {"token": "Bearer abc"},
        {"token": "two words"},
        {"token": "line\r\nX-Evil: 1"},
        {"token": "tökén"},
        {"http_client": "httpx"},
        {"http_client": httpx.AsyncClient()},
        {"http_client": httpx.Client(), "transport": httpx.MockTransport(lambda _: httpx.Response(200))},
    ],
)
def test_options_that_cannot_work_are_refused_by_the_constructor(options):
    """By name, before anything is sent, and without repeating a token."""
    with pytest.raises(ConfigurationError, match=next(iter(options))) as raised:
        JobMojito(**{"token": TOKEN, **options})

    assert "X-Evil" not in str(raised.value)


def test_merchant_id_is_taken_as_text_or_uuid():
    """Both forms mean the same."""
    assert read_settings(None, timeout=1, merchant_id=ID.upper()).merchant_id == UUID(ID)
    assert read_settings(None, timeout=1, merchant_id=UUID(ID)).merchant_id == UUID(ID)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"Host": "evil.example"},
        {"Content-Length": "3"},
        {"X-A": "1\r\nX-B: 2"},
        {"X A": "1"},
        {"": "1"},
        {"X-A": "ü"},
        {"X-A": 1},
    ],
)
def test_headers_that_would_break_the_request_are_refused(headers):
    """The token travels one way only, and no value starts a line of its own."""
    with JobMojito(TOKEN) as jm, pytest.raises(ConfigurationError, match="headers"):
        jm.with_options(headers=headers)


@pytest.mark.parametrize(
    "limits",
    [{"max_attempts": 0}, {"base": -1}, {"cap": "x"}, {"max_elapsed": float("nan")}, {"retry_after_cap": True}],
)
def test_retry_policy_refuses_senseless_limits(limits):
    """The message names the limit."""
    with pytest.raises(ConfigurationError, match=next(iter(limits))):
        RetryPolicy(**limits)
