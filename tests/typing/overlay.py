"""What a type checker sees of the package people import; checked by mypy and basedpyright, never run.

An expected error is an ignore comment: where the error is gone, the comment itself becomes the error.
"""

from typing import assert_type
from uuid import UUID

import httpx

import jobmojito
from jobmojito import ApiError, AsyncJobMojito, Detailed, JobMojito, JobMojitoError, RetryPolicy
from jobmojito_api.api.interviews import get_interview_definition
from jobmojito_api.models import (
    Error,
    JobInterviewCreateRequest,
    JobInterviewCreateResponse,
    JobInterviewGetResponse,
    MerchantInterviewListResponse,
)


def construction() -> None:
    """Both clients take their own kind of token function, transport and httpx client."""
    JobMojito()
    JobMojito("token", base_url="http://127.0.0.1:8000", timeout=5, retry=RetryPolicy.none(), strict=True)
    JobMojito(lambda: "token", transport=httpx.MockTransport(lambda _: httpx.Response(200)), merchant_id=UUID(int=1))
    AsyncJobMojito(http_client=httpx.AsyncClient())
    JobMojito(http_client=httpx.AsyncClient())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    JobMojito(tokn="token")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def calls(body: JobInterviewCreateRequest, position: UUID) -> None:
    """A call gives the success type alone."""
    with JobMojito() as jm:
        assert_type(jm, JobMojito)
        assert_type(jm.interviews.create_interview(body=body), JobInterviewCreateResponse)
        assert_type(jm.with_options(strict=True), JobMojito)
        detailed = jm.detailed(jm.interviews.get_interview_definition, position_id=position)
        assert_type(detailed, Detailed[JobInterviewGetResponse])
        answer = get_interview_definition.sync(client=jm.raw, position_id=position)
        if isinstance(answer, JobInterviewGetResponse | Error):
            assert_type(answer, JobInterviewGetResponse | Error)
        jm.interviews.create_interview(body)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def async_calls(body: JobInterviewCreateRequest) -> None:
    """The async client has the same names, awaited."""
    async with AsyncJobMojito() as jm:
        assert_type(jm, AsyncJobMojito)
        assert_type(await jm.interviews.create_interview(body=body), JobInterviewCreateResponse)
        assert_type(await jm.detailed(jm.interviews.list_interviews), Detailed[MerchantInterviewListResponse])


def errors(error: ApiError) -> None:
    """An error carries typed facts under one root."""
    root: JobMojitoError = error
    assert_type(error.status_code, int | None)
    assert_type(error.field, str | None)
    str(root)


def misspelt_names(jm: JobMojito) -> None:
    """Lazy loading and resources hide no typo."""
    jobmojito.JobMojitto  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    jm.interview  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    jm.interviews.make_interview  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
