"""Nothing that is secret or personal can be read where it was not asked for; every place is searched."""

import asyncio
import gc
import html
import io
import json
import logging
import pickle
import traceback
import warnings
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

import jobmojito
import jobmojito_api
from jobmojito import JobMojitoError, ResponseDecodeError, RetryPolicy, ValidationError
from jobmojito.calls.bodies import StreamedBody
from jobmojito_api.api.candidates import list_candidates
from tests.bodies import answer_for, body_for
from tests.faults import server as faults
from tests.overlay.driver import ASKED, ID, SPENDING, TOKEN

EMAIL, NAME, LINK = "jane.doe@example.org", "Jane Quimby", "https://app.example.org/i/7?key=k3y"
SECRETS = (TOKEN, EMAIL, "jane.doe", NAME, "Quimby", LINK, "k3y", "-list?", "set-cookie", "c00kie")
LIBRARIES = ("", "jobmojito", "httpx", "httpcore", "asyncio")


def _leaks(*texts):
    everything = "\n".join(texts).replace("%40", "@").replace("+", " ")
    return [secret for secret in SECRETS if secret.lower() in everything.lower()]


@pytest.fixture
def logged():
    """Everything that any library logs at DEBUG, as a program with a root handler would see it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in LIBRARIES]
    before = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield stream.getvalue
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def _search(jm):
    return jm.candidates.list_candidates(filter_text=EMAIL)


def _invite(jm):
    return jm.admin.invite_users(body=body_for("invite_users", users=[{"email": EMAIL, "name": NAME}]))


PERSON = {"data": [{"email": EMAIL, "name": NAME, "interview_url": LINK}], "pagination": None}
COOKIES = {"Set-Cookie": "c00kie=1", "Location": LINK}
ANSWERS = {
    "success": faults.json_answer(200, PERSON, COOKIES),
    "refusal": faults.json_answer(422, {"error": f"{EMAIL} has {LINK} with {TOKEN}", "name": EMAIL}, COOKIES),
    "echo": faults.answer(500, f"<p>Authorization: Bearer {TOKEN} {EMAIL}".encode(), COOKIES),
    "redirect": faults.answer(302, b"", COOKIES),
    "no JSON": faults.answer(200, f"<p>{NAME} {TOKEN}".encode(), COOKIES),
    "reset": faults.reset_after_reading(),
    "cut": faults.truncated(200, f'{{"email": "{EMAIL}"'.encode()),
    "slow": faults.slow_headers(0.3, PERSON),
}


@pytest.mark.parametrize("fault", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("work", [_search, _invite])
def test_no_log_line_error_or_traceback_of_a_call_shows_secrets_or_people(api, fault_server, logged, work, fault):
    """Every logger at DEBUG, and every way in which an error is printed; a traceback with its local variables too."""
    fault_server.plays(fault)
    policy = RetryPolicy(max_attempts=2, base=0.001)
    printed = []

    try:
        api.call(work, base_url=fault_server.url, timeout=0.15, retry=policy)
    except JobMojitoError as error:
        printed = list(_printed(error))

    assert "HTTP Request" in logged() or "failed" in logged()
    assert _leaks(logged(), *printed) == []


def _printed(error):
    """Show an error in all the ways that programs do."""
    yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
    yield "".join(traceback.format_exception(error))
    for one in (error, error.__cause__, getattr(error, "cause", None)):
        if one is not None:
            yield from (str(one), repr(one), repr(one.args), repr(vars(one)))
            assert one.__context__ is None or one.__suppress_context__
            assert not hasattr(one, "_request") or one._request is None
    ours = traceback.TracebackException.from_exception(error, capture_locals=True)
    while ours is not None:
        yield from (
            f"{name}={value}"
            for frame in ours.stack
            if "/jobmojito/" in frame.filename or "/httpx/" in frame.filename or "/httpcore/" in frame.filename
            for name, value in (frame.locals or {}).items()
        )
        ours = ours.__cause__


ECHOES = {
    "plain": lambda token: json.dumps({"error": f"bad {token}"}),
    "field": lambda token: json.dumps({"error": "bad", "name": token}),
    "JSON": lambda token: '{"error": "bad ' + "".join(f"\\u{ord(c):04x}" for c in token) + '"}',
    "percent": lambda token: json.dumps({"error": f"bad {quote(token, safe='')}"}),
    "HTML": lambda token: json.dumps({"error": f"bad {html.escape(token)}"}),
}


@pytest.mark.parametrize("token", ["hush", "abc/def/ghi-hush", "Pa$$w%rd+hush==", "a&b\"c'd\\e-hush"])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_token_that_looks_like_none_is_not_quoted_by_an_error(api, token, echo):
    """The client knows it, in whatever code a server writes it."""
    transport = httpx.MockTransport(lambda _: httpx.Response(422, content=echo(token)))

    with pytest.raises(ValidationError, match="bad") as raised:
        api.call(_search, token=token, transport=transport)

    assert "hush" not in str(raised.value) + repr(raised.value.args[:5])


@pytest.mark.parametrize("fault", ANSWERS.values(), ids=ANSWERS)
def test_no_pickle_holds_the_token(api, fault_server, fault):
    """Neither an error nor a detailed answer, even if the server echoes the request."""
    fault_server.plays(fault)
    held = []

    def work(jm):
        return jm.detailed(jm.candidates.list_candidates, filter_text=EMAIL)

    try:
        held.append(api.call(work, base_url=fault_server.url, timeout=0.15, retry=RetryPolicy.none()))
    except ResponseDecodeError as error:
        # A success is kept as it came: what a server puts there is its answer, whatever it is.
        held.append(str(error))
    except JobMojitoError as error:
        held += [error, error.__cause__]

    assert TOKEN.encode() not in pickle.dumps(held)


def test_client_shows_neither_token_nor_merchant(api):
    """Not in a repr, not in the attributes that a debugger prints, for every object that the client holds."""

    def parts(client):
        session = client._session
        wire = session.transport
        return client, session, session.settings, wire, wire.tokens, client.raw, wire.client, wire.client.headers.raw

    found = api.use(api.client(merchant_id=ID), parts)

    assert _leaks(*(f"{part!r} {part} {vars(part) if hasattr(part, '__dict__') else ''}" for part in found)) == []


def test_raw_client_is_as_quiet(api, fault_server, logged):
    """The generated functions go through the same filters."""
    fault_server.plays(ANSWERS["success"])
    function = list_candidates.asyncio if api.kind == "async" else list_candidates.sync

    api.call(lambda jm: function(client=jm.raw, filter_text=EMAIL), base_url=fault_server.url)

    assert "HTTP Request: GET" in logged()
    assert _leaks(logged()) == []


def test_requests_of_the_program_itself_are_logged_as_ever(api, fault_server, logged):
    """The filters look at our requests alone."""
    fault_server.plays(faults.json_answer(200, {}))
    api.call(lambda jm: jm.admin.list_languages(**ASKED), base_url=fault_server.url)

    httpx.get(f"{fault_server.url}/own?filter=x", trust_env=False)

    assert "/own?filter=x" in logged()


def test_http2_header_compression_is_silenced(logged):
    """Its logger writes the request's headers, the token among them, at DEBUG."""
    from jobmojito.redaction import quiet  # noqa: PLC0415

    with quiet():
        logging.getLogger("hpack.hpack").warning("Encoding (authorization, Bearer %s)", TOKEN)
    logging.getLogger("hpack.hpack").warning("of somebody else")

    assert _leaks(logged()) == []
    assert "of somebody else" in logged()


def test_departure_lines_hold_no_keys_that_are_people(api, logged):
    """A map keyed by e-mail addresses departs somewhere; the place is masked."""
    value = {"data": [{"email": 7, EMAIL: {"x": 1}}], "pagination": {EMAIL: None}}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=value))

    api.call(lambda jm: jm.candidates.list_candidates(), transport=transport)

    assert "departs from the contract" in logged()
    assert _leaks(logged()) == []


def test_no_warning_shows_anything(api, fault_server):
    """Abandoned work and closed connections leave warnings without secrets, or none."""
    fault_server.plays(ANSWERS["reset"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(JobMojitoError):
            api.call(SPENDING[1], base_url=fault_server.url)
        gc.collect()

    assert _leaks(*(str(one.message) for one in caught)) == []


def test_one_line_a_request_one_a_repeat(api, fault_server, caplog):
    """DEBUG has operation, status, duration and attempt; INFO has the repeats; no handler is installed."""
    caplog.set_level("DEBUG", "jobmojito")
    fault_server.plays(faults.html_answer(502), faults.json_answer(200, answer_for("list_languages")))

    api.call(lambda jm: jm.admin.list_languages(**ASKED), base_url=fault_server.url)

    lines = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "jobmojito"]
    assert [level for level, _ in lines] == ["DEBUG", "INFO", "DEBUG"]
    assert lines[0][1].startswith("list_languages: 502 in ")
    assert lines[0][1].endswith("(attempt 1)")
    assert "attempt 2 follows" in lines[1][1]
    assert logging.getLogger("jobmojito").handlers == []


def test_quiet_ends_with_the_request():
    """Tasks of the same loop that are not ours keep their logs."""
    from jobmojito.redaction import _ours, quiet  # noqa: PLC0415

    async def ours():
        with quiet():
            await asyncio.sleep(0.01)

    async def main():
        task = asyncio.create_task(ours())
        await asyncio.sleep(0.005)
        others = _ours.get()
        await task
        return others

    assert asyncio.run(main()) is False


CANDIDATE = {"position_id": ID, "candidate_name": NAME, "candidate_email": EMAIL}
WORK = {
    "resume": lambda jm: jm.pre_screen_resume(f"of {NAME}".encode(), **CANDIDATE),
    "document": lambda jm: jm.upload_document(EMAIL.encode(), name=f"{NAME}.txt", knowledge_base_store_id=ID),
    "search": _search,
    "invitation": _invite,
    "person for a number": lambda jm: jm.admin.invite_users(body={"users": [{"email": EMAIL, "name": 7}]}),
    "lone surrogate": lambda jm: jm.candidates.list_candidates(filter_text=EMAIL + "\ud800"),
    "missing file": lambda jm: jm.pre_screen_resume(f"/nowhere/{NAME}.pdf", **CANDIDATE),
    "own body": lambda jm: jm._session(
        jm._session.call("list_languages", **ASKED), StreamedBody(partial(iter, [EMAIL.encode()]), {"X": EMAIL})
    ),
}
FAILING = {
    "refusal": lambda _: httpx.Response(422, json={"error": f"{EMAIL} is taken"}),
    "other JSON": lambda _: httpx.Response(200, json=[PERSON]),
    "no JSON": lambda _: httpx.Response(200, content=EMAIL.encode()),
    "bug": lambda _: [EMAIL, 1 / 0],
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
@pytest.mark.parametrize("answered", FAILING.values(), ids=FAILING)
def test_no_frame_inside_shows_people_to_who_prints_local_variables(api, work, answered):
    """As rich and cgitb do: beside the methods that the caller called by name, nothing of the way is left to print."""
    with pytest.raises(JobMojitoError) as raised:
        api.call(work, transport=httpx.MockTransport(answered), strict=True, retry=RetryPolicy.none())

    assert _leaks(*_locals_inside(raised.value), "".join(traceback.format_exception(raised.value))) == []


def test_no_frame_of_an_interrupted_batch_shows_people(api):
    """Ctrl-C is let through as it came, with all the frames of the rows that were on their way."""
    row = {"email": EMAIL, "name": NAME}

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        api.call(lambda jm: jm.register_candidates(ID, [row]), transport=httpx.MockTransport(interrupt))

    assert _leaks(*_locals_inside(raised.value)) == []


OURS = tuple(str(Path(package.__file__).parent) for package in (jobmojito, jobmojito_api))


def _locals_inside(error):
    """Give the local variables of our frames, but for those that hold a caller's arguments under his own eyes."""
    public = ("/jobmojito/helpers.py", "/jobmojito/async_helpers.py", "/jobmojito_api/resources/")
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    while shown is not None:
        for frame in shown.stack:
            if frame.filename.startswith(OURS) and not any(part in frame.filename for part in public):
                yield from (f"{name}={value}" for name, value in (frame.locals or {}).items())
        shown = shown.__cause__ or shown.__context__
