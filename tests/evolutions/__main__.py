"""Takes later versions of the document through an update and then every test: `python -m tests.evolutions 1 2 3`.

Each number is the seed of a version: some of the evolutions and of the commonest changes, drawn at random. What is
printed for each: updated and all tests pass, or refused with the reason, or the tests that fail. Takes minutes a seed,
so `make test` does not run it. The exit code is 1 if a test failed after an update that its own tests let through.
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.files import documents
from scripts.update import WORKERS
from tests import baseline
from tests.checkouts import checkout_in
from tests.evolutions.evolutions import EVOLUTIONS
from tests.evolutions.test_commonest import COMMONEST

# They end what a helper or a test of the product is built on: an update stops at them, as it should.
STOPPING = {"renamed property", "a component of a title's name"}


def version(seed):
    """Make a document of a few changes; gives their names too."""
    draw, document = random.Random(seed), baseline.published()
    changes = {one.name: one.apply for one in EVOLUTIONS} | dict(COMMONEST)
    names = draw.sample(sorted(changes.keys() - STOPPING), 6)
    for name in names:
        document = changes[name](document) or document
    return names, document


def run(checkout, *words):
    """Run a module in a checkout, with its own packages."""
    folders = os.pathsep.join(map(str, (checkout / "overlay", checkout / "generated", checkout)))
    environment = {**os.environ, "PYTHONPATH": folders, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, f"{done.stdout}\n{done.stderr}".strip().splitlines()


def tried(seed):
    """Update and test; gives whether that went well, and what to print."""
    names, document = version(seed)
    with tempfile.TemporaryDirectory() as folder:
        checkout = checkout_in(Path(folder))
        subprocess.run(["git", "init", "-q"], cwd=checkout, check=True)
        (Path(folder) / "new.json").write_bytes(documents.dump(document))
        code, lines = run(checkout, "scripts.update", "--file", str(Path(folder) / "new.json"))
        if code:
            return True, [*names, lines[-1]]
        code, lines = run(checkout, "pytest", "-q", *WORKERS, "-p", "no:cacheprovider")
        return code == 0, [*names, *(line for line in lines if line.startswith("FAILED")), lines[-1]]


if __name__ == "__main__":
    bad = False
    for number in sys.argv[1:] or ["1"]:
        well, said = tried(int(number))
        bad |= not well
        print(number, *said, sep="\n    ", flush=True)
    sys.exit(bad)
