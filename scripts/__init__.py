"""The project's tools: each is run as `python -m scripts.NAME`."""

import sys
from pathlib import Path


def _refuse_other_modules() -> None:
    """Say so if a module is run that is not a command; Python would import it and end without a word."""
    name = sys.orig_argv[sys.orig_argv.index("-m") + 1] if "-m" in sys.orig_argv[:-1] else ""
    if name.startswith(f"{__name__}."):
        modules = sorted(Path(__file__).parent.glob("[a-z]*.py"))
        commands = [f"{__name__}.{path.stem}" for path in modules if "__main__" in path.read_text(encoding="utf-8")]
        if name not in commands:
            sys.exit(f"{name} is not a command; those that there are: {', '.join(commands)}")


_refuse_other_modules()
