"""Print the figures: `make bench`. Each is a ratio, measured side by side in one run; nothing here is a timed test.

    python -m tests.bench [PART ...] [--rounds N] [--json]      parts: imports call decode encode observe upload rows
                                                                stream resumes growth peers
    make bench ARGS="decode --rounds 5"

Cases run in processes of their own, in turn with what they are compared with; the median of N rounds (5) counts, and
the least and the greatest are shown. `peers` installs other clients into a throw-away environment, so it runs only when
asked for. Goals are what was aimed at, not what is reached: a missed one says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from attrs import asdict, frozen

from tests.bench import growth as growing
from tests.bench import peers as others
from tests.bench.server import peer
from tests.bench.texts import request_body, result_details, result_list

ROOT = Path(__file__).resolve().parents[2]
LATENCY = 0.05
MEGABYTE = 1024 * 1024
UPLOAD_SIZE = 200 * MEGABYTE
ROWS = 20_000
RESUMES = 2000
SEARCHED = os.pathsep.join(str(ROOT / folder) for folder in ("overlay", "generated", "."))

Figures = dict[str, float]


@frozen
class Line:
    """One figure: what was compared with what, the values of all rounds, and the goal (`most`, or at least)."""

    what: str
    against: str
    values: tuple[float, ...]
    goal: float | None = None
    most: bool = True
    unit: str = "x"

    @property
    def kept(self) -> bool:
        """Whether the median keeps the goal."""
        middle = median(self.values)
        return self.goal is None or (middle <= self.goal if self.most else middle >= self.goal)

    def __str__(self) -> str:
        middle, least, greatest = (f"{value:.2f}" for value in (median(self.values), *self._ends()))
        goal = "" if self.goal is None else f"{'<=' if self.most else '>='} {self.goal:g}"
        mark = "" if self.goal is None else "ok" if self.kept else "MISSED"
        spread = f"{least}-{greatest}"
        return f"{self.what:<52} {self.against:<20} {middle:>6} {self.unit:<2} {spread:>13} {goal:>8} {mark}"

    def _ends(self) -> tuple[float, float]:
        return min(self.values), max(self.values)

    def row(self) -> dict[str, object]:
        """The figure for programs."""
        return {**asdict(self), "median": median(self.values), "kept": self.kept}


HEAD = f"{'':<52} {'against':<20} {'median':>9} {'least-most':>13} {'goal':>8}"


def run(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Figures:
    """Run one case in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        env=environment or {**os.environ, "PYTHONPATH": SEARCHED},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def in_turn(rounds: int, *cases: Callable[[], Figures]) -> list[list[Figures]]:
    """Run cases in turn, so that a busy moment of the machine meets all; gives the figures of each case."""
    runs = [[case() for case in cases] for _ in range(rounds)]
    return [list(some) for some in zip(*runs, strict=True)]


def ratios(upper: Sequence[Figures], lower: Sequence[Figures], name: str = "seconds") -> tuple[float, ...]:
    """Divide one figure of a case by that of another, round by round."""
    return tuple(one[name] / other[name] for one, other in zip(upper, lower, strict=True))


def imports(rounds: int, folder: Path) -> Iterator[Line]:
    """What importing and a first call cost in CPU time and memory, everything compiled already."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": SEARCHED, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    names = ("httpx", "package", "client", "bare_call", "call")
    cases = [lambda name=name: run("imports", name, environment=environment) for name in names]
    in_turn(1, *cases)
    httpx, package, client, bare, call = in_turn(3 * rounds, *cases)
    yield Line("import jobmojito", "import httpx", ratios(package, httpx), 0.1)
    yield Line("from jobmojito import JobMojito", "import httpx", ratios(client, httpx), 1.25)
    yield Line("first call with its models", "first bare call", ratios(call, bare), 1.4)
    yield Line("memory after that", "the same", ratios(call, bare, "peak"), 1.25)


def pairs(case: str, rounds: int, *arguments: str) -> tuple[float, ...]:
    """Run a case that measures both sides in one process; gives its ratio, round by round."""
    return tuple(run("cases", case, *arguments)["ratio"] for _ in range(rounds))


def call(rounds: int, _: Path) -> Iterator[Line]:
    """One small call over a transport that answers at once, by CPU time."""
    yield Line("one small call, CPU", "httpx + json.loads", pairs("pair_call", rounds), 1.35)


def decode(rounds: int, folder: Path) -> Iterator[Line]:
    """From bytes to the value, departures included; with the standard library alone, and with orjson."""
    for what, name, content in (
        ("240 KB of details", "get_interview_result_details", result_details()),
        ("680 KB of a list", "list_interview_results", result_list()),
    ):
        path = folder / f"{name}.json"
        path.write_bytes(content)
        for extra, goal in (("", 1.5), ("fast", 0.9)):
            with_extra = f" ({extra})" if extra else ""
            yield Line(
                f"decode {what}{with_extra}", "json.loads", pairs("pair_decode", rounds, name, str(path), extra), goal
            )


def encode(rounds: int, folder: Path) -> Iterator[Line]:
    """A large create request, checked and written."""
    path = folder / "request.json"
    path.write_text(json.dumps(request_body()))
    yield Line("encode a large create request", "json.dumps", pairs("pair_encode", rounds, str(path)), 1.8)


def observe(rounds: int, folder: Path) -> Iterator[Line]:
    """What an observer costs of a small call, by CPU time; over a transport that answers at once it is the most."""
    file = str(folder / "conformance.db")
    yield Line("one small call, observed", "the same unobserved", pairs("pair_observe", rounds, file), 1.03)


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
            bare, ours = in_turn(
                rounds, *(lambda case=f"{case}_upload{kind}": run("cases", case, url, str(path)) for case in SIDES)
            )
            yield Line(f"upload of 200 MB, {name}: time", "httpx", ratios(ours, bare), 1.0)
            more = tuple(one["peak"] - other["peak"] for one, other in zip(ours, bare, strict=True))
            yield Line(f"upload of 200 MB, {name}: peak memory", "httpx", more, 8, unit="MB")


SIDES = ("bare", "our")


def rows(rounds: int, _: Path) -> Iterator[Line]:
    """Rows in chunks of 100, four at a time, against the same requests with bare httpx."""
    for latency, goal in ((0.0, 0.6), (LATENCY, 0.95)):
        with peer(latency) as url:
            bare, ours = in_turn(
                rounds, *(lambda case=f"{case}_rows": run("cases", case, url, str(ROWS)) for case in SIDES)
            )
        what = f"{ROWS:,} rows, peer at {latency * 1000:.0f} ms: speed"
        yield Line(what, "httpx", ratios(bare, ours), goal, most=False)


def stream(rounds: int, _: Path) -> Iterator[Line]:
    """Rows streamed: memory must not grow with their number."""
    few, many = 2000, 200_000
    with peer() as url:
        small, large = in_turn(
            min(rounds, 2), *(lambda count=count: run("cases", "our_stream", url, str(count)) for count in (few, many))
        )
    more = tuple(one["peak"] - other["peak"] for one, other in zip(large, small, strict=True))
    yield Line(f"{many:,} rows streamed: peak memory", f"{few:,} rows", more, 8, unit="MB")


def resumes(rounds: int, folder: Path) -> Iterator[Line]:
    """Small resumes, sixteen at a time, without a journal and with one."""
    source = folder / "resumes"
    source.mkdir()
    for number in range(RESUMES):
        (source / f"cv{number}.txt").write_text(f"Resume {number} " * 200)
    journals = iter(range(1000))
    with peer(LATENCY) as url:
        without, journaled = in_turn(
            rounds,
            lambda: run("cases", "our_resumes", url, str(source)),
            lambda: run("cases", "our_resumes", url, str(source), str(folder / f"run{next(journals)}.journal")),
        )
    what = f"{RESUMES:,} resumes with a journal, peer at {LATENCY * 1000:.0f} ms: speed"
    yield Line(what, "without", ratios(without, journaled), 0.95, most=False)


def growth(rounds: int, folder: Path) -> Iterator[Line]:
    """How the time of some work grows with its size: 1.0 is linear, 2.0 quadratic."""
    for what, against, exponents in growing.measured(min(rounds, 3), folder):
        yield Line(f"growth of {what}", against, exponents, 1.1, unit="")


def peers(rounds: int, folder: Path) -> Iterator[Line | str]:
    """The same contract as other generators' clients, and msgspec's reader of it as the bound."""
    (folder / "list.json").write_bytes(result_list())
    (folder / "details.json").write_bytes(result_details())
    for found in others.measured(rounds, folder):
        yield found if isinstance(found, str) else Line(*found)


PARTS: dict[str, Callable[[int, Path], Iterator[Line | str]]] = {
    part.__name__: part
    for part in (imports, call, decode, encode, observe, upload, rows, stream, resumes, growth, peers)
}


def main() -> int:
    """Measure the parts asked for, or all but the peers; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory, as ratios.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON, for history")
    options = parser.parse_args()
    lines: list[Line] = []
    shown = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    shown(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.parts or [name for name in PARTS if name != "peers"]:
            for line in PARTS[name](options.rounds, Path(folder)):
                shown(str(line))
                lines += [line] if isinstance(line, Line) else []
    if options.json:
        print(json.dumps([line.row() for line in lines], indent=2))
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
