"""An Observer counts departures of many calls and processes, keeps nothing of a value, and never fails a call."""

import asyncio
import json
import multiprocessing
import os
import re
import sqlite3
import stat
import subprocess
import sys
from threading import Thread

import httpx
import pytest

from jobmojito import AsyncJobMojito, ConfigurationError, JobMojito, ResponseDecodeError, conformance
from jobmojito.conformance import Departed, Observer
from jobmojito.conformance.__main__ import main
from jobmojito.conformance.store import Store

LANGUAGES = {"languages": [{"language": "English", "language_code": "en", "flag_icon": "gb", "emoji": None}]}


def answering(value, status=200):
    """A transport that answers every request with a JSON value."""
    return httpx.MockTransport(lambda _: httpx.Response(status, json=value))


def client(observer, value, **options):
    """A client whose calls are observed."""
    return JobMojito("t", base_url="http://localhost", transport=answering(value), observe=observer, **options)


def status_of(value):
    """What the merchant's status is, with one property of its own."""
    return {"profile_id": "5a6d9c1e-0b1f-4c53-9d55-0c2f6a1e7b10", **value}


def seen(path):
    """Each kind of departure with its count."""
    return {one: found.count for one, found in Store(path).read()[1].items()}


@pytest.fixture
def path(tmp_path):
    """Where an observer writes."""
    return tmp_path / "conformance.db"


def test_departures_are_counted_by_their_place_in_the_contract(path):
    """Items are `*`, a property is named only if the contract has it, and each answer counts once for each kind."""
    rows = [{"name_english": None, "anna@example.com": None}, {"name_english": None}]
    with Observer(path) as observer, client(observer, {"languages": rows}) as jm:
        for _ in range(3):
            jm.admin.list_languages()
    answers, departures = Store(path).read()

    assert {key: found.count for key, found in answers.items()} == {("list_languages", 200): 3}
    kinds = {(one.place, one.keyword, one.got): found.count for one, found in departures.items()}
    assert kinds["/languages/*/name_english", "type", "null"] == 3
    assert all(place.startswith("/languages/*") for place, *_ in kinds)
    assert b"anna" not in path.read_bytes()


def test_nothing_of_a_value_is_kept(path):
    """Whatever comes, the file has words of the contract and of this package alone."""
    secret = "Zdzislawa.Zolc@example.com"
    value = {"data": [{"id": secret, secret: [secret], "candidate_name": [secret], "status": secret}], secret: secret}
    with Observer(path) as observer, client(observer, value) as jm:
        jm.candidates.list_candidates()
        jm.interviews.list_interviews()

    assert seen(path)
    content = path.read_bytes()
    assert not re.search(rb"Zdzislawa|Zolc|example", content)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("sleeping", "sleeping"),
        ("half-asleep_now", "half-asleep_now"),
        ("Anna Kowalska", ""),
        ("a8f3e2", ""),
        ("x" * 40, ""),
        ("", ""),
    ],
)
def test_an_unknown_value_is_told_only_as_a_word_among_words(path, text, kept):
    """All values of an interview's status are plain words; what is none, or is not among such, is not told."""
    with Observer(path) as observer, client(observer, {"status": text, "recording": "some_word"}) as jm:
        jm.interviews.get_interview_definition(position_id="28106cba-1c27-4e53-b149-32113e5e8e31")
    values = {one.place: one.value for one in seen(path) if one.keyword == "enum"}

    assert values["/status"] == kept
    assert values["/recording"] == ""  # `audio_first_5_answers` is not a plain word


def test_strict_clients_and_async_ones_are_observed_alike(path):
    """What strict mode refuses is counted as what is read; so is what an async client reads."""
    value = {"languages": None}
    with Observer(path) as observer:
        with client(observer, value, strict=True) as jm, pytest.raises(ResponseDecodeError):
            jm.admin.list_languages()

        async def ask():
            made = AsyncJobMojito("t", base_url="http://localhost", transport=answering(value), observe=observer)
            async with made as awaited:
                await awaited.admin.list_languages()

        asyncio.run(ask())

    assert seen(path) == {Departed("list_languages", 200, "/languages", "type", "array", "null"): 2}


def test_the_variant_of_a_union_is_told(path):
    """A property that is missing in one variant is missing there, and in no other."""
    with Observer(path) as observer, client(observer, {"embed_key": "k"}) as jm:
        jm.interviews.set_interview_state(
            body={"position_id": "28106cba-1c27-4e53-b149-32113e5e8e31", "status": "active"}
        )
    places = {(one.place, one.expected) for one in seen(path)}

    assert {place for place, _ in places} in ({"/|0"}, {"/|1"})


def test_only_its_owner_can_read_it(path):
    """The file is 0600, also where it was there with other rights."""
    Observer(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    Observer(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_threads_and_processes_share_a_file(path):
    """Nothing is counted twice or lost: threads, forked children and programs of their own."""
    observer = Observer(path)

    def calls():
        with client(observer, {"languages": None}) as jm:
            for _ in range(50):
                jm.admin.list_languages()

    def child():
        calls()
        observer.flush()

    program = (
        "import sys; from tests.overlay.test_conformance import *\n"
        f"with Observer({str(path)!r}) as o, client(o, {{'languages': None}}) as jm:\n"
        "    [jm.admin.list_languages() for _ in range(50)]"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    programs = [subprocess.Popen([sys.executable, "-c", program], env=environment) for _ in range(2)]
    threads = [Thread(target=calls) for _ in range(4)]
    children = [multiprocessing.get_context("fork").Process(target=child) for _ in range(2)]
    for one in (*children, *threads):  # a fork beside running threads could copy a lock that one of them holds
        one.start()
    for one in (*children, *threads):
        one.join()
    assert [one.wait() for one in programs] == [0, 0]
    observer.flush()

    assert list(seen(path).values()) == [8 * 50]


def test_a_process_that_ends_writes_what_it_has_counted(path):
    """Nobody has to call `flush`; a client that is gone does not matter either."""
    program = (
        "from tests.overlay.test_conformance import *\n"
        f"jm = client(Observer({str(path)!r}), LANGUAGES | {{'languages': None}})\n"
        "[jm.admin.list_languages() for _ in range(7)]"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)

    assert list(seen(path).values()) == [7]


def test_what_cannot_be_written_now_is_written_later(path, caplog):
    """Another process holds the file: calls go on, the log says so once, and nothing is lost."""
    observer = Observer(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with client(observer, {"languages": None}) as jm:
        jm.admin.list_languages()
        jm.admin.list_languages()
        observer.flush()
        told = [record for record in caplog.records if "conformance" in record.getMessage()]
        holder.execute("ROLLBACK")
        holder.close()
        jm.admin.list_languages()
    observer.flush()

    assert len(told) == 1
    assert list(seen(path).values()) == [3]


def test_a_file_that_is_gone_fails_no_call(path):
    """It is not made anew in mid-run: whoever took it away meant it."""
    observer = Observer(path)
    path.unlink()
    with client(observer, {"languages": None}) as jm:
        assert jm.admin.list_languages().languages is None
    observer.flush()

    assert not path.exists()


def test_another_kind_of_file_is_refused(path, tmp_path):
    """A text, another database, a folder, a folder that is not there; each in one line without its path."""
    (tmp_path / "text").write_text("hello" * 1000)
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE things (name)")
    for name in ("text", "other", ".", "nowhere/file"):
        with pytest.raises(ConfigurationError) as caught:
            Observer(tmp_path / name)
        assert str(tmp_path) not in str(caught.value)
    assert (tmp_path / "text").read_text() == "hello" * 1000
    with pytest.raises(ConfigurationError, match="observe"):
        client("conformance.db", {})


def test_kinds_are_limited(path, monkeypatch):
    """A host that departs in ever new ways fills neither memory nor disk."""
    monkeypatch.setattr(conformance, "MOST_DEPARTURES", 3)
    observer = Observer(path)
    words = ["one", "two", "three", "four", "five"]
    for word in words:
        with client(observer, {"status": word}) as jm:
            jm.interviews.get_interview_definition(position_id="28106cba-1c27-4e53-b149-32113e5e8e31")
    observer.flush()

    assert len(seen(path)) == 3
    assert sum(found.count for found in Store(path).read()[0].values()) == len(words)


def test_the_report_shows_each_kind(path, capsys):
    """As text for people, as JSON for programs; a file that is none is one line and code 2."""
    with Observer(path) as observer, client(observer, {"languages": None}) as jm:
        jm.admin.list_languages()

    assert main(["report", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Answers observed: 1; they depart from the contract in one way."
    assert re.fullmatch(r"  /languages: expected array, got null; in 1 of 1 answers, \d{4}-\d\d-\d\d", lines[-1])
    assert main(["report", "--json", str(path)]) == 0
    (row,) = json.loads(capsys.readouterr().out)["departures"]
    assert (row["operation"], row["place"], row["count"], row["answers"]) == ("list_languages", "/languages", 1, 1)
    assert main(["report", str(path.parent / "nothing.db")]) == 2
    assert main(["propose", str(path), "--document", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_without_an_observer_nothing_of_it_is_loaded():
    """Nobody pays for what they do not use."""
    code = "import sys, jobmojito; jobmojito.JobMojito; print({'sqlite3', 'jobmojito.conformance'} & {*sys.modules})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
