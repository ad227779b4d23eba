"""A short sequence of calls by the public client against a sandbox: `python -m jobmojito.sandbox.demo`, or `make demo`.

All data is made up, addresses are under example.com, and links, which are credentials, are shown without their tokens.
The report stays in a temporary folder, or in the one given with `--out`.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from jobmojito import JobMojito, JobMojitoError, NotFoundError, ScreenedCandidate, sandbox
from jobmojito_api.models import JobInterviewCreateRequest, PreScreeningCreateRequest

NOBODY = UUID(int=0)
INTERVIEW = {"name": "Project manager", "status": "active", "interview_length": 3}
POSITION = {
    "position_name": "Project manager",
    "position_location": "remote",
    "position_country_code": "SK",
    "mojito_language_code": "en",
}
CANDIDATES = (
    {"name": "Ann Example", "email": "ann@example.com", "external_id": "ATS-1"},
    {"name": "Ben Sample", "email": "ben at example.com", "external_id": "ATS-2"},
    {"name": "Cleo Placeholder", "email": "cleo@example.com", "external_id": "ATS-3"},
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; 0 if every step worked, 1 with a line that says what failed, 130 for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m jobmojito.sandbox.demo", description="Typed calls, end to end.")
    parser.add_argument("--out", type=Path, help="folder for the report (default: a new temporary one)")
    folder: Path | None = parser.parse_args(argv).out
    try:
        sandbox.require()
        with sandbox.Sandbox() as server, JobMojito(server.token, base_url=server.base_url) as jm:
            say(f"A sandbox that speaks the contract listens on {server.base_url}")
            tell(jm, folder or Path(tempfile.mkdtemp(prefix="jobmojito-demo-")))
            say(f"{sum(server.requests.values())} requests, {server.credits_spent:g} made-up credits spent")
    except KeyboardInterrupt:
        return 130
    except ImportError as error:  # apart: without the extra, the names below cannot be resolved
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except (JobMojitoError, OSError, sandbox.SandboxError) as error:
        print(f"demo: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("\nDone; the sandbox is stopped.")
    return 0


def tell(jm: JobMojito, folder: Path) -> None:
    """Run every step in order."""
    folder.mkdir(parents=True, exist_ok=True)
    interview_id = create_interview(jm)

    say(f"Register {len(CANDIDATES)} candidates; the second has a bad address")
    run = jm.register_candidates(interview_id, CANDIDATES)
    for outcome in run:
        link = outcome.interview_url and f"{outcome.interview_url.partition('?')[0]}?..."  # its token is a credential
        note(f"{outcome.input['name']:<17} {link or f'{outcome.status}: {outcome.message}'}")
    note(f"{len(run.succeeded)} of {len(run)} registered; run.failed has the rest, with its input")

    screen_resume(jm, folder / "resume.pdf")
    result_id = read_result(jm, interview_id)

    say("Ask for the report")
    report = jm.download_report(result_id, folder / "report.pdf", template="modern")
    note(f"{report.path} ({report.size:,} bytes)")

    say("Ask for an interview that does not exist")
    try:
        jm.interviews.get_interview_definition(position_id=NOBODY)
    except NotFoundError as error:
        note(f"{type(error).__name__}: {error.message} (field {error.field})")
    else:
        raise sandbox.SandboxError("an interview was found that was never made")


def create_interview(jm: JobMojito) -> UUID:
    """Create an interview with a few questions."""
    say("Create an interview")
    body = JobInterviewCreateRequest.from_dict(request("create_interview", INTERVIEW))
    created = jm.interviews.create_interview(body=body)
    note(f"{created.questions_generated} questions, {created.max_duration} seconds at most")
    interview_id = UUID(str(created.interview_def_set_id))
    for question in jm.interviews.get_interview_definition(position_id=interview_id).questions or []:
        note(f"? {question.question}")
    return interview_id


def screen_resume(jm: JobMojito, resume: Path) -> None:
    """Write a resume as a PDF, upload it, and show the outcome."""
    from .world.pdf import Document  # noqa: PLC0415 - of the extra, which `main` has checked

    say("Pre-screen a resume, uploaded as a PDF")
    body = PreScreeningCreateRequest.from_dict(request("upsert_pre_screening", POSITION))
    position = jm.pre_screening.upsert_pre_screening(body=body)
    document = Document("Resume", accent=(18, 135, 120))
    document.title("Ann Example", "Project manager")
    document.fact("E-mail", "ann@example.com")
    document.heading("Experience")
    document.text("Led five teams through the move of a billing system; nobody noticed, which was the aim.")
    note(f"{resume.write_bytes(document.render()):,} bytes sent")
    outcome = jm.pre_screen_resume(
        resume,
        position_id=str(position.position_def_set_id),
        candidate_name="Ann Example",
        candidate_email="ann@example.com",
        form={"education": "masters", "languages": [{"code": "en", "level": "fluent"}]},
    )
    if isinstance(outcome, ScreenedCandidate):
        note(f"{outcome.recommendation}: {outcome.resume_ai_analysis}")
    else:
        note(f"not screened: {outcome.message}")


def read_result(jm: JobMojito, interview_id: UUID) -> UUID:
    """Show the newest result of the interview and its first answer."""
    say("Read a result (sandbox candidates answer at once)")
    row = (jm.results.list_interview_results(interview_id=interview_id, limit=1).data or [])[0]
    result_id = UUID(str(row.interview_result_id))
    details = jm.results.get_interview_result_details(interview_result_id=result_id)
    note(f"{row.candidate_name}: {details.score} points, {details.score_text}")
    first = next(turn for turn in details.transcript or [] if turn.is_answer)
    note(f"? {first.question_asked}")
    note(f"  {first.answer}")
    return result_id


def request(operation: str, values: dict[str, Any]) -> dict[str, Any]:
    """Fit values to the contract in use: unknown ones are left out, required ones made up."""
    from .contract.document import load  # noqa: PLC0415 - of the extra, which `main` has checked
    from .contract.samples import fit  # noqa: PLC0415

    body = load().operations[operation].bodies["application/json"]
    fitted: dict[str, Any] = fit(body, {name: values[name] for name in body["properties"] if name in values})
    return fitted


def say(text: str) -> None:
    """Print the title of a step."""
    print(f"\n* {text}")


def note(text: str) -> None:
    """Print a result of a step."""
    print(f"    {text}")


if __name__ == "__main__":
    sys.exit(main())
