"""A process that screens a folder of resumes with a journal, to be killed or interrupted from outside.

    python -m tests.helpers.worker sync|async BASE_URL TOKEN POSITION FOLDER CONCURRENCY

Prints one line a finished chunk while it runs, and at the end its outcomes as JSON: [file name, status, kind].
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx

from jobmojito import AsyncJobMojito, JobMojito, RunInterrupted


def items(folder: Path) -> list[dict[str, Any]]:
    """The folder's resumes, each of a candidate of its own."""
    return [
        {"file": path, "candidate_name": "Ann", "candidate_email": f"{path.stem}@example.org"}
        for path in sorted(folder.glob("*.txt"))
    ]


async def run_async(client: dict[str, Any], rows: Any, options: dict[str, Any]) -> Any:
    """Screen with the async client."""
    async with AsyncJobMojito(**client, transport=httpx.AsyncHTTPTransport(verify=False)) as jm:
        return await jm.pre_screen_resumes(rows, **options)


def main(kind: str, base_url: str, token: str, position: str, folder: str, concurrency: str) -> None:
    """Run, and print what became of every item, also when interrupted."""

    def progress(done: int, _failed: int, _total: int | None) -> None:
        print(done, flush=True)

    client = {"token": token, "base_url": base_url}
    options = {"position_id": position, "concurrency": int(concurrency), "on_progress": progress}
    options["journal"] = Path(folder, "run.journal")
    rows = items(Path(folder))
    try:
        if kind == "async":
            result = asyncio.run(run_async(client, rows, options))
        else:
            with JobMojito(**client, transport=httpx.HTTPTransport(verify=False)) as jm:
                result = jm.pre_screen_resumes(rows, **options)
    except RunInterrupted as interrupted:
        print(interrupted, file=sys.stderr)
        result = interrupted.result
    print(json.dumps([[one.input["file"].name, one.status, one.kind] for one in result]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
