"""A run that is killed, again and again, loses no resume and pays for none twice without saying so."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from jobmojito import JobMojito, JournalError
from jobmojito.batches.journal import Journal
from jobmojito.sandbox import Fault, Sandbox
from tests.helpers.conftest import POSITION
from tests.helpers.test_journal import changed
from tests.helpers.worker import items

FILES = 300


@pytest.fixture
def server():
    """A sandbox that checks requests but not its own answers, for speed."""
    with Sandbox(check_answers=False) as running:
        yield running


@pytest.fixture
def start(server, tmp_path):
    """Starts a worker on a folder of resumes; what is still running at the end is killed."""
    with JobMojito(server.token, base_url=server.base_url) as jm:
        position = jm.pre_screening.upsert_pre_screening(body=POSITION).position_def_set_id
    started = []

    def run(kind, files, concurrency):
        for number in range(files):
            (tmp_path / f"cv{number}.txt").write_text(f"Resume {number}")
        command = [sys.executable, "-m", "tests.helpers.worker", kind, server.base_url, server.token, position]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
        pipe = subprocess.PIPE
        worker = subprocess.Popen(
            [*command, str(tmp_path), str(concurrency)], stdout=pipe, stderr=pipe, text=True, env=environment
        )
        started.append(worker)
        return worker

    run.position = position
    yield run
    for worker in started:
        worker.kill()
        worker.communicate()


def wait_for(worker, done):
    """Read a worker's progress until so many items are done; False when it ended before."""
    for line in worker.stdout:
        if line.startswith("["):
            return False
        if int(line) >= done:
            return True
    return False


def received(server):
    """How often the server has been given each file, whole."""
    return Counter(upload.filename for _, upload in server.tally.uploads)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_killed_runs_lose_nothing_and_pay_for_nothing_twice(start, server, tmp_path, kind):
    """Killed at random points until it comes to an end: the server's own count agrees with every outcome."""
    chance, kills, reached = random.Random(kind), 0, 0
    while wait_for(worker := start(kind, FILES, 8), reached := reached + chance.randrange(20, 90)):
        time.sleep(chance.random() * 0.02)  # anywhere between two items
        worker.kill()
        worker.wait()
        kills += 1
    rows = items(tmp_path)
    with JobMojito(server.token, base_url=server.base_url) as jm:
        result = jm.pre_screen_resumes(rows, position_id=start.position, journal=tmp_path / "run.journal")
        times = received(server)
        unknown = {one.input["file"].name for one in result.unknown}
        again = jm.retry_failed(result, include_unknown=True)

    assert kills >= 3
    assert len(result) == len(result.succeeded) + len(unknown) == FILES
    assert {name: times[name] for name in times if times[name] != 1} == {}
    assert {one.input["file"].name for one in result.succeeded} | unknown >= set(times)
    assert all(times[one.input["file"].name] == 1 for one in result.succeeded)
    assert len(again.succeeded) == FILES
    twice = {name for name, count in received(server).items() if count > 1}
    assert twice <= unknown
    assert 0 < len(unknown) <= kills * 8


def killed(start, files, done):
    """Kill a worker when so many of its files are done."""
    worker = start("sync", files, 8)
    assert wait_for(worker, done)
    worker.kill()
    worker.wait()


def test_journal_file_alone_is_enough(start, server, tmp_path):
    """After a kill, who takes the one file elsewhere goes on with it: nothing that was paid is paid again."""
    killed(start, 60, 30)
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "run.journal").rename(tmp_path / "elsewhere" / "run.db")
    paid = received(server)

    with JobMojito(server.token, base_url=server.base_url) as jm:
        result = jm.pre_screen_resumes(items(tmp_path), position_id=start.position, journal=moved)

    assert len(paid) >= 30
    assert len(result) == 60 == len(result.succeeded) + len(result.unknown)
    assert set(received(server).values()) == {1}
    assert len(result.unknown) <= 8


def test_damaged_journal_of_a_killed_run_pays_for_nothing_twice(start, server, tmp_path):
    """Whatever happens to the bytes of a killed run's journal, it is refused and nothing is sent."""
    killed(start, 60, 30)
    paid, path, chance = received(server), tmp_path / "run.journal", random.Random(1)
    Journal(path).close()
    sound = path.read_bytes()
    with JobMojito(server.token, base_url=server.base_url) as jm:
        for _ in range(60):
            path.write_bytes(changed(sound, chance))
            with pytest.raises(JournalError):
                jm.pre_screen_resumes(items(tmp_path), position_id=start.position, journal=path)

    assert set(received(server).values()) == {1}
    assert (received(server) - paid).total() <= 8  # what was on its way when the worker was killed


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_ctrl_c_finishes_what_is_in_flight(start, server, kind):
    """The first Ctrl-C ends a run cleanly: nothing is unknown, what is left is said, and the next run does that."""
    server.faults.add(Fault.parse("pre_screen_resume_binary: latency=0.05"))
    worker = start(kind, 40, 4)
    assert wait_for(worker, 5)
    worker.send_signal(signal.SIGINT)
    out, err = worker.communicate(timeout=20)

    outcomes = json.loads(out.splitlines()[-1])
    done = [name for name, status, _ in outcomes if status == "ok"]
    assert Counter(done) == received(server)
    assert {status for _, status, kind in outcomes if kind != "not_sent"} == {"ok"}
    assert len(outcomes) == 40
    assert 5 <= len(done) < 40
    assert f"stopped by Ctrl-C: {len(done)} of 40 rows done, {40 - len(done)} left; run it again" in err

    out, _ = start(kind, 40, 16).communicate(timeout=20)
    assert {status for _, status, _ in json.loads(out.splitlines()[-1])} == {"ok"}
    assert set(received(server).values()) == {1}


def test_second_ctrl_c_stops_at_once(start, server):
    """Who presses Ctrl-C twice does not want to wait: the run breaks off, and its journal knows what was in flight."""
    server.faults.add(Fault.parse("pre_screen_resume_binary: latency=3; skip=4"))
    worker = start("async", 40, 4)
    assert wait_for(worker, 1)
    for _ in range(2):
        time.sleep(0.5)  # two signals that arrive before the first is handled are one
        worker.send_signal(signal.SIGINT)
    _, err = worker.communicate(timeout=20)

    assert "KeyboardInterrupt" in err
    assert worker.returncode not in {0, None}
    server.faults.clear()
    out, _ = start("async", 40, 4).communicate(timeout=20)
    outcomes = json.loads(out.splitlines()[-1])
    assert "interrupted" in {kind for _, _, kind in outcomes}
    assert len(outcomes) == 40
