r"""Escapes what scripts print, so that a CI runner takes nothing in it for a command.

A text of the vendor such as `##[set-output name=x;]y`, or a line that begins with `::`, is a command to the runner that
reads the log. It is printed as `#\u0023[...` and `\u003a:...`, which JSON reads as the same.
"""

from __future__ import annotations

import io
import re
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator

# What a runner obeys: `::` first in a line, after blanks or none, and `##[` or `##vso[` anywhere; a CR ends a line.
_COMMANDS: Final = re.compile(r"^(\s*):(?=:)|#(?=#\w*\[)", re.MULTILINE)


def inert(text: str) -> str:
    """Escape the commands to a CI runner in a text; everything else stays as it is."""
    lines = re.split(r"(\r)", text)
    return "".join(
        _COMMANDS.sub(lambda found: "\\u0023" if found[1] is None else f"{found[1]}\\u003a", line) for line in lines
    )


class _Inert(io.TextIOBase):
    """A stream that writes complete lines, escaped; `finish` writes an incomplete last one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._rest = stream, ""

    def write(self, text: str | bytes) -> int:
        """Write the lines that are complete, and keep the rest."""
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        lines, end, self._rest = (self._rest + text).rpartition("\n")
        self._stream.write(inert(lines + end))
        return len(text)

    @property
    def buffer(self) -> _Inert:
        """This stream itself: `write` takes the bytes of another program too."""
        return self

    def flush(self) -> None:
        """Flush what is written."""
        self._stream.flush()

    def finish(self) -> None:
        """Write the incomplete last line."""
        self._stream.write(inert(self._rest))
        self._rest = ""


@contextmanager
def inert_output() -> Generator[None]:
    """Escape everything that is printed to stdout and stderr."""
    out, err = _Inert(sys.stdout), _Inert(sys.stderr)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        out.finish()
        err.finish()
