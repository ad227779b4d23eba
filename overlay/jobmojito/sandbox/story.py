"""The steps of the demo, each by the client that people import."""

from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jobmojito import JobMojito, NotFoundError, ScreenedCandidate, sandbox
from jobmojito_api.models import JobInterviewCreateRequest, PreScreeningCreateRequest

from .contract.document import load
from .contract.samples import fit
from .contract.validation import JSON
from .world.pdf import Document

NOBODY = UUID(int=0)

CANDIDATES = (
    {"name": "Ann Example", "email": "ann@example.com", "external_id": "ATS-1"},
    {"name": "Ben Sample", "email": "ben at example.com", "external_id": "ATS-2"},
    {"name": "Cleo Placeholder", "email": "cleo@example.com", "external_id": "ATS-3"},
)


def tell(jm: JobMojito, folder: Path) -> None:
    """Every step, in order."""
    interview_id = create_interview(jm)
    register_candidates(jm, interview_id)
    screen_resume(jm, folder)
    result_id = read_result(jm, interview_id)
    save_report(jm, result_id, folder)
    meet_an_error(jm)


def create_interview(jm: JobMojito) -> UUID:
    """An interview by its typed request."""
    say("Create an interview")
    values = request(
        "create_interview",
        name="Project manager",
        location="remote",
        interview_template_id="baa3bf7c-6926-46fd-9005-16738a31f72d",
        mojito_language_code="en",
        status="active",
        type="interview",
        visibility="merchant_invite",
        interview_length=3,
    )
    created = jm.interviews.create_interview(body=JobInterviewCreateRequest.from_dict(values))
    note(f"{created.questions_generated} questions, {created.max_duration} seconds at most")
    interview_id = UUID(str(created.interview_def_set_id))
    for question in jm.interviews.get_interview_definition(position_id=interview_id).questions or []:
        note(f"? {question.question}")
    return interview_id


def register_candidates(jm: JobMojito, interview_id: UUID) -> None:
    """Three rows, one of them bad: it fails alone."""
    say(f"Register {len(CANDIDATES)} candidates; the second has a bad address")
    run = jm.register_candidates(interview_id, CANDIDATES)
    for row in run:
        outcome = without_token(row.interview_url) if row.interview_url else f"{row.status}: {row.message}"
        note(f"{row.input['name']:<17} {outcome}")
    note(f"{len(run.succeeded)} of {len(run)} registered; run.failed has the rest, with its input")


def screen_resume(jm: JobMojito, folder: Path) -> None:
    """A resume, written here as a PDF and uploaded as the file that it is."""
    say("Pre-screen a resume, uploaded as a PDF")
    values = request(
        "upsert_pre_screening",
        position_name="Project manager",
        position_location="remote",
        position_country_code="SK",
        mojito_language_code="en",
    )
    position = jm.pre_screening.upsert_pre_screening(body=PreScreeningCreateRequest.from_dict(values))
    resume = folder / "resume.pdf"
    folder.mkdir(parents=True, exist_ok=True)
    resume.write_bytes(resume_pdf())
    outcome = jm.pre_screen_resume(
        resume,
        position_id=str(position.position_def_set_id),
        candidate_name="Ann Example",
        candidate_email="ann@example.com",
        form={"education": "masters", "languages": [{"code": "en", "level": "fluent"}]},
    )
    note(f"{resume.stat().st_size:,} bytes sent")
    if isinstance(outcome, ScreenedCandidate):
        note(f"{outcome.recommendation}: {outcome.resume_ai_analysis}")
    else:
        note(f"not screened: {outcome.message}")


def read_result(jm: JobMojito, interview_id: UUID) -> UUID:
    """The newest result of the interview, with what was said in it."""
    say("Read a result (sandbox candidates answer at once)")
    page = jm.results.list_interview_results(interview_id=interview_id, limit=1)
    row = (page.data or [])[0]
    result_id = UUID(str(row.interview_result_id))
    details = jm.results.get_interview_result_details(interview_result_id=result_id)
    note(f"{row.candidate_name}: {details.score} points, {details.score_text}")
    first = next(turn for turn in details.transcript or [] if turn.is_answer)
    note(f"? {first.question_asked}")
    note(f"  {first.answer}")
    return result_id


def save_report(jm: JobMojito, result_id: UUID, folder: Path) -> None:
    """The report as a PDF, fetched from its signed link."""
    say("Ask for the report")
    report = jm.download_report(result_id, folder / "report.pdf", template="modern")
    note(f"{report.path} ({report.size:,} bytes)")


def meet_an_error(jm: JobMojito) -> None:
    """An error of the API is a typed exception."""
    say("Ask for an interview that does not exist")
    try:
        jm.interviews.get_interview_definition(position_id=NOBODY)
    except NotFoundError as error:
        note(f"{type(error).__name__}: {error.message} (field {error.field})")
    else:
        raise sandbox.SandboxError("an interview was found that was never made")


def request(operation: str, **values: Any) -> dict[str, Any]:
    """The story's values as the contract in use takes them: what it has no more is left out, what it wants is there."""
    body = contract().operations[operation].bodies[JSON]
    fitted: dict[str, Any] = fit(body, {name: values[name] for name in body["properties"] if name in values})
    return fitted


contract = cache(load)


def resume_pdf() -> bytes:
    """The resume of a person who does not exist."""
    document = Document("Resume", accent=(18, 135, 120))
    document.title("Ann Example", "Project manager")
    document.facts([("E-mail", "ann@example.com"), ("Languages", "English (fluent), Slovak (native)")])
    document.heading("Experience")
    document.text("Project manager, Example Ltd, 2021 to now", bold=True)
    document.text("Led five teams through the move of a billing system; nobody noticed, which was the aim.")
    document.heading("Education")
    document.text("Master of Science, University of Examples, 2015")
    return document.render()


def without_token(link: str) -> str:
    """A link that leads nowhere without what is cut off."""
    return f"{link.partition('?')[0]}?..."


def say(text: str) -> None:
    """Begin a step."""
    print(f"\n* {text}")


def note(text: str) -> None:
    """What came of it."""
    print(f"    {text}")
