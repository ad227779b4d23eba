"""Requests that no operation can serve, and bodies that are no JSON of the contract."""

import httpx
import pytest

from jobmojito.sandbox import Sandbox

from .conftest import INTERVIEW, refusal

CREATE = "/job-interview-create"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[" * 100_000, b'{"name": NaN}', b'{"name": 1' + b"0" * 5000 + b"}", b"\xff\xfe", b"nonsense",
     b"[]", b'"text"', b"1", b"null", b"true"],
)  # fmt: skip
def test_bodies_that_are_no_json_object_are_refused(http, content):
    """Missing, cut, bottomless, non-finite, huge-numbered, non-UTF-8 bodies and other values are a 422 on the body."""
    assert refusal(http.post(CREATE, content=content, headers=JSON)) == (422, "body")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"status": "sideways"}, "status"),
        ({"interview_template_id": "x"}, "interview_template_id"),
        ({"interview_attempts": 21}, "interview_attempts"),
        ({"interview_length": "many"}, "interview_length"),
        ({"interview_length": 41}, "interview_length"),
        ({"hiring_for_company": {"name": 5}}, "hiring_for_company.name"),
        ({"tags": ["a", 1]}, "tags.1"),
    ],
)
def test_a_bad_value_names_its_field_and_is_not_repeated(http, change, field):
    """A value that the contract refuses is a 422 with the path to it, without the value: it may be a person's."""
    response = http.post(CREATE, json={**INTERVIEW, **change})

    assert refusal(response) == (422, field)
    assert not any(str(value) in response.json()["error"] for value in change.values() if value in ("sideways", "many"))


@pytest.mark.parametrize(
    ("name", "text"),
    [("limit", "abc"), ("limit", "0"), ("limit", "1001"), ("limit", "1.5"), ("offset", "-1"), ("type", "sideways"),
     ("merchant_id", "abc")],
)  # fmt: skip
def test_a_bad_parameter_is_named(http, name, text):
    """A query value of the wrong type, range or list is a 422 on the parameter."""
    assert refusal(http.get("/merchant-interview-list", params={name: text})) == (422, name)


def test_parameters_are_converted(http):
    """Numbers in a query are numbers, an empty nullable one is null, and unknown ones are ignored."""
    response = http.get("/merchant-interview-list", params={"limit": "7", "offset": "", "unheard_of": "x"})

    assert response.json()["pagination"] == {"total": 0, "limit": 7, "offset": 0, "has_more": False}


def test_unknown_lines_are_errors_of_the_api(http):
    """An unknown path is a 404, a wrong method a 405 that names the right ones; both with the error body."""
    nowhere, wrong = http.get("/nowhere"), http.delete("/job-interview-get")

    assert (nowhere.status_code, wrong.status_code, wrong.headers["allow"]) == (404, 405, "GET, POST")
    assert set(nowhere.json()) == set(wrong.json()) == {"error"}


def test_the_contracts_prefix_may_be_left_out(http, sandbox):
    """The same operation answers under the contract's base path and at the root."""
    root = sandbox.base_url.removesuffix("/functions/v1")

    assert http.get(f"{root}/merchant-status").json() == http.get("/merchant-status").json()


def test_a_body_over_the_limit_is_refused(contract):
    """The body limit holds for JSON and for multipart, and the refusal reaches a client that is still sending."""
    files = {"file": ("a.pdf", b"x" * 150_000, "application/pdf")}
    with Sandbox(body_limit=100_000, contract=contract) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with httpx.Client(base_url=sandbox.base_url, headers=headers) as http:
            by_json = http.post(CREATE, content=b'"' + b"x" * 150_000, headers=JSON)
            by_form = http.post("/knowledge-base-document-upload", files=files, data={"name": "a"})

    assert refusal(by_json) == refusal(by_form) == (422, "body")
