"""Options shared by several commands, and the client made from them."""

import os
import stat
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

import jobmojito

from .failures import UsageError

Flag = Annotated[bool, Parameter(negative="", show_default=False)]

_COMMON = Group("Common options", sort_key=90)
_CARE = Group("Before it costs or mails", sort_key=80)
_TOKEN = "JOBMOJITO_TOKEN"  # noqa: S105 - the name of a variable
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@Parameter(name="*", group=_COMMON)
@dataclass(frozen=True, kw_only=True)
class Common:
    """Options of every command that reads or sends."""

    json: Flag = False
    """Write JSON: one document, or one line for each row."""
    output: Path | None = None
    """Write everything as JSON into this file, readable by you alone; nothing is hidden in it."""
    show_links: Flag = False
    """Show names, e-mail addresses and links. An interview link is a credential."""
    token_file: Path | None = None
    """Read the token from this file."""
    base_url: str | None = None
    """Use another server than the live one, such as a sandbox; JOBMOJITO_API_BASE_URL does the same."""
    merchant_id: str | None = None
    """Act for this merchant (service callers)."""
    extra_properties: Literal["refuse", "send"] = "refuse"
    """Refuse properties that the contract does not declare, or send them: the API may be ahead of it."""
    timeout: float = 60.0
    """Seconds for each phase of an attempt."""
    debug: Flag = False
    """Show the traceback of an error."""

    def client(self) -> "jobmojito.JobMojito":
        """Make the client."""
        return jobmojito.JobMojito(
            _token(self.token_file),
            base_url=self.base_url,
            merchant_id=self.merchant_id,
            extra_properties=self.extra_properties,
            timeout=self.timeout,
        )


@Parameter(name="*", group=_CARE)
@dataclass(frozen=True, kw_only=True)
class Careful:
    """Options of every command that writes, costs credits or sends mail."""

    dry_run: Flag = False
    """Say what would be done, and send nothing."""
    yes: Annotated[bool, Parameter(negative="", alias="-y", show_default=False)] = False
    """Do not ask."""


@Parameter(name="*", group=_CARE)
@dataclass(frozen=True, kw_only=True)
class Spending(Careful):
    """Options of runs over many rows."""

    budget: float | None = None
    """Stop before the run costs more credits than this."""
    price: float | None = None
    """Credits that one row costs, if no price is published."""


def _token(file: Path | None) -> str | None:
    """Read the token from a file or a keyring; None if the client reads it from the environment."""
    if file is not None:
        return secret_of(file, option="--token-file")
    if _TOKEN in os.environ or find_spec("keyring") is None:
        return None
    found = import_module("keyring").get_password("jobmojito", "token")
    return found if isinstance(found, str) else None


def secret_of(file: Path, *, option: str) -> str:
    """Read the secret in a file; a warning says if others can read it.

    Raises:
        UsageError: It cannot be read, or is empty.
    """
    try:
        text = file.read_text(encoding="utf-8").strip()
        mode = file.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option}: {getattr(error, 'strerror', None) or 'not a text file'}") from None
    if not text:
        raise UsageError(f"{option}: the file is empty")
    if os.name == "posix" and mode & _OTHERS:
        print(f"jobmojito: others can read the secret in {file.name}: chmod 600", file=sys.stderr)
    return text
