"""What was created is there afterwards, for the environment that created it, and lists page through it."""

import uuid

import httpx
import pytest

from .conftest import INTERVIEW, register


def test_an_interview_created_is_an_interview_got(http, interview):
    """What create was told is what get answers, under the stored names, with as many questions as were promised."""
    got = http.get("/job-interview-get", params={"position_id": interview}).json()
    by_post = http.post("/job-interview-get", json={"interview_id": interview}).json()

    assert (got["name"], got["interview_location"], got["is_multistage"]) == ("Project manager", "remote", False)
    assert len(got["questions"]) == 8
    assert by_post == got


def test_questions_are_capped_by_the_duration(http):
    """Of the questions asked for, one for each two minutes is made: the contract's rule."""
    body = {**INTERVIEW, "interview_length": "30", "max_duration": 600}

    created = http.post("/job-interview-create", json=body).json()

    assert (created["questions_generated"], created["max_duration"]) == (5, 600)


def test_state_and_update_are_kept(http, interview):
    """A set state and updated fields are read back; the update names the stored columns."""
    http.post("/job-interview-set-state", json={"position_id": interview, "status": "archived"})
    changes = {"position_id": interview, "name": "Lead", "location": " ", "tags": ["a"]}
    updated = http.post("/job-interview-update", json=changes).json()

    got = http.get("/job-interview-get", params={"position_id": interview}).json()
    seen = (got["status"], got["name"], got["interview_location"], got["tags"])
    assert seen == ("archived", "Lead", None, ["a"])
    assert updated["updated_fields"] == ["interview_location", "name", "tags"]


def test_sent_questions_are_compared_with_the_stored(http, interview):
    """Of sent questions the same is kept, an edited one replaced, a new one added; what was not sent is removed."""
    stored = http.get("/job-interview-get", params={"position_id": interview}).json()["questions"]
    sent = [stored[1], {**stored[0], "question": "Edited?"}, {"question": "New?"}]

    update = {"position_id": interview, "questions": sent}
    difference = http.post("/job-interview-update", json=update).json()["questions_diff"]

    after = [
        q["question"] for q in http.get("/job-interview-get", params={"position_id": interview}).json()["questions"]
    ]
    assert after == [stored[1]["question"], "Edited?", "New?"]
    assert difference["kept"] == [stored[1]["id"]]
    assert [pair["from"] for pair in difference["replaced"]] == [stored[0]["id"]]
    assert (len(difference["added"]), len(difference["removed"])) == (1, len(stored) - 2)


def test_embed_credentials_come_only_when_asked_for_and_stay(http, interview):
    """`is_embedded` gives the same credentials each time; without it the answer is `success` alone."""
    first, again = (
        http.post("/job-interview-set-state", json={"position_id": interview, "is_embedded": True}).json()
        for _ in range(2)
    )
    plain = http.post("/job-interview-set-state", json={"position_id": interview, "status": "draft"}).json()

    assert first == again
    assert (set(first), plain) == ({"embed_id", "embed_signing_key"}, {"success": True})


@pytest.mark.parametrize(
    ("offset", "names", "more"), [(0, ["i4", "i3"], True), (4, ["i0"], False), (5, [], False), (99, [], False)]
)
def test_pages_cover_the_list_once(http, offset, names, more):
    """Pages hold the latest first, say how many there are, and end."""
    for number in range(5):
        http.post("/job-interview-create", json={**INTERVIEW, "name": f"i{number}"})

    page = http.get("/merchant-interview-list", params={"limit": 2, "offset": offset}).json()

    assert [row["name"] for row in page["data"]] == names
    assert page["pagination"] == {"total": 5, "limit": 2, "offset": offset, "has_more": more}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"type": "coaching"}, ["Coach"]),
        ({"status": "draft"}, ["Draft"]),
        ({"filter_text": "PROJECT"}, ["Project manager"]),
        ({"filter_text": "nothing like it"}, []),
    ],
)
def test_interview_filters_choose(http, query, names):
    """Type, status and text each keep what fits and nothing else."""
    for change in ({}, {"name": "Coach", "type": "coaching"}, {"name": "Draft", "status": "draft"}):
        http.post("/job-interview-create", json={**INTERVIEW, **change})

    rows = http.get("/merchant-interview-list", params=query).json()["data"]

    assert [row["name"] for row in rows] == names


def test_environments_never_mix(http, make_http, interview):
    """Another environment of the same merchant does not have the interview."""
    assert make_http().get("/job-interview-get", params={"position_id": interview}).status_code == 404
    assert http.get("/job-interview-get", params={"position_id": interview}).status_code == 200


def test_other_merchants_records_are_not_found(make_http):
    """In one environment another merchant's interview is a 404, for its owner's admin it is there."""
    environment = str(uuid.uuid4())
    owner = make_http(environment=environment)
    interview = owner.post("/job-interview-create", json=INTERVIEW).json()["interview_def_set_id"]
    query = {"position_id": interview}

    other = make_http(environment=environment, merchant_id=str(uuid.uuid4()))
    admin = make_http(environment=environment, role="admin")

    assert other.get("/job-interview-get", params=query).status_code == 404
    assert admin.get("/job-interview-get", params=query).status_code == 200


def test_a_fresh_token_of_an_environment_sees_the_same_data(make_http):
    """Records belong to the environment in the token, so they survive a refresh."""
    environment = str(uuid.uuid4())
    make_http(environment=environment).post("/job-interview-create", json=INTERVIEW)

    refreshed = make_http(environment=environment, expires_in=60)

    assert refreshed.get("/merchant-interview-list").json()["pagination"]["total"] == 1


def test_an_opaque_token_is_its_own_environment(sandbox):
    """Any text will do as a token, and its data is apart from that of any other text."""
    totals = []
    for token in ("plain-text-token", "another-token"):
        headers = {"Authorization": f"Bearer {token}"}
        if not totals:
            httpx.post(f"{sandbox.base_url}/job-interview-create", json=INTERVIEW, headers=headers)
        answer = httpx.get(f"{sandbox.base_url}/merchant-interview-list", headers=headers).json()
        totals.append(answer["pagination"]["total"])

    assert totals == [1, 0]


def test_expired_and_revoked_tokens_are_refused(sandbox, make_http):
    """A JWT past its `exp`, and a token that was revoked, are a 401."""
    expired = make_http(expires_in=-1)
    revoked = make_http()
    before = revoked.get("/merchant-status").status_code
    sandbox.revoke(revoked.headers["Authorization"].removeprefix("Bearer "))

    after = [client.get("/merchant-status").status_code for client in (expired, revoked)]

    assert (before, after) == (200, [401, 401])


def test_registered_candidates_are_listed_once(http, interview):
    """A candidate registered twice is one candidate with two interviews, found by name or e-mail."""
    for name in ("Ann", "Ann Example"):
        register(http, interview, {"email": "ANN@example.com", "name": name})

    page = http.get("/merchant-candidate-list", params={"filter_text": "example.COM"}).json()

    seen = [(row["name"], row["email"], row["interview_count"]) for row in page["data"]]
    assert seen == [("Ann Example", "ann@example.com", 2)]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("name_accending", ["Ann", "Bob", "Cy"]),
        ("name_decending", ["Cy", "Bob", "Ann"]),
        ("created_at_oldest", ["Bob", "Cy", "Ann"]),
        ("created_at_newest", ["Ann", "Cy", "Bob"]),
    ],
)
def test_candidates_come_in_the_order_asked_for(http, interview, order, names):
    """Each of the contract's orders, under the contract's spelling."""
    for name in ("Bob", "Cy", "Ann"):
        register(http, interview, {"email": f"{name}@example.com", "name": name})

    rows = http.get("/merchant-candidate-list", params={"order_by": order}).json()["data"]

    assert [row["name"] for row in rows] == names


def test_details_tell_the_interview(http, interview, result):
    """A result's transcript has every question of its interview, each with an answer; the POST form says the same."""
    details = http.get("/job-interview-details", params={"interview_result_id": result}).json()
    by_post = http.post("/job-interview-details", json={"interview_result_id": result}).json()

    asked = http.get("/job-interview-get", params={"position_id": interview}).json()["questions"]
    turns = details["transcript"]
    assert [turn["question_asked"] for turn in turns if not turn["is_answer"]] == [q["question"] for q in asked]
    assert all(turn["answer"] for turn in turns if turn["is_answer"])
    assert by_post["score"] == details["score"]


def test_a_result_can_be_reopened_once(http, result):
    """Another attempt turns a submitted result into a draft; asking again is a 422 on the id."""
    body = {"interview_result_id": result}

    first = http.post("/job-interview-result-request-another-attempt", json=body)
    second = http.post("/job-interview-result-request-another-attempt", json=body)

    details = http.get("/job-interview-details", params=body).json()
    assert (first.status_code, first.json(), details["status"]) == (200, {}, "started")
    assert (second.status_code, second.json()["name"]) == (422, "interview_result_id")


def test_a_draft_tag_keeps_a_result_unfinished(http, interview):
    """A candidate whose address is tagged `+draft` is still in the interview: no score, no transcript, own tab."""
    result = register(http, interview, {"email": "ann+draft@example.com"})

    details = http.get("/job-interview-details", params={"interview_result_id": result}).json()
    tabs = [http.get("/merchant-result-list", params={"tab": tab}).json()["pagination"]["total"]
            for tab in ("incomplete", "completed", "")]  # fmt: skip

    assert (details["status"], details["transcript"], details.get("score")) == ("started", [], None)
    assert tabs == [1, 0, 1]


def test_what_is_not_kept_is_repeated(http):
    """An operation without a handler answers a sample that holds what was sent, be it a body or a query."""
    made = http.post(
        "/catalogue-tag-create", json={"id": "sales", "name": "Sales", "visibility": "merchant_public"}
    ).json()
    got = http.get("/catalogue-tag-get", params={"id": "sales"}).json()

    assert made["id"] == got["id"] == "sales"


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("interview-for-profile", "interview_profile_id"),
        ("results-for-profile", "interview_profile_id"),
        ("interview-result-candidate", "interview_result_id"),
        ("interview-results-for-position", "interview_id"),
    ],
)
def test_a_link_needs_the_ids_of_its_type(http, kind, missing):
    """The type of a link decides which id is missing."""
    response = http.post("/job-interview-token", json={"type": kind})

    assert (response.status_code, response.json()["name"]) == (422, missing)
