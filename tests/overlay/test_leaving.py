"""Programs that end while the client still has something under way."""

import os
import subprocess
import sys

from tests.faults import server as faults

PROGRAM = """
import sys
from jobmojito import JobMojito

jm = JobMojito("made-up-token", base_url=sys.argv[1], timeout=300)
for item in jm.items(jm.candidates.list_candidates, limit=1):
    print(item.id)
    break
"""


def _never(connection):
    """Give no answer until the client is gone."""
    connection.settimeout(240)
    connection.recv(1)


def test_program_that_leaves_a_list_does_not_wait_for_the_next_page(fault_server):
    """The page that is fetched ahead may never come; the program ends all the same."""
    page = {"data": [{"id": "first"}], "pagination": {"total": 2, "limit": 1, "offset": 0, "has_more": True}}
    fault_server.plays(faults.json_answer(200, page), faults.Fault(_never))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, fault_server.url],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert done.stdout == "first\n"
    assert "Traceback" not in done.stderr
