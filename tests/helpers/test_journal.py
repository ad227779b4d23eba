"""A journal keeps what was done, says what was in flight, and refuses what it cannot trust before anything is sent."""

import asyncio
import errno
import fcntl
import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import traceback

import httpx
import pytest

from jobmojito import BatchError, JournalError
from jobmojito.batches.chunks import PendingRow, SeenRows, Stop
from jobmojito.batches.journal import Journal, Ledger
from jobmojito.batches.journal_contents import forget_person
from tests.helpers.fakes import kinds, ok, people, register, statuses
from tests.overlay.driver import Driver

KEY, OTHER = b"a" * 16, b"b" * 16
HOLD = """
import sys
from jobmojito.batches.chunks import PendingRow, SeenRows, Stop
from jobmojito.batches.journal import Journal, Ledger
j = Journal(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    """Where the journal of the test is."""
    return tmp_path / "run.db"


def remember(path, *entries):
    """Write entries in a run of their own."""
    with Journal(path) as journal:
        journal.add(entries).result()


def recalled(path, *keys):
    """What a later run finds."""
    with Journal(path) as journal:
        return journal.find(keys)


def test_latest_entry_of_a_key_is_found_in_a_later_run(path):
    """What was recorded comes back as it was, of several entries the latest; an unknown key has none."""
    done = {"status": "ok", "answer": {"a": ["\ud800\n", 2.5, None], "long": "x" * 10_000}}
    remember(path, (KEY, {"row": 1}), (OTHER, done))
    remember(path, (KEY, {"status": "error"}))

    assert recalled(path, KEY, OTHER, b"c" * 16) == [{"status": "error"}, done, None]


def test_entry_is_in_the_one_file_when_its_future_is_done(path):
    """A copy of the file alone, made while the run goes on, has every entry that was confirmed."""
    with Journal(path) as journal:
        for number in range(20):
            journal.add([(bytes([number]) * 16, {"row": number})]).result()
            path.with_name("copy").write_bytes(path.read_bytes())
            copied = recalled(path.with_name("copy"), *(bytes([one]) * 16 for one in range(number + 1)))
            assert copied == [{"row": one} for one in range(number + 1)]
    assert os.listdir(path.parent) == ["copy", "run.db"] or os.listdir(path.parent) == ["run.db", "copy"]


def test_entry_is_synced_before_its_future_is_done(path, monkeypatch):
    """A power cut after the confirmation loses nothing: the file was synced with the entry in it."""
    synced = []
    fdatasync = os.fdatasync
    with Journal(path) as journal:
        monkeypatch.setattr(os, "fdatasync", lambda file: (synced.append(path.read_bytes()), fdatasync(file)))
        future = journal.add([(KEY, {"row": 1})])
        future.result()

    assert KEY.hex().encode() in synced[0]


def test_journal_is_for_its_owner_alone(path):
    """It holds people and links: mode 0600, whatever the umask, and also where it was made more open before."""
    before = os.umask(0)
    try:
        remember(path, (KEY, {}))
        made = stat.S_IMODE(path.stat().st_mode)
    finally:
        os.umask(before)
    path.chmod(0o644)
    remember(path, (KEY, {}))

    assert (made, stat.S_IMODE(path.stat().st_mode), os.listdir(path.parent)) == (0o600, 0o600, ["run.db"])


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


def database(path):
    """A database of another program, or a journal of an earlier version."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE intent (key)")
    connection.close()


def newer(path):
    """A journal of a later version of this package."""
    Journal(path).close()
    path.write_bytes(path.read_bytes().replace(b"jobmojito journal 2", b"jobmojito journal 3", 1))


def written(path):
    """A journal of some size."""
    remember(path, *((bytes([number]) * 16, {"status": "ok", "answer": "x" * 300}) for number in range(50)))
    return bytearray(path.read_bytes())


def with_a_hole(path):
    """A journal with a hole in the middle."""
    content = written(path)
    content[5000:9000] = bytes(4000)
    path.write_bytes(content)


def without_its_end(path):
    """A journal that lost its end, where a line ends."""
    path.write_bytes(b"".join(bytes(written(path)).splitlines(keepends=True)[:-3]))


def without_a_line(path):
    """A journal that lost a line in its middle."""
    lines = bytes(written(path)).splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:10], *lines[11:]]))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("dear diary " * 100), "is not a journal"),
        (lambda path: path.write_text("x"), "is not a journal"),
        (lambda path: path.touch(), "is empty"),
        (os.mkfifo, "not a regular file"),
        (database, "finish its run with that version, or name a new file"),
        (newer, "newer version"),
        (with_a_hole, "damaged"),
        (without_its_end, "its end is missing"),
        (without_a_line, "damaged"),
        (lambda path: path.mkdir(), "cannot be opened"),
        (lambda path: path.symlink_to(path.parent / "no" / "where"), "cannot be opened"),
    ],
)
def test_journal_that_cannot_be_trusted_is_refused_before_sending(api, rows_api, path, make, words):
    """A foreign, newer, emptied or damaged file is an error in words, left as it was, and no row is sent."""
    make(path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(JournalError, match=words) as raised:
        api.call(register(people(3), journal=path), transport=rows_api)

    assert (rows_api.bodies, raised.value.result) == ([], None)
    assert str(path) not in "".join(traceback.format_exception(raised.value))
    assert before is None or path.read_bytes() == before


def changed(content, chance):
    """The same with one thing wrong: a bit, a byte, a hole, a part lost, or its end gone."""
    place, length = chance.randrange(len(content)), chance.randrange(1, 200)
    return chance.choice([
        lambda: content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :],
        lambda: content[:place] + bytes([(content[place] + chance.randrange(1, 256)) % 256]) + content[place + 1 :],
        lambda: content[:place] + bytes(min(length, len(content) - place)) + content[place + length :],
        lambda: content[:place] + content[place + length :],
        lambda: content[:place],
        lambda: content[:place] + content[place:][:length] + content[place:],
    ])()  # fmt: skip


def test_no_damage_leads_to_paying_twice(rows_api, path):
    """Of a hundred ways to damage a journal, each is refused; none makes a row that is done go out again."""
    api, chance = Driver("sync"), random.Random(5)
    api.call(register(people(12), journal=path, chunk_size=3), transport=rows_api)
    sound = path.read_bytes()
    rows_api.bodies.clear()

    for _ in range(100):
        path.write_bytes(changed(sound, chance))
        with pytest.raises(JournalError):
            api.call(register(people(12), journal=path), transport=rows_api)
    path.write_bytes(sound)
    result = api.call(register(people(12), journal=path), transport=rows_api)

    assert (rows_api.bodies, statuses(result)) == ([], ["ok"] * 12)


def test_line_that_a_kill_cut_short_is_dropped(path):
    """What stands behind the committed part was never confirmed: whole lines count, the torn one goes."""
    remember(path, (KEY, {"row": 1}))
    committed = path.read_bytes()
    remember(path, (OTHER, {"row": 2}), (b"c" * 16, {"row": 3}))
    tail = path.read_bytes()[len(committed) :]
    path.write_bytes(committed + tail[:-5])

    assert recalled(path, KEY, OTHER, b"c" * 16) == [{"row": 1}, {"row": 2}, None]
    remember(path, (b"c" * 16, {"row": 4}))
    assert recalled(path, OTHER, b"c" * 16) == [{"row": 2}, {"row": 4}]


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


def fill(monkeypatch, size):
    """Let the disk be full when a file would grow beyond a size."""
    write, seek, places = os.write, os.lseek, {}

    def noted(file, place, how):
        places[file] = seek(file, place, how)
        return places[file]

    def limited(file, data):
        room = size - places.get(file, 0)
        if file in places and len(data) > room:
            if room <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            data = data[:room]
        done = write(file, data)
        if file in places:
            places[file] += done
        return done

    monkeypatch.setattr(os, "lseek", noted)
    monkeypatch.setattr(os, "write", limited)


def test_full_disk_is_found_before_anything_is_sent(api, rows_api, path, monkeypatch):
    """A journal that has no room for its first entry stops the run at once; the file stays whole."""
    fill(monkeypatch, 100)

    with pytest.raises(JournalError, match="No space left") as raised:
        api.call(register(people(3), journal=path), transport=rows_api)

    assert (rows_api.bodies, kinds(raised.value.result)) == ([], ["not_sent"] * 3)
    monkeypatch.undo()
    assert statuses(api.call(register(people(3), journal=path), transport=rows_api)) == ["ok"] * 3


def test_full_disk_leaves_no_journal_that_is_none(api, rows_api, path, monkeypatch):
    """A journal that cannot even be begun is not left behind, half a line long: the next run would refuse it."""
    fill(monkeypatch, 20)

    with pytest.raises(JournalError, match="No space left"):
        api.call(register(people(3), journal=path), transport=rows_api)

    assert (path.exists(), rows_api.bodies) == (False, [])


@pytest.mark.parametrize(
    "lose",
    [
        lambda path: path.unlink(),
        lambda path: path.rename(path.with_name("moved.db")),
        lambda path: path.with_name("copy.db").rename(path),
    ],
)
def test_journal_that_is_taken_away_stops_its_run(api, rows_api, path, lose):
    """The next run would know nothing of what is paid from then on: nothing more is sent, every row is told."""

    def take_away(rows):
        if len(rows_api.bodies) == 2:
            lose(path)
        return [ok(row) for row in rows]

    Journal(path.with_name("copy.db")).close()
    rows_api.respond = take_away
    with pytest.raises(JournalError, match="moved, deleted or replaced") as raised:
        api.call(register(people(9), journal=path, chunk_size=1, concurrency=1), transport=rows_api)

    result = raised.value.result
    assert [one.email for one in result.succeeded] == [row["email"] for row in rows_api.sent]
    assert set(kinds(result.failed)) == {"not_sent"}
    assert len(rows_api.sent) == 2


def test_journal_that_is_replaced_before_it_is_locked_is_refused(rows_api, path, monkeypatch):
    """Who opened it before `forget_person` put a new file in its place would write into one that nobody finds."""
    remember(path, (KEY, {"email": "ann@example.org"}))
    lock = fcntl.flock

    def late(*args):
        monkeypatch.setattr(fcntl, "flock", lock)
        forget_person(path, "ann@example.org")
        lock(*args)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(JournalError, match="replaced"):
        Journal(path)


def test_child_that_lives_longer_does_not_keep_the_journal_locked(path):
    """A process that was forked during a run has the run's files open; the run gives its lock back all the same."""
    reading, writing = os.pipe()
    with Journal(path):
        child = os.fork()
        if not child:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    try:
        Journal(path).close()
    finally:
        os.close(writing)
        os.close(reading)
        os.waitpid(child, 0)


def test_journal_is_let_go_of_also_where_nobody_waits_for_it(path, monkeypatch):
    """An exception that a signal's handler raises meanwhile (a time limit, Ctrl-C) does not leave the file locked."""

    def interrupted(_thread):
        raise KeyboardInterrupt

    journal = Journal(path)
    writer = journal._writer
    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.close()
    monkeypatch.undo()
    writer.join()

    Journal(path).close()


@pytest.mark.parametrize("started", [True, False])
def test_journal_whose_opening_breaks_off_is_let_go_of(path, monkeypatch, started):
    """No thread can be had, or the handler of a signal raises while its start is waited for."""
    start, writers = threading.Thread.start, []

    def broken(thread):
        writers.append(thread)
        if started:
            start(thread)
        raise RuntimeError

    monkeypatch.setattr(threading.Thread, "start", broken)
    with pytest.raises(RuntimeError):
        Journal(path)
    monkeypatch.undo()
    if started:
        writers[0].join()

    Journal(path).close()


def test_closed_journal_is_neither_read_nor_written(path):
    """A thread that an exception left behind waits for no writer that has ended, and uses no file opened since."""
    journal = Journal(path)
    journal.add([(KEY, {"row": 1})])
    journal.close()
    with (path.parent / "another").open("w+b", buffering=0) as other:
        late = journal.add([(OTHER, {"row": 2})])

        with pytest.raises(JournalError, match="closed"):
            late.result(timeout=5)
        with pytest.raises(JournalError, match="Bad file descriptor"):
            journal.find([KEY])
        assert (other.tell(), other.seek(0, os.SEEK_END)) == (0, 0)


def test_relative_path_means_the_folder_that_a_run_began_in(rows_api, path, monkeypatch):
    """A program may go to another folder meanwhile."""
    monkeypatch.chdir(path.parent)

    with Journal(path.name) as journal:
        monkeypatch.chdir(path.parent.parent)
        journal.add([(KEY, {"row": 1})]).result()

    assert recalled(path, KEY) == [{"row": 1}]


def test_failed_rows_are_sent_again_with_the_journal_that_the_run_was_made_with(api, rows_api, path, monkeypatch):
    """Another journal would not know what the first one has, and the first one not what was paid for since."""
    monkeypatch.chdir(path.parent)
    (path.parent / "elsewhere").mkdir()
    rows_api.respond = lambda rows: [{**row, "result": "error", "message": "try later"} for row in rows]
    failed = api.call(register(people(2), journal=path.name), transport=rows_api)
    rows_api.respond = lambda rows: [ok(row) for row in rows]
    monkeypatch.chdir("elsewhere")

    again = api.call(lambda jm: jm.retry_failed(failed), transport=rows_api)
    rows_api.bodies.clear()
    api.call(register(people(2), journal=path), transport=rows_api)

    assert (statuses(failed), statuses(again)) == (["error"] * 2, ["ok"] * 2)
    assert (list((path.parent / "elsewhere").iterdir()), rows_api.sent) == ([], [])


def test_disk_that_fills_up_loses_nothing(api, rows_api, path, monkeypatch):
    """When the journal has no more room, sending stops; every row has its outcome, and what was not sent says so."""
    fill(monkeypatch, 20_000)
    rows_api.respond = lambda rows: [{**ok(row), "note": "x" * 1000} for row in rows]

    with pytest.raises(JournalError, match="No space left") as raised:
        api.call(register(people(40), journal=path, chunk_size=4, concurrency=2), transport=rows_api)

    result = raised.value.result
    sent = [row["email"] for row in rows_api.sent]
    assert len(result) == 40
    assert 0 < len(result.succeeded) < 40
    assert sorted(one.email for one in result.succeeded) == sorted(sent)
    assert set(kinds(result)) == {None, "not_sent"}


def test_full_disk_makes_no_row_unsent_that_is_done(api, rows_api, path, monkeypatch):
    """Rows that an earlier run paid come back as done, whether their chunk comes before the stop or after it."""
    rows = people(12)
    api.call(register([*rows[:2], *rows[6:8]], journal=path), transport=rows_api)
    fill(monkeypatch, path.stat().st_size + 10)

    with pytest.raises(JournalError) as raised:
        api.call(register(rows, journal=path, chunk_size=3, concurrency=1), transport=rows_api)

    result = raised.value.result
    assert statuses(result) == ["ok"] * 2 + ["error"] * 4 + ["ok"] * 2 + ["error"] * 4
    assert result[6].interview_url == ok(rows[6])["interview_url"]
    assert set(kinds(result.failed)) == {"not_sent"}
    assert len(rows_api.sent) == 4


def test_rows_that_break_off_are_not_told_as_unsent_if_they_are_done(api, rows_api, path):
    """The journal is asked about the last rows too, which are not sent when the rows after them cannot be read."""

    def broken():
        yield from people(3)
        raise RuntimeError("the database went away")

    api.call(register(people(2), journal=path), transport=rows_api)
    with pytest.raises(BatchError) as raised:
        api.call(register(broken(), journal=path), transport=rows_api)

    assert kinds(raised.value.result) == [None, None, "not_sent"]
    assert raised.value.result[2].message == "not sent: the rows after it could not be read"
    assert len(rows_api.sent) == 2


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


def done(path, *keys, **entry):
    """Change what the journal says of a registered row, as an earlier run could have left it."""
    lines = path.read_bytes().splitlines()[1:]
    found = {line.split(b" ", 2)[1]: json.loads(line.split(b" ", 2)[2]) for line in lines}
    remember(path, *((bytes.fromhex(key.decode()), {**was, **entry}) for key, was in found.items()))


@pytest.mark.parametrize(
    ("entry", "retry_unknown", "sent"),
    [
        ({}, False, 0),
        ({"status": "skipped", "kind": "already"}, True, 0),
        ({"status": "error", "kind": "rejected"}, False, 2),
        ({"status": "unknown", "kind": "outcome_unknown"}, False, 0),
        ({"status": "unknown", "kind": "outcome_unknown"}, True, 2),
        ({"answer": 5}, False, 0),
        ({"kind": "of a later version"}, False, 0),
    ],
)
def test_row_is_sent_again_only_where_that_costs_nothing_twice(api, rows_api, path, entry, retry_unknown, sent):
    """A failed row goes again, an unknown one only if asked; one that is done never does, even if it is unreadable."""
    api.call(register(people(2), journal=path), transport=rows_api)
    done(path, **entry)
    rows_api.bodies.clear()

    result = api.call(register(people(2), journal=path, retry_unknown=retry_unknown), transport=rows_api)

    assert (len(result), len(rows_api.sent)) == (2, sent)
    assert {one.status for one in result} <= {"ok", entry.get("status"), "unknown"}


def test_journal_that_another_process_opened_is_refused(path):
    """After a fork nobody writes in the child: that is said, and no row waits for it."""
    with Journal(path) as journal:
        child = os.fork()
        if child == 0:
            failed = isinstance(journal.add([(KEY, {})]).exception(timeout=5), JournalError)
            os._exit(0 if failed else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class Codec:
    """A kind of rows of which nothing is kept."""

    def subject(self, row):
        return {"row": row.index + 1}

    def recall(self, document):
        return document


def test_row_that_the_journal_calls_begun_is_sent(path):
    """A stop that comes while the intent is written is too late: else the next run would call the row unknown."""
    stop, row = Stop(), PendingRow(0, {}, key=KEY)
    with Journal(path) as journal:
        steps = Ledger(stop, SeenRows("once"), journal).begin([row], Codec())
        next(steps).do()
        steps.send(None).result()
        stop.because("Ctrl-C")
        with pytest.raises(StopIteration) as end:
            steps.send(None)

    assert (end.value.value, row.outcome) == ([row], None)


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


def test_run_that_is_cancelled_while_its_journal_opens_leaves_it_free(rows_api, path, monkeypatch):
    """`result` has every row as not sent, and the file is closed as soon as it is open."""
    entered, go_on = threading.Event(), threading.Event()
    lock = fcntl.flock

    def slow(*args):
        entered.set()
        go_on.wait()
        return lock(*args)

    async def cancelled():
        monkeypatch.setattr(fcntl, "flock", slow)
        async with Driver("async").client(transport=rows_api) as jm:
            run = asyncio.create_task(register(people(3), journal=path)(jm))
            await asyncio.to_thread(entered.wait)
            run.cancel()
            await asyncio.sleep(0)
            go_on.set()
            with pytest.raises(asyncio.CancelledError) as raised:
                await run
            return raised.value.result

    assert kinds(asyncio.run(cancelled())) == ["not_sent"] * 3
    Journal(path).close()
    assert rows_api.bodies == []


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 20])
def test_run_that_is_cancelled_again_and_again_leaves_nothing_behind(rows_api, path, steps):
    """As anyio's scopes do it: `result` has every row, the journal is closed, and no thread or task goes on."""
    rows = people(12)

    async def cancelled():
        begun, loop = asyncio.Event(), asyncio.get_running_loop()

        async def respond(request):
            sent = json.loads(request.content)["users"]
            if sent == rows[6:7]:
                begun.set()
                await asyncio.Event().wait()
            return httpx.Response(200, json=[ok(row) for row in sent])

        def again(run):
            if run.cancel():
                loop.call_soon(again, run)

        async with Driver("async").client(transport=httpx.MockTransport(respond)) as jm:
            run = asyncio.create_task(register(rows, chunk_size=1, concurrency=3, journal=path)(jm))
            await begun.wait()
            for _ in range(steps):
                await asyncio.sleep(0)
            again(run)
            with pytest.raises(asyncio.CancelledError) as raised:
                await run
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return raised.value.result

    result = asyncio.run(cancelled())

    assert "jobmojito-journal" not in {thread.name for thread in threading.enumerate()}
    assert [one.email for one in result] == [row["email"] for row in rows]
    again = Driver("async").call(register(rows, journal=path), transport=rows_api)
    assert kinds(again)[6] == "interrupted"
    assert {one.email for one in result.succeeded}.isdisjoint(row["email"] for row in rows_api.sent)


def test_answer_that_cannot_be_read_costs_its_row_only(api, rows_api, path):
    """A row that is done, but whose kept answer is none, is unknown and not sent again."""
    api.call(register(people(1), journal=path), transport=rows_api)
    done(path, status="of a later version")

    result = api.call(register(people(2), journal=path), transport=rows_api)

    assert (kinds(result), len(rows_api.sent)) == (["unreadable", None], 2)


def test_token_is_not_in_the_journal(api, rows_api, path):
    """Nothing of the credentials is written."""
    api.call(register(people(1), journal=path), "s3cret-token-value", transport=rows_api)

    assert b"s3cret-token-value" not in path.read_bytes()
