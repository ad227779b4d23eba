"""The commands by name; their modules load when used."""

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from cyclopts import App, CycloptsError, Group
from cyclopts.exceptions import UnknownCommandError

_WORK = Group("Work, which costs credits or sends mail", sort_key=1)
_LOOK = Group("Looking", sort_key=2)
_TOOLS = Group("Everything else", sort_key=3)
_COMMANDS = {
    "register": (_WORK, "bulk", "Add the candidates of a CSV file to an interview or position."),
    "invite": (_WORK, "bulk", "Invite the team members, learners or candidates of a CSV file by e-mail."),
    "screen": (_WORK, "screening", "Screen resumes: a file, a folder, or the rows of a CSV file."),
    "report": (_WORK, "reading", "Make the report of a result and write it to a file."),
    "results": (_LOOK, "reading", "List results, the newest first."),
    "result": (_LOOK, "reading", "Show one result with its scores and analysis."),
    "candidates": (_LOOK, "reading", "List candidates."),
    "interviews": (_LOOK, "reading", "List interviews and positions."),
    "status": (_LOOK, "reading", "Show credits and other figures of the account."),
    "call": (_TOOLS, "operations", "Call any operation of the contract."),
    "operations": (_TOOLS, "describing", "List the operations of the contract, with what they cost."),
    "help": (_TOOLS, "describing", "Describe an operation: parameters, body, answers, cost."),
    "contract": (_TOOLS, "describing", "Show which contract this client was made of."),
    "journal": (_TOOLS, "local", "Show the journal of a run, or remove a person from it."),
    "webhooks": (_TOOLS, "webhooks", "Print webhooks as they arrive, for development."),
    "sandbox": (_TOOLS, "local", "Run a local server that speaks the contract."),
}
_INTRODUCTION = (
    "The JobMojito API.\n\n"
    "The token comes from JOBMOJITO_TOKEN, --token-file or a keyring, never from an argument. Names, e-mail addresses"
    " and links are hidden unless --show-links is given.\n\n"
    "Exit codes: 0 success, 1 usage, 2 some rows failed, 3 refused by the API, 4 network, 5 outcome unknown,"
    " 130 interrupted."
)


def make_app() -> App:
    """Make the command line; this loads only cyclopts."""
    app = App(name="jobmojito", help=_INTRODUCTION, version=_version, help_format="plaintext")
    for name, (group, module, words) in _COMMANDS.items():
        target = f"jobmojito.cli.{module}:{name}_command"
        app.command(target, name=name, help=words, group=group)
    app["--help"].group = app["--version"].group = _TOOLS
    app.register_install_completion_command(name="install-completion", group=_TOOLS)
    return app


def run(tokens: Sequence[str]) -> int:
    """Run a command line; an error becomes one line on stderr and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        result = make_app()(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _usage(error)
    except BrokenPipeError:
        # The reader has gone (`| head`); the interpreter must not fail when it flushes stdout at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except BaseException as error:
        if "--debug" in tokens:
            raise
        failures: Any = import_module("jobmojito.cli.failures")
        code: int = failures.report(error)
        return code
    return result if isinstance(result, int) else 0


def _usage(error: CycloptsError) -> int:
    words = str(error).partition(" Available commands:")[0] if isinstance(error, UnknownCommandError) else str(error)
    chain = " ".join(error.command_chain or ())
    print(f"jobmojito: {words} (`jobmojito {f'{chain} ' if chain else ''}--help` has more)", file=sys.stderr)
    return 1


def _version() -> str:
    return str(import_module("importlib.metadata").version("jobmojito"))
