"""Requests that no operation can serve, and bodies that are no JSON of the contract."""

import httpx
import pytest

from jobmojito.sandbox import Sandbox

from .conftest import INTERVIEW

CREATE = "/job-interview-create"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[" * 100_000, b'{"name": NaN}', b'{"name": 1' + b"0" * 5000 + b"}", b"\xff\xfe", b"nonsense"],
)
def test_bodies_that_are_no_json_are_refused(http, content):
    """Missing, cut, bottomless, non-finite, huge-numbered and non-UTF-8 bodies are a 422 on the body."""
    response = http.post(CREATE, content=content, headers=JSON)

    assert (response.status_code, response.json()["name"]) == (422, "body")


@pytest.mark.parametrize("body", [[], "text", 1, None, True])
def test_a_body_has_to_be_an_object(http, body):
    """JSON of another type is a 422 on the body."""
    response = http.post(CREATE, json=body)

    assert (response.status_code, response.json()["name"]) == (422, "body")


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
def test_a_bad_value_names_its_field(http, change, field):
    """A value that the contract refuses is a 422 whose `name` is the path to it."""
    response = http.post(CREATE, json={**INTERVIEW, **change})

    assert (response.status_code, response.json()["name"]) == (422, field)


def test_refusals_do_not_repeat_what_was_sent(http):
    """An error's text says what is wrong, never the value: it may be a person's."""
    response = http.post(CREATE, json={**INTERVIEW, "status": "secret-value-of-somebody"})

    assert "secret-value" not in response.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "abc"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"type": "sideways"}, "type"),
        ({"merchant_id": "abc"}, "merchant_id"),
    ],
)
def test_a_bad_parameter_is_named(http, query, field):
    """A query value of the wrong type, range or list is a 422 on the parameter."""
    response = http.get("/merchant-interview-list", params=query)

    assert (response.status_code, response.json()["name"]) == (422, field)


def test_parameters_are_converted(http):
    """Numbers in a query are numbers, an empty nullable one is null, and unknown ones are ignored."""
    response = http.get("/merchant-interview-list", params={"limit": "7", "offset": "", "unheard_of": "x"})

    assert response.json()["pagination"] == {"total": 0, "limit": 7, "offset": 0, "has_more": False}


def test_unknown_lines_are_errors_of_the_api(http):
    """An unknown path is a 404, a wrong method a 405 that names the right ones; both with the error body."""
    nowhere, wrong = http.get("/nowhere"), http.delete("/job-interview-get")

    assert (nowhere.status_code, wrong.status_code) == (404, 405)
    assert wrong.headers["allow"] == "GET, POST"
    assert all(set(answer.json()) == {"error"} for answer in (nowhere, wrong))


def test_the_contracts_prefix_may_be_left_out(sandbox):
    """The same operation answers under the contract's base path and at the root."""
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    root = sandbox.base_url.removesuffix("/functions/v1")

    assert [httpx.get(f"{base}/merchant-status", headers=headers).status_code for base in (sandbox.base_url, root)] == [
        200,
        200,
    ]


def test_a_body_over_the_limit_is_refused(contract):
    """The body limit holds for JSON and for multipart, and the refusal reaches a client that is still sending."""
    with Sandbox(body_limit=100_000, contract=contract) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        by_json = httpx.post(sandbox.base_url + CREATE, content=b'"' + b"x" * 150_000, headers=headers | JSON)
        files = {"file": ("a.pdf", b"x" * 150_000, "application/pdf")}
        by_form = httpx.post(
            f"{sandbox.base_url}/knowledge-base-document-upload", files=files, data={"name": "a"}, headers=headers
        )

    assert [(answer.status_code, answer.json()["name"]) for answer in (by_json, by_form)] == [(422, "body")] * 2
