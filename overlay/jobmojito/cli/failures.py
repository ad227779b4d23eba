"""Errors as one line on stderr and an exit code."""

import sys
from collections.abc import Sequence
from enum import IntEnum

import jobmojito


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    USAGE = 1
    ROWS_FAILED = 2
    REFUSED = 3
    NETWORK = 4
    UNKNOWN = 5
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line, or a file that it names, cannot be used; nothing was sent."""


def _codes() -> Sequence[tuple[type[Exception] | tuple[type[Exception], ...], Exit]]:
    """Return the exit code of each class of error; the first match counts.

    All other errors are about the command line or files. The classes load only when something has failed.
    """
    return (
        (jobmojito.InvalidRequestError, Exit.USAGE),
        (jobmojito.OutcomeUnknownError, Exit.UNKNOWN),
        (jobmojito.ApiError, Exit.REFUSED),
        ((jobmojito.TransportError, jobmojito.ResponseDecodeError), Exit.NETWORK),
    )


def report(error: BaseException) -> int:
    """Print an error in one line on stderr; return the exit code."""
    if isinstance(error, KeyboardInterrupt):
        print("jobmojito: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else Exit.USAGE
    print(f"jobmojito: {_words(error)}", file=sys.stderr)
    return next((code for kinds, code in _codes() if isinstance(error, kinds)), Exit.USAGE)


def _words(error: BaseException) -> str:
    if isinstance(error, jobmojito.JobMojitoError | UsageError):
        field = getattr(error, "field", None)
        named = f"{field}: " if field and field not in str(error) else ""
        return " ".join(f"{named}{error}".split())
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"a defect of this program, {type(error).__name__}; `--debug` shows where"


def code_of_rows(result: "jobmojito.BatchResult[object, object]") -> int:
    """Return the exit code of a run over rows; unknown outcomes count more than failures."""
    if result.unknown:
        return Exit.UNKNOWN
    return Exit.ROWS_FAILED if result.failed else Exit.OK
