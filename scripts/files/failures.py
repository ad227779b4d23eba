"""How a script fails: `Refused` is the one error that it shows to a person, as one line, with an exit code.

The message says which input is wrong, where, and why. Any other exception is a bug in the script, and may show a
traceback.
"""

from __future__ import annotations

import signal
import sys
import traceback
from typing import TYPE_CHECKING

from scripts.files.output import inert_output

if TYPE_CHECKING:
    from collections.abc import Callable


class Refused(Exception):  # noqa: N818 - reads as what happened: "correct: Refused"
    """The input was refused; the message is one printable line for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(text: str) -> str:
    r"""Fold whitespace and escape what does not print: text of a document must not control a terminal.

    Control and bidirectional characters come out as escapes such as `\x1b` and `\u202e`.
    """
    folded = " ".join(text.split())
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in folded
    )


def reason(error: OSError) -> str:
    """Say which file failed and why; the first one where `shutil` has collected several."""
    if error.args and isinstance(error.args[0], list) and error.args[0]:
        source, _, why = error.args[0][0]
        return f"{source}: {why}"
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)


def exit_code(name: str, action: Callable[[], int], *, interrupted: str = "nothing was changed") -> int:
    """Run a script's work: a refusal becomes one line and exit code 2, Ctrl-C or SIGTERM one line and 130.

    Both arrive as exceptions, so that a half-finished replacement is undone. Nothing that is printed is a command to a
    CI runner.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with inert_output():
            return _exit_code(name, action, interrupted)
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit_code(name: str, action: Callable[[], int], interrupted: str) -> int:
    try:
        return action()
    except Refused as refusal:
        print(f"{name}: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{name}: interrupted; {interrupted}", file=sys.stderr)
        return 130
    except Exception:  # noqa: BLE001 - the interpreter would print it where nothing makes it harmless
        traceback.print_exc()
        return 1
