"""What was created is there afterwards, for the environment that created it, and lists page through it."""

import uuid

import pytest

from .conftest import create, details, got, listed, refusal, register

UPDATE, STATE = "/job-interview-update", "/job-interview-set-state"
INTERVIEWS = "/merchant-interview-list"


def test_an_interview_created_is_an_interview_got(http, interview):
    """What create was told is what get answers, under the stored names, with as many questions as were promised."""
    seen = got(http, interview)

    assert (seen["name"], seen["interview_location"], seen["is_multistage"]) == ("Project manager", "remote", False)
    assert len(seen["questions"]) == 8
    assert http.post("/job-interview-get", json={"interview_id": interview}).json() == seen


def test_questions_are_capped_by_the_duration(http):
    """Of the questions asked for, one for each two minutes is made: the contract's rule."""
    interview = got(http, create(http, interview_length="30", max_duration=600))

    assert (len(interview["questions"]), interview["max_duration"]) == (5, 600)


def test_state_and_update_are_kept(http, interview):
    """A set state and updated fields are read back; the update names the stored columns."""
    http.post(STATE, json={"position_id": interview, "status": "archived"})
    changes = {"position_id": interview, "name": "Lead", "location": " ", "tags": ["a"]}
    updated = http.post(UPDATE, json=changes).json()

    seen = got(http, interview)
    kept = (seen["status"], seen["name"], seen["interview_location"], seen["tags"])
    assert kept == ("archived", "Lead", None, ["a"])
    assert updated["updated_fields"] == ["interview_location", "name", "tags"]


def test_sent_questions_are_compared_with_the_stored(http, interview):
    """Of sent questions the same is kept, an edited one replaced, a new one added; what was not sent is removed."""
    stored = got(http, interview)["questions"]
    sent = [stored[1], {**stored[0], "question": "Edited?"}, {"question": "New?"}]

    difference = http.post(UPDATE, json={"position_id": interview, "questions": sent}).json()["questions_diff"]

    after = [question["question"] for question in got(http, interview)["questions"]]
    assert after == [stored[1]["question"], "Edited?", "New?"]
    assert difference["kept"] == [stored[1]["id"]]
    assert [pair["from"] for pair in difference["replaced"]] == [stored[0]["id"]]
    assert (len(difference["added"]), len(difference["removed"])) == (1, len(stored) - 2)


def test_embed_credentials_come_when_asked_for_stay_and_can_be_deleted(http, interview):
    """`is_embedded` gives the same keys each time, and false deletes them; without them `success` is the answer."""

    def embed(**change):
        return http.post(STATE, json={"position_id": interview, **change}).json()

    first, again, plain = embed(is_embedded=True), embed(is_embedded=True), embed(status="draft")
    deleted, others = embed(is_embedded=False), embed(is_embedded=True)

    assert (set(first), plain, deleted) == ({"embed_id", "embed_signing_key"}, {"success": True}, {"success": True})
    assert first == again
    assert not set(first.values()) & set(others.values())


@pytest.mark.parametrize(
    ("offset", "names", "more"), [(0, ["i4", "i3"], True), (4, ["i0"], False), (5, [], False), (99, [], False)]
)
def test_pages_cover_the_list_once(http, offset, names, more):
    """Pages hold the latest first, say how many there are, and end."""
    for number in range(5):
        create(http, name=f"i{number}")

    page = http.get(INTERVIEWS, params={"limit": 2, "offset": offset}).json()

    assert [row["name"] for row in page["data"]] == names
    assert page["pagination"] == {"total": 5, "limit": 2, "offset": offset, "has_more": more}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"type": "coaching"}, ["Coach"]),
        ({"status": "draft"}, ["Draft"]),
        ({"filter_text": "PROJECT"}, ["Project manager"]),
        ({"filter_text": "nothing like it"}, []),
        ({"filter_emoji": "x"}, []),
    ],
)
def test_interview_filters_choose(http, query, names):
    """Type, status, text and emoji each keep what fits and nothing else."""
    for change in ({}, {"name": "Coach", "type": "coaching"}, {"name": "Draft", "status": "draft"}):
        create(http, **change)

    assert [row["name"] for row in listed(http, INTERVIEWS, **query)] == names


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 404),  # another environment of the same merchant
        ({"environment": "own", "merchant_id": str(uuid.uuid4())}, 404),
        ({"environment": "own", "role": "admin"}, 200),
        ({"environment": "own", "expires_in": 60}, 200),  # as a token is after its refresh
    ],
)
def test_records_belong_to_an_environment_and_a_merchant(make_http, claims, status):
    """Neither another environment nor another merchant has the interview; an admin has, and so has a fresh token."""
    environment = str(uuid.uuid4())
    interview = create(make_http(environment=environment))
    other = make_http(**claims | ({"environment": environment} if "environment" in claims else {}))

    assert other.get("/job-interview-get", params={"position_id": interview}).status_code == status


def test_an_opaque_token_is_its_own_environment(http):
    """Any text will do as a token, and its data is apart from that of any other text."""
    totals = []
    for token in ("plain-text-token", "another-token"):
        http.headers["Authorization"] = f"Bearer {token}"
        totals.append(len(listed(http, INTERVIEWS)))
        create(http)

    assert totals == [0, 0]
    assert len(listed(http, INTERVIEWS)) == 1


def test_expired_and_revoked_tokens_are_refused(sandbox, make_http):
    """A JWT past its `exp`, and a token that was revoked, are a 401."""
    expired, revoked = make_http(expires_in=-1), make_http()
    before = revoked.get("/merchant-status").status_code
    sandbox.revoke(revoked.headers["Authorization"].removeprefix("Bearer "))

    after = [client.get("/merchant-status").status_code for client in (expired, revoked)]

    assert (before, after) == (200, [401, 401])


def test_registered_candidates_are_listed_once(http, interview):
    """A candidate registered twice is one candidate with two interviews, found by name or e-mail."""
    for name in ("Ann", "Ann Example"):
        register(http, interview, {"email": "ANN@example.com", "name": name})

    rows = listed(http, "/merchant-candidate-list", filter_text="example.COM")

    seen = [(row["name"], row["email"], row["interview_count"]) for row in rows]
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
    register(http, interview, *({"email": f"{name}@example.com", "name": name} for name in ("Bob", "Cy", "Ann")))

    assert [row["name"] for row in listed(http, "/merchant-candidate-list", order_by=order)] == names


def test_details_tell_the_interview(http, interview, result):
    """A result's transcript has every question of its interview, each with an answer; the POST form says the same."""
    told = details(http, result)

    asked = [question["question"] for question in got(http, interview)["questions"]]
    assert [turn["question_asked"] for turn in told["transcript"] if not turn["is_answer"]] == asked
    assert all(turn["answer"] for turn in told["transcript"] if turn["is_answer"])
    assert http.post("/job-interview-details", json={"interview_result_id": result}).json() == told


def test_a_result_can_be_reopened_once(http, result):
    """Another attempt turns a submitted result into a draft; asking again is a 422 on the id."""
    first, second = (
        http.post("/job-interview-result-request-another-attempt", json={"interview_result_id": result})
        for _ in range(2)
    )

    assert (first.status_code, first.json(), details(http, result)["status"]) == (200, {}, "started")
    assert refusal(second) == (422, "interview_result_id")


def test_what_is_not_kept_is_repeated(http):
    """An operation without a handler answers a sample that holds what was sent, be it a body or a query."""
    made = http.post("/catalogue-tag-create", json={"id": "sales", "name": "Sales", "visibility": "merchant_public"})
    read = http.get("/catalogue-tag-get", params={"id": "sales"})

    assert made.json()["id"] == read.json()["id"] == "sales"


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
    assert refusal(http.post("/job-interview-token", json={"type": kind})) == (422, missing)
