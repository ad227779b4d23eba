"""A journal keeps what was done, says what was in flight, and refuses what it cannot trust before anything is sent."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys

import httpx
import pytest

from jobmojito import JournalError
from jobmojito.batches.journal import Duplicate, Intent, Journal, Record
from jobmojito.batches.journal_files import APPLICATION_ID
from tests.helpers.fakes import kinds, ok, people, register, statuses
from tests.overlay.driver import Driver

KEY, OTHER = "a" * 32, "b" * 32
HOLD = """
import sys
from jobmojito.batches.journal import Journal
j = Journal(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def intent(key=KEY, position=0):
    """What is written before a request is sent."""
    return Intent(key, position, "{}")


def record(status, key=KEY, kind=None):
    """What is written when its outcome is known."""
    return Record(key, status, kind, "why", '{"a": 1}')


@pytest.fixture
def path(tmp_path):
    """Where the journal of the test is."""
    return tmp_path / "run.journal"


def begin(path, *intents, **options):
    """Begin rows in a run of their own, and give what the journal says of them."""
    with Journal(path, **options) as journal:
        return journal.begin(intents).result()


def done(path, *records):
    """Write a journal of a run that is over."""
    with Journal(path) as journal:
        journal.begin([intent(one.key) for one in records]).result()
        journal.finish(records).result()


@pytest.mark.parametrize("status", ["ok", "skipped"])
def test_done_row_is_remembered(path, status):
    """What was done in an earlier run comes back as it was recorded, and is not begun again."""
    done(path, record(status))

    assert begin(path, intent()) == [record(status)]
    assert begin(path, intent(), retry_unknown=True) == [record(status)]


def test_failed_row_is_begun_again(path):
    """An error means that nothing was done, so another run tries again."""
    done(path, record("error"))

    assert begin(path, intent()) == [None]


def test_row_in_flight_is_begun_again_only_if_asked(path):
    """A row without an outcome, and one whose outcome is unknown, wait for `retry_unknown`."""
    begin(path, intent())
    done(path, record("unknown", OTHER))

    assert [one.status for one in begin(path, intent(), intent(OTHER))] == ["intent", "unknown"]
    assert begin(path, intent(), intent(OTHER), retry_unknown=True) == [None, None]


def test_same_row_twice_in_one_run_is_a_duplicate(path):
    """Within a run the second of two equal rows is told where the first one stands, finished or not."""
    with Journal(path) as journal:
        assert journal.begin([intent(), intent(position=1)]).result() == [None, Duplicate(0)]
        journal.finish([record("ok")]).result()
        assert journal.begin([intent(position=2)]).result() == [Duplicate(0)]


def test_intent_is_on_disk_when_its_future_is_done(path):
    """Another connection reads the intent before anything could have been sent, synced by the journal's settings."""
    journal = Journal(path)
    journal.begin([intent()]).result()
    synced = journal._connection.execute("PRAGMA synchronous").fetchone()[0]
    mode = journal._connection.execute("PRAGMA journal_mode").fetchone()[0]
    copied = path.with_name("copy")
    for suffix in ("", "-wal"):
        copied.with_name(f"copy{suffix}").write_bytes(path.with_name(path.name + suffix).read_bytes())

    with sqlite3.connect(copied) as connection:
        assert connection.execute("SELECT key, run FROM intent").fetchall() == [(KEY, journal.run)]
    connection.close()
    journal.close()
    assert (synced, mode) == (2, "wal")


def test_journal_is_for_its_owner_alone(path):
    """It holds people and links: mode 0600, its log beside it included, whatever the umask."""
    before = os.umask(0)
    try:
        with Journal(path) as journal:
            journal.begin([intent()]).result()
            modes = {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == {0o600}


def test_second_process_is_refused_until_the_first_one_is_gone(path):
    """Two processes never run one journal; killing the first one frees it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_paths()
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(JournalError, match="another process is using it"):
            Journal(path)
        holder.kill()
        holder.wait()
    Journal(path).close()


def _paths():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}


def test_lock_outlasts_what_else_the_process_does_with_the_file(path):
    """A refused second journal, or a copy made meanwhile, does not let another process in."""
    with Journal(path):
        with pytest.raises(JournalError):
            Journal(path)
        path.read_bytes()
        tried = subprocess.run([sys.executable, "-c", HOLD, str(path)], env=_paths(), capture_output=True, check=False)

    assert (tried.returncode, b"another process is using it" in tried.stderr) == (1, True)


def test_second_run_in_one_process_is_refused(path):
    """The lock holds within a process too."""
    with Journal(path), pytest.raises(JournalError, match="using it"):
        Journal(path)


def foreign(path):
    """A database of another program."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()


def newer(path):
    """A journal of a later version of this package."""
    Journal(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def damaged(path):
    """A journal with a hole in the middle."""
    done(path, *(Record(f"{number:032x}", "ok", None, None, "x" * 3000) for number in range(50)))
    content = bytearray(path.read_bytes())
    content[5000:90000] = bytes(85000)
    path.write_bytes(content)


def cut_off(path):
    """A journal that lost its end."""
    done(path, *(Record(f"{number:032x}", "ok", None, None, "x" * 3000) for number in range(50)))
    os.truncate(path, 30_000)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("dear diary " * 100), "is no journal"),
        (lambda path: path.write_text("x"), "is no journal"),
        (os.mkfifo, "no regular file"),
        (foreign, "another program"),
        (newer, "newer version"),
        (damaged, "damaged"),
        (cut_off, "damaged"),
        (lambda path: path.mkdir(), "cannot be opened"),
        (lambda path: path.symlink_to(path.parent / "no" / "where"), "cannot be opened"),
    ],
)
def test_journal_that_cannot_be_trusted_is_refused_before_sending(api, rows_api, path, make, words):
    """A foreign, newer or damaged file is an error in words, left as it was, and no row is sent."""
    make(path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(JournalError, match=words) as raised:
        api.call(register(people(3), journal=path), transport=rows_api)

    assert (rows_api.bodies, raised.value.result) == ([], None)
    assert before is None or path.read_bytes() == before


def test_empty_file_becomes_a_journal(path):
    """A file that was made beforehand, with a name from `tempfile` perhaps, is taken."""
    path.touch()
    Journal(path).close()

    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.close()


def test_read_only_journal_is_refused_before_sending(api, rows_api, tmp_path):
    """A journal that cannot be written to is no journal."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    Journal(folder / "run.journal").close()
    (folder / "run.journal").chmod(0o444)
    folder.chmod(0o555)
    own = os.geteuid()
    tmp_path.chmod(0o755)
    try:
        _as_nobody(own, tmp_path)
        with pytest.raises(JournalError, match=r"Permission denied|read-only"):
            api.call(register(people(1), journal=folder / "run.journal"), transport=rows_api)
    finally:
        os.seteuid(own)
    assert rows_api.bodies == []


def _as_nobody(own, folder):
    """Root may write anywhere; and pytest's folders are closed to others."""
    if own == 0:
        for parent in [folder, *folder.parents]:
            if parent.name.startswith("pytest-"):
                parent.chmod(0o755)
        os.seteuid(65534)


def fill(monkeypatch, pages):
    """Let the disk be full after so many pages of SQLite."""
    make = sqlite3.connect

    def connect(*args, **options):
        connection = make(*args, **options)
        if args[0] != "":
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr("jobmojito.batches.journal_files.sqlite3.connect", connect)


def test_full_disk_is_found_before_anything_is_sent(api, rows_api, path, monkeypatch):
    """A journal that has no room for its first entry stops the run at once."""
    fill(monkeypatch, 1)

    with pytest.raises(JournalError, match="the disk is full"):
        api.call(register(people(3), journal=path), transport=rows_api)
    assert rows_api.bodies == []


def test_disk_that_fills_up_loses_nothing(api, rows_api, path, monkeypatch):
    """When the journal has no more room, sending stops; every row has its outcome, and what was not sent says so."""
    fill(monkeypatch, 12)
    rows_api.respond = lambda rows: [{**ok(row), "note": "x" * 2000} for row in rows]

    with pytest.raises(JournalError, match="the disk is full") as raised:
        api.call(register(people(40), journal=path, chunk_size=4, concurrency=2), transport=rows_api)

    result = raised.value.result
    sent = [row["email"] for row in rows_api.sent]
    assert len(result) == 40
    assert 0 < len(result.succeeded) < 40
    assert sorted(one.email for one in result.succeeded) == sorted(sent)
    assert set(kinds(result)) == {None, "not_sent"}


def test_rows_of_a_killed_run_are_not_sent_twice(api, rows_api, path):
    """A second run sends only what is new; what is done comes back with its link, what was in flight is unknown."""

    def die(rows):
        raise KeyboardInterrupt

    api.call(register(people(2), journal=path), transport=rows_api)
    rows_api.respond = die
    with pytest.raises(KeyboardInterrupt):
        api.call(register(people(4), journal=path, concurrency=1), transport=rows_api)
    rows_api.respond = lambda rows: [ok(row) for row in rows]
    rows_api.bodies.clear()

    result = api.call(register(people(6), journal=path), transport=rows_api)

    assert kinds(result) == [None, None, "interrupted", "interrupted", None, None]
    assert result[0].interview_url.endswith("person0@example.org")
    assert rows_api.sent == people(6)[4:]
    again = api.call(lambda jm: jm.retry_failed(result, include_unknown=True), transport=rows_api)
    assert statuses(again) == ["ok"] * 6
    assert rows_api.sent[2:] == people(4)[2:]


def test_journal_of_one_interview_or_server_is_nothing_to_another(api, rows_api, path):
    """The same rows for another interview, or on another server, are other rows."""
    other = "28106cba-1c27-4e53-b149-32113e5e8e31"
    api.call(register(people(1), journal=path), transport=rows_api)
    api.call(lambda jm: jm.register_candidates(other, people(1), journal=path), transport=rows_api)
    client = api.client(base_url="http://localhost:9/sandbox", transport=rows_api)
    api.use(client, register(people(1), journal=path))

    assert len(rows_api.bodies) == 3


def test_journal_of_one_merchant_or_of_tests_is_nothing_to_another(api, rows_api, path):
    """The same rows for another merchant, or for real after a test, are other rows."""
    rows_api.respond = lambda rows: [{**row, "result": "Invited"} for row in rows]
    for merchant in ("28106cba-1c27-4e53-b149-32113e5e8e31", "b5201178-46dd-4a20-a1af-7ffd647f834b"):
        options = {"journal": path, "merchant_id": merchant}
        api.call(lambda jm, options=options: jm.invite_users(people(1), **options), transport=rows_api)
    rows_api.respond = lambda rows: [ok(row) for row in rows]
    for is_test in (True, False, None):
        api.call(register(people(1), journal=path, is_test=is_test), transport=rows_api)

    assert [body.get("is_test") for body in rows_api.bodies] == [None, None, True, False]


def test_cancelled_run_begins_nothing_more(rows_api, path):
    """Of an async run that is cancelled, only what had been sent is unknown; the chunks behind it are still to do."""

    async def cancelled():
        begun = asyncio.Semaphore(0)

        async def hang(request):
            begun.release()
            await asyncio.Event().wait()

        async with Driver("async").client(transport=httpx.MockTransport(hang)) as jm:
            run = asyncio.create_task(register(people(10), chunk_size=1, concurrency=2, journal=path)(jm))
            for _ in range(2):
                await begun.acquire()
            run.cancel()
            await asyncio.wait([run])

    asyncio.run(cancelled())
    result = Driver("async").call(register(people(10), journal=path), transport=rows_api)

    assert kinds(result) == ["interrupted"] * 2 + [None] * 8


def test_damaged_answer_costs_its_row_only(api, rows_api, path):
    """A row that is done, but whose kept answer cannot be read, is unknown and not sent again."""
    rows = people(2)
    api.call(register(rows, journal=path), transport=rows_api)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE outcome SET answer = '{' WHERE answer LIKE '%person1@%'")
    connection.close()

    result = api.call(register(rows, journal=path), transport=rows_api)

    assert (kinds(result), len(rows_api.sent)) == ([None, "unreadable"], 2)


def test_token_is_not_in_the_journal(api, rows_api, path):
    """Nothing of the credentials is written."""
    api.call(register(people(1), journal=path), "s3cret-token-value", transport=rows_api)

    assert b"s3cret-token-value" not in path.read_bytes()
