"""What is measured, each in a process of its own: `python -m tests.bench.cases NAME URL ARGUMENTS` prints JSON.

A case comes as a pair: `bare_...` does with httpx and json what `our_...` does with the client; a `pair_...` does both
in one process. Imports stand in the cases that need them, because a bare case must not hold our modules in its memory,
nor an import of them in its time.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.imports import peak

POSITION = "28106cba-1c27-4e53-b149-32113e5e8e31"
ABOUT = {"position_id": POSITION, "candidate_name": "Ann", "candidate_email": "ann@example.org"}
UPLOAD = "/job-interview-pre-screening-api-resume-binary"
REGISTER = "/job-interview-register-users"
TOKEN = "bench-token"
HERE = "http://localhost"
MOST = 10**9
CHUNK = 100


def rows(count: int) -> Iterator[dict[str, str]]:
    """Rows of a batch, made as they are drawn."""
    return ({"email": f"person{n}@example.org", "name": f"Person {n}", "external_id": str(n)} for n in range(count))


def ours(url: str) -> Any:
    """Give the sync client."""
    from jobmojito import JobMojito

    return JobMojito(TOKEN, base_url=url, timeout=600)


def ours_async(url: str) -> Any:
    """Give the async client."""
    from jobmojito import AsyncJobMojito

    return AsyncJobMojito(TOKEN, base_url=url, timeout=600)


def bare_upload(url: str, path: str) -> None:
    """Stream a file as httpx does it."""
    import httpx

    with httpx.Client(timeout=600) as client, Path(path).open("rb") as file:
        client.post(url + UPLOAD, data=ABOUT, files={"file": ("cv.pdf", file, "application/pdf")}).json()


def our_upload(url: str, path: str) -> None:
    """Stream a file as `pre_screen_resume` does it."""
    with ours(url) as jm:
        jm.pre_screen_resume(path, **ABOUT, max_bytes=MOST)


def bare_upload_async(url: str, path: str) -> None:
    """Stream a file as httpx's async client does it."""
    import httpx

    async def main() -> None:
        async with httpx.AsyncClient(timeout=600) as client:
            with Path(path).open("rb") as file:  # noqa: ASYNC230 - as its documentation shows
                answer = await client.post(
                    url + UPLOAD, data=ABOUT, files={"file": ("cv.pdf", file, "application/pdf")}
                )
            answer.json()

    asyncio.run(main())


def our_upload_async(url: str, path: str) -> None:
    """Stream a file as the async `pre_screen_resume` does it."""

    async def main() -> None:
        async with ours_async(url) as jm:
            await jm.pre_screen_resume(path, **ABOUT, max_bytes=MOST)

    asyncio.run(main())


def bare_rows(url: str, count: str) -> None:
    """Send rows in chunks over four threads, and read the answers as JSON."""
    import httpx

    source = rows(int(count))
    chunks = iter(lambda: list(islice(source, CHUNK)), [])
    with httpx.Client(timeout=600) as client, ThreadPoolExecutor(4) as pool:

        def send(chunk: list[dict[str, str]]) -> int:
            return len(client.post(url + REGISTER, json={"interview_id": POSITION, "users": chunk}).json())

        if sum(pool.map(send, chunks)) != int(count):
            raise SystemExit("rows were lost")


def our_rows(url: str, count: str) -> None:
    """Send rows as `register_candidates` does it."""
    with ours(url) as jm:
        result = jm.register_candidates(POSITION, rows(int(count)))
    if len(result.succeeded) != int(count):
        raise SystemExit("rows were lost")


def our_stream(url: str, count: str) -> None:
    """Send rows as `iter_register_candidates` does it, keeping none."""
    with ours(url) as jm:
        done = sum(outcome.status == "ok" for outcome in jm.iter_register_candidates(POSITION, rows(int(count))))
    if done != int(count):
        raise SystemExit("rows were lost")


def our_resumes(url: str, folder: str, journal: str = "") -> None:
    """Screen a folder of small resumes, sixteen at a time, with a journal or without."""
    with ours(url) as jm:
        items = [
            {"file": path, "candidate_name": "Ann", "candidate_email": f"{path.stem}@example.org"}
            for path in Path(folder).glob("*.txt")
        ]
        result = jm.pre_screen_resumes(items, position_id=POSITION, concurrency=16, journal=journal or None)
    result.raise_for_failures()


def alternating(ours: Callable[[], Any], bare: Callable[[], Any], times: int, rounds: int = 15) -> dict[str, float]:
    """Time two things in turn by CPU; the median of their ratios."""

    def seconds(case: Callable[[], Any]) -> float:
        begun = time.process_time()
        for _ in range(times):
            case()
        return time.process_time() - begun

    for case in (ours, bare) * 2:
        seconds(case)
    return {"ratio": median(seconds(ours) / seconds(bare) for _ in range(rounds))}


def pair_call() -> dict[str, float]:
    """Make a small call over a transport that answers at once."""
    import httpx

    from jobmojito import JobMojito

    jm = JobMojito(TOKEN, base_url=HERE, transport=at_once())
    bare = httpx.Client(base_url=HERE, transport=at_once(), headers={"Authorization": f"Bearer {TOKEN}"})
    return alternating(
        jm.admin.list_languages, lambda: json.loads(bare.get("/platform-languages-list").content), times=200
    )


def pair_observe(path: str) -> dict[str, float]:
    """Make a small call with an observer and without."""
    from jobmojito import JobMojito
    from jobmojito.conformance import Observer

    plain = JobMojito(TOKEN, base_url=HERE, transport=at_once())
    observed = JobMojito(TOKEN, base_url=HERE, transport=at_once(), observe=Observer(path))
    return alternating(observed.admin.list_languages, plain.admin.list_languages, times=200, rounds=25)


def at_once() -> Any:
    """Give a transport that answers every request with the same small answer."""
    import httpx

    body, headers = b'{"languages": []}', {"content-type": "application/json"}
    return httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers=headers))


def pair_decode(name: str, path: str, extra: str) -> dict[str, float]:
    """Read a large answer, with orjson (`extra` is fast) or without."""
    from jobmojito_api import loading
    from jobmojito_api.resources import operation

    if not extra:
        loading._PAYS = 1 << 62
    elif loading._quick() is None:
        raise SystemExit("the extra fast (orjson) is not installed")
    call, content = operation(name).call({}), Path(path).read_bytes()
    if call.read(200, content).departures:
        raise SystemExit("the example does not fit the contract")
    return alternating(lambda: call.read(200, content), lambda: json.loads(content), times=10)


def pair_encode(path: str) -> dict[str, float]:
    """Check and write a large request."""
    from jobmojito_api.resources import operation

    declared, body = operation("create_interview_from_questions"), json.loads(Path(path).read_bytes())
    return alternating(lambda: declared.call({"body": body}).request, lambda: json.dumps(body), times=10)


def measured(case: Callable[..., None], *arguments: str) -> dict[str, float]:
    """Run a case; wall and CPU seconds, and the process's peak memory in MB."""
    begun, busy = time.perf_counter(), time.process_time()
    case(*arguments)
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - busy,
        "peak": peak(),
    }


if __name__ == "__main__":
    name, *given = sys.argv[1:]
    # What importing costs is a figure of its own: tests/bench/imports.py.
    import_module("httpx")
    files = ["uploads.requests"]
    used = {"our_upload": files, "our_upload_async": files, "our_resumes": [*files, "batches.resumes"]}
    for module in ["calls.sessions", *used.get(name, ["batches.row_requests"])] if name.startswith("our") else []:
        import_module(f"jobmojito.{module}")
    case = globals()[name]
    print(json.dumps(case(*given) if name.startswith("pair") else measured(case, *given)))
