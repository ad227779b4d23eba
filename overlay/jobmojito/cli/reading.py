"""`results`, `result`, `report`, `candidates`, `interviews` and `status`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from jobmojito_api.facts import facts_of

from .credits import agreed, consequences
from .failures import Exit, UsageError
from .operations import method_of
from .options import Careful, Common, Flag
from .output import Output

Limit = Annotated[int, Parameter(name=("--limit", "-n"), help="How many to show at most.")]
All = Annotated[
    bool, Parameter(name="--all", help="Show all of them, page after page.", negative="", show_default=False)
]
Text = Annotated[str | None, Parameter(name="--text", help="Only those with this text in a name or e-mail address.")]
_PAGE = 1000
_COLUMNS = {
    "list_interview_results": (
        "interview_result_id",
        "candidate_name",
        "candidate_email",
        "status",
        "decision_status",
        "score",
        "updated_at",
    ),
    "list_candidates": ("id", "name", "email", "status", "interview_count", "last_login_at", "created_at"),
    "list_interviews": ("id", "name", "type", "status", "interview_count", "updated_at"),
}


def results_command(
    *,
    interview: Annotated[str | None, Parameter(name=("--interview", "-i"))] = None,
    text: Text = None,
    limit: Limit = 20,
    all: All = False,
    common: Common = Common(),
) -> int:
    """List results, the newest first: id, status, decision, score.

    Args:
        interview: Only those of this interview or position.
    """
    return _list("list_interview_results", {"interview_id": interview, "filter_text": text}, limit, all, common)


def candidates_command(*, text: Text = None, limit: Limit = 20, all: All = False, common: Common = Common()) -> int:
    """List candidates."""
    return _list("list_candidates", {"filter_text": text}, limit, all, common)


def interviews_command(
    *,
    status: Annotated[str | None, Parameter(help="Only those in this state, such as active or draft.")] = None,
    text: Annotated[str | None, Parameter(name="--text", help="Only those with this text in their name.")] = None,
    limit: Limit = 20,
    all: All = False,
    common: Common = Common(),
) -> int:
    """List interviews and positions."""
    return _list("list_interviews", {"status": status, "filter_text": text}, limit, all, common)


def _list(operation: str, filters: dict[str, Any], limit: int, every: Flag, common: Common) -> int:
    """Show a list's first items, or all."""
    if not 1 <= limit <= _PAGE:
        raise UsageError(f"--limit must be from 1 to {_PAGE}; --all shows everything")
    output, given = Output(common), {name: value for name, value in filters.items() if value is not None}
    with common.client() as client:
        method = method_of(client, operation)
        items = client.items(method, limit=_PAGE, **given) if every else method(limit=limit, **given).data
        count = output.rows(items, operation, _COLUMNS[operation])
    if not count:
        output.note("There are none.")
    elif not every and count == limit:
        output.note(f"The first {limit}; --limit N or --all shows more.")
    return Exit.OK


def result_command(
    result_id: Annotated[str, Parameter(name="id")],
    /,
    *,
    recordings: Flag = False,
    common: Common = Common(),
) -> int:
    """Show one result: scores, status and, with `--show-links`, the analysis and the transcript.

    Args:
        result_id: `interview_result_id` of the result; the `id` of a row of `results` is another.
        recordings: Ask for signed links to the recordings.
    """
    with common.client() as client:
        flag: dict[str, Any] = {"get_signed_recordings": "true"} if recordings else {}
        details = client.results.get_interview_result_details(interview_result_id=result_id, **flag)
        Output(common).document(details, "get_interview_result_details")
    return Exit.OK


def report_command(
    result_id: Annotated[str, Parameter(name="id")],
    /,
    *,
    file: Annotated[Path, Parameter(name=("--file", "-o"))],
    format: Literal["pdf", "html", "json"] | None = None,
    template: str | None = None,
    careful: Careful = Careful(),
    common: Common = Common(),
) -> int:
    """Make the report of a result and write it to a file. Costs credits.

    Args:
        result_id: `interview_result_id` of the result.
        file: Where to write it; an existing file is replaced when the new one is complete.
        format: Its format; by default that of the file's name, else pdf.
        template: The layout.
    """
    output, facts = Output(common), facts_of("generate_interview_report")
    if not agreed(careful, output, f"make a report of {result_id}", consequences(facts, None)):
        return Exit.OK
    form = format or {".html": "html", ".json": "json"}.get(file.suffix.lower(), "pdf")
    with common.client() as client:
        report = client.download_report(result_id, file, format=form, template=template)  # type: ignore[arg-type]
    output.note(f"{report.format} written to {report.path.name}, {report.size:,} bytes")
    return Exit.OK


def status_command(*, common: Common = Common()) -> int:
    """Show credits and other figures of the account."""
    with common.client() as client:
        Output(common).document(client.admin.get_merchant_status(), "get_merchant_status")
    return Exit.OK
