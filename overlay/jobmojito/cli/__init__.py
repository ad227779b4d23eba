"""The command line: `jobmojito`, or `python -m jobmojito`. README.md in this folder is its manual.

It needs the extra `cli` and uses only the public interface of `jobmojito` and `jobmojito_api`. Nothing imports it.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

_PACKAGES = ("cyclopts", "rich")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; return the exit code."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        print(f"jobmojito: the command line needs {', '.join(missing)}: pip install 'jobmojito[cli]'", file=sys.stderr)
        return 1
    code: int = import_module(".app", __name__).run(sys.argv[1:] if argv is None else argv)
    return code
