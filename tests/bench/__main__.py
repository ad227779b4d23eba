"""Print the figures: `make bench`. Each case runs in a process of its own, in turn with what it is compared with.

    python -m tests.bench [PART ...] [--rounds N]      parts: upload rows stream resumes decode imports

A ratio is of the best of N rounds (3). The peer takes 50 ms a request for rows and resumes, which is less than any API
does; what the client costs beside a peer that takes no time has a line of its own. Goals are not results.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from attrs import frozen

from tests.bench.server import peer
from tests.bench.texts import listing

ROOT = Path(__file__).resolve().parents[2]
LATENCY = 0.05
MEGABYTE = 1024 * 1024
UPLOAD_SIZE = 200 * MEGABYTE
ROWS = 20_000
RESUMES = 2000
IMPORT_GOALS = (0.1, 1.25, 1.4)
SEARCHED = os.pathsep.join(str(ROOT / folder) for folder in ("overlay", "generated", "."))


@frozen
class Line:
    """One figure: what was compared, both values, and whether the ratio or difference keeps its goal."""

    what: str
    bare: str
    ours: str
    figure: str
    goal: str = ""
    kept: bool = True

    def __str__(self) -> str:
        mark = "" if not self.goal else ("ok" if self.kept else "MISSED")
        return f"{self.what:<58} {self.bare:>10} {self.ours:>10} {self.figure:>9} {self.goal:>12} {mark}"


Figures = dict[str, float]


def run(case: str, *arguments: str) -> Figures:
    """Run one case in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.cases", case, *arguments]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": SEARCHED}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{case}: {done.stderr[-2000:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def best(rounds: int, *cases: Callable[[], Figures]) -> list[Figures]:
    """Run cases in turn, so that a busy moment of the machine meets all; the least of each figure counts."""
    runs = [[case() for case in cases] for _ in range(rounds)]
    return [{name: min(one[place][name] for one in runs) for name in runs[0][place]} for place in range(len(cases))]


def faster(what: str, bare: float, ours: float, goal: float | None) -> Line:
    """Compare throughputs: how much of the bare one is left."""
    ratio = bare / ours
    kept = goal is None or ratio >= goal
    return Line(what, f"{bare:.2f} s", f"{ours:.2f} s", f"{ratio:.2f}", "" if goal is None else f">= {goal}", kept)


def slower(what: str, bare: float, ours: float, goal: float | None, unit: str = "s") -> Line:
    """Compare times: how many times the bare one."""
    ratio = ours / bare
    kept = goal is None or ratio <= goal
    shown = [f"{value * 1000:.0f} ms" if unit == "ms" else f"{value:.2f} s" for value in (bare, ours)]
    return Line(what, *shown, f"{ratio:.2f}", "" if goal is None else f"<= {goal}", kept)


def heavier(what: str, bare: float, ours: float, goal: float) -> Line:
    """Compare peaks of memory."""
    more = ours - bare
    return Line(what, f"{bare:.0f} MB", f"{ours:.0f} MB", f"{more:+.0f} MB", f"< +{goal:.0f} MB", more < goal)


def upload(rounds: int, folder: Path) -> Iterator[Line]:
    """A large file against httpx's own streaming, sync and async."""
    path = folder / "large.pdf"
    with path.open("wb") as file:
        file.write(b"%%PDF-1.7\n1 0 obj\n<</Length %d>>\nstream\n" % UPLOAD_SIZE)
        for _ in range(UPLOAD_SIZE // MEGABYTE):
            file.write(os.urandom(MEGABYTE))
        file.write(b"\nendstream\nendobj\n")
        table = file.tell()
        file.write(b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 2>>\nstartxref\n%d\n%%%%EOF\n" % table)
    with peer() as url:
        for kind in ("", "_async"):
            name = "async" if kind else "sync"
            cases = [lambda case=f"{case}_upload{kind}": run(case, url, str(path)) for case in ("bare", "our")]
            bare, ours = best(rounds, *cases)
            yield slower(f"upload of 200 MB, {name}: time", bare["seconds"], ours["seconds"], 1.0)
            yield heavier(f"upload of 200 MB, {name}: peak memory", bare["peak"], ours["peak"], 8)


def rows(rounds: int, _: Path) -> Iterator[Line]:
    """Rows in chunks of 100, four at a time, against the same requests with bare httpx."""
    for latency, goal in ((LATENCY, 0.95), (0.0, 0.6)):
        with peer(latency) as url:
            cases = [lambda case=case: run(f"{case}_rows", url, str(ROWS)) for case in ("bare", "our")]
            bare, ours = best(rounds, *cases)
        peer_takes = f"{latency * 1000:.0f} ms a request" if latency else "no time at all"
        yield faster(f"{ROWS} rows, the peer takes {peer_takes}", bare["seconds"], ours["seconds"], goal)


def stream(rounds: int, _: Path) -> Iterator[Line]:
    """Rows streamed: memory must not grow with their number."""
    few, many = 2000, 200_000
    with peer() as url:
        small, large = best(
            min(rounds, 2), lambda: run("our_stream", url, str(few)), lambda: run("our_stream", url, str(many))
        )
    yield heavier(f"rows streamed, {few} against {many}: peak memory", small["peak"], large["peak"], 8)


def resumes(rounds: int, folder: Path) -> Iterator[Line]:
    """Small resumes, sixteen at a time, without a journal and with one."""
    source = folder / "resumes"
    source.mkdir()
    for number in range(RESUMES):
        (source / f"cv{number}.txt").write_text(f"Resume {number} " * 200)
    journals = iter(range(100))
    for latency, goal in ((LATENCY, 0.95), (0.0, None)):
        with peer(latency) as url:
            without, journaled = best(
                rounds,
                lambda: run("our_resumes", url, str(source)),
                lambda: run("our_resumes", url, str(source), str(folder / f"run{next(journals)}.journal")),
            )
        peer_takes = f"{latency * 1000:.0f} ms a request" if latency else "no time at all"
        what = f"{RESUMES} resumes without a journal and with, {peer_takes}"
        yield faster(what, without["seconds"], journaled["seconds"], goal)


def decode(rounds: int, folder: Path) -> Iterator[Line]:
    """A large list read into models against json.loads."""
    path = folder / "list.json"
    path.write_bytes(listing())
    bare, ours = best(rounds, lambda: run("bare_decode", str(path)), lambda: run("our_decode", str(path)))
    yield slower("a list of 1000 results read: time of json.loads", bare["seconds"], ours["seconds"], 1.5, "ms")


def imports(rounds: int, folder: Path) -> Iterator[Line]:
    """What importing costs against `import httpx`: the median of CPU time, everything compiled already."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": SEARCHED, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}

    def seconds(case: str) -> float:
        command = [sys.executable, "-m", "tests.bench.imports", case]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        return float(done.stdout)

    labels = {"package": "import jobmojito", "client": "from jobmojito import JobMojito", "call": "and a first call"}
    names = ("httpx", *labels)
    _, *runs = [[seconds(name) for name in names] for _ in range(max(5 * rounds, 5) + 1)]
    httpx, *others = map(median, zip(*runs, strict=True))
    for label, goal, ours in zip(labels.values(), IMPORT_GOALS, others, strict=True):
        yield slower(f"{label}: times import httpx", httpx, ours, goal, "ms")


PARTS = {part.__name__: part for part in (upload, rows, stream, resumes, decode, imports)}


def main() -> int:
    """Measure the parts asked for; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory against bare httpx.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    lines: list[Line] = []
    print(f"{'':<58} {'bare':>10} {'ours':>10} {'':>9} {'goal':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.parts or PARTS:
            for line in PARTS[name](options.rounds, Path(folder)):
                print(line, flush=True)
                lines.append(line)
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
