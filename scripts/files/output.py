r"""What scripts print, with nothing in it that a CI runner would take for a command.

A vendor's text such as `##[set-output name=x;]y`, or a line that begins with `::`, is a workflow command to the runner
that reads the log. It comes out as `#\u0023[...` and `\u003a:...`, which people can read and JSON reads as the same.
"""

from __future__ import annotations

import io
import re
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator

# As the runner has them: `::` first in a line, blanks aside, and `##[` or `##vso[` anywhere; a CR ends a line too.
_COMMANDS: Final = re.compile(r"^(\s*):(?=:)|#(?=#\w*\[)", re.MULTILINE)


def inert(text: str) -> str:
    """Write lines so that none of them is a command to a CI runner; anything else stays as it is."""
    lines = re.split(r"(\r)", text)
    return "".join(
        _COMMANDS.sub(lambda found: "\\u0023" if found[1] is None else f"{found[1]}\\u003a", line) for line in lines
    )


class _Inert(io.TextIOBase):
    """Hands whole lines on; the last one when it is flushed, as whoever ends the output does."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._rest = stream, ""

    def write(self, text: str | bytes) -> int:
        """Hand on the lines that are complete."""
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        lines, end, self._rest = (self._rest + text).rpartition("\n")
        self._stream.write(inert(lines + end))
        return len(text)

    @property
    def buffer(self) -> _Inert:
        """Take bytes too: what another program printed."""
        return self

    def flush(self) -> None:
        """Bring what was handed on to where it goes."""
        self._stream.flush()

    def finish(self) -> None:
        """Hand on what is left."""
        self._stream.write(inert(self._rest))
        self._rest = ""


@contextmanager
def inert_output() -> Generator[None]:
    """Make everything that is printed inert."""
    out, err = _Inert(sys.stdout), _Inert(sys.stderr)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        out.finish()
        err.finish()
