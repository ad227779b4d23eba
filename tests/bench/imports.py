"""What importing costs: `python -m tests.bench.imports CASE` prints CPU seconds and peak memory of one, as JSON.

This module imports next to nothing itself, for what it loads would cost the case nothing any more.
"""

# ruff: noqa: PLC0415, PTH123

import sys
import time

# What the API gives where there is no interview; an answer that departs from the contract takes longer to read.
ANSWER = {"data": [], "pagination": {"total": 0, "limit": 5, "offset": 0, "has_more": False}}


def httpx() -> None:
    """Import httpx, what the others are compared with."""
    import httpx  # noqa: F401


def package() -> None:
    """Import the package."""
    import jobmojito  # noqa: F401


def client() -> None:
    """Import the client."""
    from jobmojito import JobMojito  # noqa: F401


def bare_call() -> None:
    """Make a first call with httpx alone, whose answer comes from no network."""
    import json

    import httpx

    answer = httpx.Response(200, json=ANSWER)
    with httpx.Client(base_url="http://127.0.0.1", transport=httpx.MockTransport(lambda _: answer)) as client:
        json.loads(client.get("/merchant-interview-list", params={"limit": 5}).content)


def call() -> None:
    """Import the client and make a first call, whose answer comes from no network."""
    import httpx

    from jobmojito import JobMojito

    answer = httpx.Response(200, json=ANSWER)
    with JobMojito("token", base_url="http://127.0.0.1", transport=httpx.MockTransport(lambda _: answer)) as jm:
        jm.interviews.list_interviews(limit=5)


def peak() -> float:
    """Give this process's peak memory in MB; `getrusage` would give the parent's where that is more."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


CASES = {case.__name__: case for case in (httpx, package, client, bare_call, call)}

if __name__ == "__main__":
    case = CASES[sys.argv[1]]
    # httpx loads these for its command line where they happen to be installed; with the package alone they are not.
    sys.modules["click"] = sys.modules["rich"] = None  # type: ignore[assignment]
    begun = time.process_time()
    case()
    spent = time.process_time() - begun
    print(f'{{"seconds": {spent}, "peak": {peak()}}}')
