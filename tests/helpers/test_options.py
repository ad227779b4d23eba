"""What `help()` shows of the helpers' options, and what a misspelt one is told."""

import inspect
import re

import pytest

from jobmojito import AsyncJobMojito, BatchResult, JobMojito
from jobmojito.batches.resumes import BulkOptions
from jobmojito.batches.row_requests import InvitationOptions, RegistrationOptions
from jobmojito.batches.runs import BatchOptions, RunSettings
from jobmojito.result_runs import DetailOptions, ReportOptions
from jobmojito.uploads.requests import CandidateDetails, FileOptions, ResumeOptions

POSITION = "00000000-0000-0000-0000-000000000000"
RUN = {"chunksize": "chunk_size", "concurency": "concurrency"}
HELPERS = {
    "register_candidates": (RegistrationOptions, (POSITION, []), {}, {**RUN, "sendmail": "send_email"}),
    "iter_register_candidates": (RegistrationOptions, (POSITION, []), {}, RUN),
    "invite_users": (InvitationOptions, ([],), {}, {**RUN, "forced_invite": "force_invite"}),
    "iter_invite_users": (InvitationOptions, ([],), {}, RUN),
    "pre_screen_resumes": (BulkOptions, ([],), {"position_id": POSITION}, {"max_byte": "max_bytes"}),
    "iter_pre_screen_resumes": (BulkOptions, ([],), {"position_id": POSITION}, {"max_byte": "max_bytes"}),
    "fetch_details": (DetailOptions, ([],), {}, {"recording": "recordings"}),
    "iter_fetch_details": (DetailOptions, ([],), {}, {"concurency": "concurrency"}),
    "download_reports": (ReportOptions, ([], "reports"), {}, {"formats": "format"}),
    "retry_failed": (BatchOptions, (BatchResult(()),), {}, RUN),
    "pre_screen_resume": (ResumeOptions, (b"x",), "candidate", {"filename": "file_name"}),
    "pre_screen_text": (CandidateDetails, ("x",), "candidate", {"candidate_country": "candidate_country_code"}),
    "upload_document": (FileOptions, (b"x",), {"knowledge_base_store_id": POSITION}, {"filename": "file_name"}),
}
CANDIDATE = {"position_id": POSITION, "candidate_name": "Ann", "candidate_email": "ann@example.org"}
MISSPELT = [(name, wrong, right) for name, (*_, words) in HELPERS.items() for wrong, right in words.items()]


@pytest.mark.parametrize("client", [JobMojito, AsyncJobMojito])
@pytest.mark.parametrize("name", HELPERS)
def test_help_shows_every_option_with_type_and_default(client, name):
    """Each option stands in the docstring of each helper that takes it, as `name: type = default - meaning`."""
    doc = inspect.getdoc(getattr(client, name))
    options = HELPERS[name][0].__annotations__
    shown = dict(re.findall(r"^    (\w+): .+? = (.+?) - \w", doc, re.MULTILINE))

    assert set(shown) == set(options)
    defaults = {field.name: field.default for field in RunSettings.__attrs_attrs__}
    for option in set(options) & set(defaults):
        value = defaults[option]
        assert shown[option] == (f'"{value}"' if isinstance(value, str) else str(value)), option


@pytest.mark.parametrize(("name", "wrong", "right"), MISSPELT)
def test_misspelt_option_is_told_with_function_nearest_name_and_list(api, name, wrong, right):
    """As Python refuses a keyword of any function, with more help; nothing is sent."""
    options, args, kwargs, _ = HELPERS[name]
    kwargs = CANDIDATE if kwargs == "candidate" else kwargs

    with pytest.raises(TypeError) as raised:
        api.call(lambda jm: getattr(jm, name)(*args, **kwargs, **{wrong: 1}), base_url="http://127.0.0.1:9")

    assert str(raised.value).startswith(
        f"{name}() got an unexpected keyword argument {wrong!r}. Did you mean {right!r}?"
    )
    assert all(option in str(raised.value) for option in options.__annotations__)
