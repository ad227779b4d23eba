"""`register` and `invite`: the rows of a CSV file, with confirmation, progress and a file of outcomes."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from attrs import define, field
from cyclopts import Parameter
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

import jobmojito
from jobmojito.credits import price_of
from jobmojito_api.facts import facts_of

from .credits import Budget, agreed, consequences
from .failures import Exit, UsageError, code_of_rows
from .options import Common, Flag, Spending
from .output import Output, as_json, one_line
from .privacy import visible, without_people

if TYPE_CHECKING:
    Send = Callable[[Iterable[Any]], Iterator[jobmojito.RowOutcome[Any, Any]]]

_REGISTER, _INVITE = "register_users_for_interview", "invite_users"
_STATUSES = ("ok", "skipped", "error", "unknown")
_SHOWN = ("row", "line", "status", "kind", "message")


@Parameter(name="*")
@define(frozen=True, kw_only=True)
class RunOptions:
    """Options of a run."""

    journal: Path | None = None
    """Record here what was done, so that a killed run can be resumed. It holds personal data and links."""
    retry_unknown: Flag = False
    """With a journal: send rows with an unknown outcome again. They may be done, and paid for, twice."""
    concurrency: int = 4
    """Requests in flight."""
    stop_on_error: Flag = False
    """Send no more after a request that fails as a whole."""
    outcomes: Path | None = None
    """Write a CSV file with each row's outcome, readable by you alone; it holds personal data and links."""

    def given(self) -> dict[str, Any]:
        """Return the options for the library."""
        return {
            "journal": self.journal,
            "retry_unknown": self.retry_unknown,
            "concurrency": self.concurrency,
            "stop_on_error": self.stop_on_error,
        }


def register_command(
    people: Path,
    /,
    *,
    interview: Annotated[str, Parameter(name=("--interview", "-i"))],
    send_email: bool | None = None,
    run: RunOptions = RunOptions(),
    spending: Spending = Spending(),
    common: Common = Common(),
) -> int:
    """Add the candidates of a CSV file to an interview or position; each gets a single-use link.

    Args:
        people: CSV file with the columns email, name, external_id (only email is required).
        interview: Id of the interview or position.
        send_email: Whether each candidate is mailed an invitation; the API decides if it is not given.
    """
    rows, output = jobmojito.read_candidates(people), Output(common)
    with common.client() as client:
        facts = facts_of(_REGISTER)
        definition = client.interviews.get_interview_definition(position_id=interview)
        price = price_of(facts, definition.to_dict())
        budget = Budget.of(client, spending, price)
        effect = consequences(facts, price.times(len(rows)) if price else None)
        if not agreed(spending, output, f"register {_counted(rows, 'candidate')}", _within(effect, budget)):
            return Exit.OK
        mail: dict[str, Any] = {} if send_email is None else {"send_email": send_email}
        work = Work(_REGISTER, output, len(rows), run, budget)
        return work.do(rows, lambda drawn: client.iter_register_candidates(interview, drawn, **mail, **run.given()))


def invite_command(
    team: Path,
    /,
    *,
    force_invite: Flag = False,
    message: str | None = None,
    run: RunOptions = RunOptions(),
    spending: Spending = Spending(),
    common: Common = Common(),
) -> int:
    """Invite the team members, learners or candidates of a CSV file by e-mail.

    Args:
        team: CSV file with the columns email, name, type, interview_id.
        force_invite: Mail people again who were invited and have not joined.
        message: A text for the mail.
    """
    rows, output = jobmojito.read_invitations(team), Output(common)
    with common.client() as client:
        budget = Budget.of(client, spending, None)
        effect = _within(consequences(facts_of(_INVITE), None), budget)
        if not agreed(spending, output, f"invite {_counted(rows, 'person', 'people')}", effect):
            return Exit.OK
        more: dict[str, Any] = {"force_invite": True} if force_invite else {}
        more |= {"message_from_recruiter": message} if message else {}
        work = Work(_INVITE, output, len(rows), run, budget)
        return work.do(rows, lambda drawn: client.iter_invite_users(drawn, **more, **run.given()))


def _counted(rows: Any, one: str, several: str = "") -> str:
    return f"{len(rows)} {one if len(rows) == 1 else several or f'{one}s'}"


def _within(effect: str, budget: Budget | None) -> str:
    return effect if budget is None else f"{effect}, and stops at {budget.limit:g} credits"


@define
class Work:
    """A run over rows: shows progress and outcomes, and what is left when it stops."""

    operation: str
    output: Output
    total: int
    options: RunOptions
    budget: Budget | None = None
    counts: Counter[str] = field(factory=Counter)
    interrupted: bool = False

    def do(
        self, rows: Iterable[Any], send: "Callable[[Iterable[Any]], Iterator[jobmojito.RowOutcome[Any, Any]]]"
    ) -> int:
        """Send rows, show each outcome, and return the exit code."""
        if self.options.outcomes is not None and not os.access(self.options.outcomes.parent, os.W_OK):
            raise UsageError(f"--outcomes: there is no folder that can be written to for {self.options.outcomes.name}")
        outcomes: list[jobmojito.RowOutcome[Any, Any]] = []
        drawn = self._until_interrupted(self.budget.rows(rows) if self.budget else rows)
        try:
            with self._first_interrupt_stops(), self._progress() as advance:
                for outcome in send(drawn):
                    outcomes.append(outcome)
                    self.counts[outcome.status.value] += 1
                    self._show(outcome)
                    advance()
        finally:  # the rows done before a run broke off were paid for
            result = jobmojito.BatchResult(tuple(outcomes))
            self._summarize(result)
        if self.interrupted:
            return Exit.INTERRUPTED
        code = code_of_rows(result)
        return Exit.ROWS_FAILED if len(result) < self.total and code == Exit.OK else code

    def _show(self, outcome: "jobmojito.RowOutcome[Any, Any]") -> None:
        """Print a row as a line or as JSON; on a terminal, progress is enough until the end."""
        if self.output.options.json:
            print(as_json(self._record(outcome)), flush=True)
        elif not self.output.terminal:
            record = self._record(outcome)
            print("\t".join(one_line(record.get(name)) for name in self._columns()), flush=True)

    def _columns(self) -> tuple[str, ...]:
        return (*_SHOWN, "email", "interview_url") if self.output.options.show_links else _SHOWN

    def _record(self, outcome: "jobmojito.RowOutcome[Any, Any]") -> dict[str, Any]:
        """Return a row's number, outcome and what its answer may show; with `--show-links`, everything."""
        record = outcome.to_dict()
        if self.output.options.show_links:
            return record
        shown = {name: record[name] for name in _SHOWN if name in record}
        answer = {} if outcome.answer is None else visible(outcome.answer, self.operation, everything=False)
        return {**answer, **shown, "message": without_people(record.get("message"))}

    def _summarize(self, result: "jobmojito.BatchResult[Any, Any]") -> None:
        """Write the file of outcomes; print how many rows have each outcome and how many are left."""
        left = self.total - len(result)
        said = ", ".join(f"{self.counts[status]} {status}" for status in _STATUSES if self.counts[status])
        self.output.note(f"{len(result)} of {self.total} rows done: {said}")
        if self.output.terminal and not self.output.options.json:
            bad = [self._record(one) for one in (*result.failed, *result.unknown)][:_MOST_SHOWN]
            self.output.table(bad, self._columns())
        if self.options.outcomes is not None:
            result.to_csv(self.options.outcomes)
            self.output.note(f"outcomes written to {self.options.outcomes.name}, readable by you alone")
        if left:
            again = "; the same command with the same --journal goes on" if self.options.journal else ""
            self.output.note(f"{self._why()}: {left} rows were not sent{again}")

    def _why(self) -> str:
        """Return why a run stopped before its end."""
        if self.interrupted:
            return "stopped by Ctrl-C"
        return "stopped by the budget" if self.budget is not None and self.budget.stopped else "broken off"

    def _until_interrupted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            if self.interrupted:
                return
            yield row

    @contextmanager
    def _first_interrupt_stops(self) -> Generator[None]:
        """At the first Ctrl-C, finish what is in flight and draw no more rows; a second one ends the program."""

        def stop(_number: int, _frame: object) -> None:
            self.interrupted = True
            signal.signal(signal.SIGINT, signal.default_int_handler)

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def _progress(self) -> Generator[Callable[[], None]]:
        if not sys.stderr.isatty():
            yield lambda: None
            return
        columns = (
            BarColumn(bar_width=None),
            TextColumn("{task.completed}/{task.total} rows"),
            TextColumn("[red]{task.fields[failed]} failed[/]  [magenta]{task.fields[unknown]} unknown[/]"),
            TextColumn("{task.fields[rate]:.1f}/s"),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=self.output.notes, transient=True) as progress:
            task = progress.add_task("", total=self.total, failed=0, unknown=0, rate=0.0)
            began = time.monotonic()
            yield lambda: self._advance(progress, task, began)

    def _advance(self, progress: Progress, task: TaskID, began: float) -> None:
        done = self.counts.total()
        progress.update(
            task,
            completed=done,
            failed=self.counts["error"],
            unknown=self.counts["unknown"],
            rate=done / max(time.monotonic() - began, 0.001),
        )


_MOST_SHOWN = 20
