"""What a type checker sees of the generated client; checked by mypy and basedpyright, never run.

An expected error is an ignore comment: where the error is gone, the comment itself becomes the error.
"""

from typing import assert_type
from uuid import UUID

import jobmojito_api
from jobmojito_api import AuthenticatedClient, models
from jobmojito_api.api.interviews import get_interview_definition
from jobmojito_api.calls import Call
from jobmojito_api.models import Error, InterviewStatus, JobInterviewGetResponse
from jobmojito_api.resources import AsyncResources, Resources


def operation_functions(client: AuthenticatedClient, position: UUID) -> None:
    """An operation's function gives its success or a declared error, by type, which has to be told apart."""
    answer = get_interview_definition.sync(client=client, position_id=position)
    answer.questions  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]
    if isinstance(answer, JobInterviewGetResponse | Error):
        assert_type(answer, JobInterviewGetResponse | Error)
    detailed = get_interview_definition.sync_detailed(client=client, position_id=position)
    if isinstance(detailed.parsed, JobInterviewGetResponse | Error):
        assert_type(detailed.parsed, JobInterviewGetResponse | Error)
    assert_type(get_interview_definition.call(position_id=position), Call[JobInterviewGetResponse])


def resource_methods(resources: Resources, position: UUID) -> None:
    """A resource's method gives the success alone."""
    assert_type(resources.interviews.get_interview_definition(position_id=position), JobInterviewGetResponse)


async def async_resource_methods(resources: AsyncResources, position: UUID) -> None:
    """The async twin gives the same, awaited."""
    assert_type(await resources.interviews.get_interview_definition(position_id=position), JobInterviewGetResponse)


def open_enums() -> None:
    """An enum's member is a string, and any string may be looked up."""
    text: str = InterviewStatus("a status of tomorrow")
    assert_type(InterviewStatus(text), InterviewStatus)


def misspelt_names(resources: Resources, position: UUID) -> None:
    """Lazy loading hides no typo."""
    jobmojito_api.Cleint  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    models.JobInterviewGotResponse  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    resources.interview  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    models.Error(erorr="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    InterviewStatus.ACTIV  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    get = resources.interviews.get_interview_definition
    get(position=position)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
