"""A short sequence of calls by the public client against a sandbox: `python -m jobmojito.sandbox.demo`, or `make demo`.

All data is made up, addresses are under example.com, and links, which are credentials, are shown without their tokens.
The report stays in a temporary folder, or in the one given with `--out`.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from jobmojito import JobMojito, JobMojitoError, sandbox


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; 0 if every step worked, 1 with a line that says what failed, 130 for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m jobmojito.sandbox.demo", description="Typed calls, end to end.")
    parser.add_argument("--out", type=Path, help="folder for the report (default: a new temporary one)")
    folder: Path | None = parser.parse_args(argv).out
    try:
        sandbox.require()
        # Imported here, because it needs the extra that `require` has just checked.
        story = import_module(".story", __package__)
        with sandbox.Sandbox() as server, JobMojito(server.token, base_url=server.base_url) as jm:
            story.say(f"A sandbox that speaks the contract listens on {server.base_url}")
            story.tell(jm, folder or Path(tempfile.mkdtemp(prefix="jobmojito-demo-")))
            story.say(f"{sum(server.requests.values())} requests, {server.credits_spent:g} made-up credits spent")
    except KeyboardInterrupt:
        return 130
    except ImportError as error:  # apart: without the extra, the names below cannot be resolved
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except (JobMojitoError, OSError, sandbox.SandboxError) as error:
        print(f"demo: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("\nDone; the sandbox is stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
