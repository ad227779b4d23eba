"""What users write, as newcomers write it, and their mistakes; checked by mypy and basedpyright, never run.

An expected mistake is an ignore comment on its line, one for each checker: where no error is left, the comment is one.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type
from uuid import UUID

from jobmojito import (
    UNSET,
    ApiError,
    AsyncJobMojito,
    InsufficientCreditsError,
    InvalidRequestError,
    JobMojito,
    RateLimitError,
    RowStatus,
    Unset,
    UploadError,
    read_candidates,
    value_or,
)
from jobmojito_api.ids import InterviewId, ResultId
from jobmojito_api.models import (
    InitialStatus,
    InterviewStatus,
    JobInterviewCreateRequest,
    JobInterviewCreateRequestDict,
    JobInterviewPdfRequest,
)

TEMPLATE = "28106cba-1c27-4e53-b149-32113e5e8e31"
NURSE: JobInterviewCreateRequestDict = {
    "name": "Nurse",
    "location": "Oslo",
    "interview_template_id": TEMPLATE,
    "mojito_language_code": "en",
    "status": "active",
    "type": "interview",
    "visibility": "merchant_public",
}


def made(jm: JobMojito) -> Iterator[object]:
    """Creating and changing interviews."""
    answer = jm.interviews.create_interview(body=NURSE)
    yield jm.interviews.create_interview(body={**NURSE, "recording_full_session": "video_all"})
    yield jm.interviews.create_interview(body={**NURSE, "status": InitialStatus.DRAFT, "cover_image_url": None})
    yield jm.interviews.create_interview(body={**NURSE, "interview_template_id": UUID(TEMPLATE), "tags": ["ward"]})
    yield jm.interviews.create_interview(body={**NURSE, "tags": ("ward", "night")})
    yield jm.interviews.create_interview(body={**NURSE, "hiring_for_company": {"name": "undisclosed"}})
    yield jm.interviews.create_interview(body={**NURSE, "additional_context": {"anything": [1, 2]}})
    yield jm.interviews.create_interview(body=JobInterviewCreateRequest.from_dict({"name": "Nurse"}))
    yield jm.interviews.get_interview_definition(position_id=answer.interview_def_set_id)
    yield jm.interviews.get_interview_definition(position_id=str(answer.interview_def_set_id))
    yield jm.interviews.update_interview(body={"position_id": answer.interview_def_set_id, "name": "Night nurse"})
    yield jm.interviews.set_interview_state(body={"position_id": answer.interview_def_set_id, "status": "archived"})
    text: str = answer.interview_def_set_id
    yield text.upper()


def listed(jm: JobMojito) -> Iterator[object]:
    """Lists, and values that may be missing."""
    yield jm.interviews.list_interviews(status="active", limit=5)
    yield jm.interviews.list_interviews(status=InterviewStatus.ACTIVE, merchant_id=UUID(TEMPLATE))
    for row in jm.items(jm.results.list_interview_results, limit=100):
        name = value_or(row.candidate_name, "nobody")
        assert_type(name, str)
        assert_type(value_or(row.score, None), float | None)
        assert_type(value_or(row.interview_result_id, None), ResultId | None)
        if result_id := value_or(row.interview_result_id, None):
            details = jm.results.get_interview_result_details(interview_result_id=result_id)
            yield jm.results.generate_interview_report(
                body={"export_type": "pdf", "interview_result_ids": [result_id, TEMPLATE, UUID(TEMPLATE)]}
            )
            yield jm.wait_for_result(result_id, timeout=10).score
            yield jm.download_report(result_id, Path("report.pdf"))
            yield details.status
        if not isinstance(row.score, Unset) and row.score is not None:
            yield row.score + 1
        yield row.definition_id if row.definition_id is not UNSET else None
    for page in jm.pages(jm.candidates.list_candidates, limit=10):
        yield len(page.data)


def batches(jm: JobMojito, interview: InterviewId) -> Iterator[object]:
    """Many rows."""
    run = jm.register_candidates(interview, [{"email": "ann@example.com", "name": "Ann"}], send_email=False)
    yield [outcome.message for outcome in run if outcome.status is RowStatus.ERROR]
    yield [outcome.answer.interview_url for outcome in run.succeeded if outcome.answer is not None]
    yield jm.register_candidates(TEMPLATE, read_candidates("people.csv"))
    yield jm.changed_results(datetime.now(UTC))
    yield jm.pre_screen_resumes([("cv.pdf", {"candidate_name": "Ann"})], position_id=interview, journal="run.db")


async def awaited(jm: AsyncJobMojito) -> AsyncIterator[object]:
    """The same with `await`."""
    answer = await jm.interviews.create_interview(body=NURSE)
    yield answer.interview_def_set_id
    async for row in jm.items(jm.results.list_interview_results, limit=100):
        yield value_or(row.candidate_email, "")


def failures(error: ApiError | UploadError) -> object:
    """What errors say."""
    match error:
        case RateLimitError():
            return (error.retry_after or 0) + 1
        case InsufficientCreditsError():
            return error.field
        case InvalidRequestError():
            return [problem.pointer for problem in error.problems]
        case UploadError():
            return error.path
        case ApiError():
            return error.status_code


def mistaken_bodies(jm: JobMojito, loose: dict[str, Any]) -> None:
    """Misspelt and missing keys, wrong values."""
    create = jm.interviews.create_interview
    create(body={**NURSE, "recording_fullsession": "video_all"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body={"name": "Nurse"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body={**NURSE, "status": "activ"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body={**NURSE, "max_duration": "20"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body={**NURSE, "tags": "ward"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body={**NURSE, "hiring_for_company": {"nam": "x"}})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body={**NURSE, "name": None})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(body=loose)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    create(NURSE)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    create()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    create(body=JobInterviewPdfRequest(export_type="pdf"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    NURSE["nme"] = "x"  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportGeneralTypeIssues]
    NURSE["status"] = "gone"  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]
    JobInterviewCreateRequest(nme="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def mistaken_arguments(jm: JobMojito, interview: InterviewId) -> None:
    """Wrong names, wrong texts, wrong types."""
    jm.interviews.list_interviews(status="actve")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    jm.interviews.list_interviews(limit="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    jm.interviews.list_interviews(stauts="active")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    jm.interviews.list_interviews("active")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    jm.interviews.get_interview_definition()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    jm.interviews.get_interview_definition(position_id=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    jm.interview.list_interviews()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    jm.register_candidates(interview, [], send_emial=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    jm.register_candidates(interview, [], send_email="no")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    JobMojito(extra_properties="maybe")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def mistaken_ids(jm: JobMojito, interview: InterviewId) -> None:
    """The id of one thing where that of another is wanted."""
    details = jm.results.get_interview_result_details
    details(interview_result_id=interview)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for row in jm.results.list_interview_results().data:
        details(interview_result_id=row.id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        details(interview_result_id=row.interview_result_id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        jm.wait_for_result(row.id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        jm.interviews.get_interview_definition(position_id=row.profile_id)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        row.score + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
        value_or(row.candidate_name, 5).upper()  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]
