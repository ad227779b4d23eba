"""A running sandbox, a bare HTTP client in an environment of its own, and the contract as a judge of its own.

What the sandbox does with requests is tested on the baseline, which its handlers were written for; `current_contract`
has what has to work with the contract in use.
"""

import ssl
import uuid

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from jobmojito.sandbox import Sandbox
from scripts.files import documents
from tests import baseline

# Made once: reading the certificates takes longer than a test.
TRUST = ssl.create_default_context()

INTERVIEW = {
    "name": "Project manager",
    "location": "remote",
    "interview_template_id": "baa3bf7c-6926-46fd-9005-16738a31f72d",
    "mojito_language_code": "en",
    "status": "active",
    "type": "interview",
    "visibility": "merchant_public",
}
POSITION = {
    "position_name": "Engineer",
    "position_location": "remote",
    "position_country_code": "SK",
    "mojito_language_code": "en",
}
CANDIDATE = {"candidate_name": "Ann Example", "candidate_email": "ann@example.com"}


class Judge:
    """Validates answers with the raw contract and jsonschema alone; nothing of the sandbox's reading is shared."""

    def __init__(self, document):
        self.document = document
        self._registry = Registry().with_resource("urn:contract", DRAFT202012.create_resource(document))

    def operations(self):
        """(name, method, path, declaration) of every operation."""
        for path, item in self.document["paths"].items():
            for method, declared in item.items():
                yield declared["operationId"], method.upper(), path, declared

    def errors(self, name, response):
        """What is wrong with an answer of an operation: an undeclared status, or departures from its schema."""
        path, method = next((p, m) for n, m, p, _ in self.operations() if n == name for p, m in [(p, m.lower())])
        answers = self.document["paths"][path][method].get("responses", {})
        if answers and str(response.status_code) not in answers:
            return [f"{response.status_code} is not declared"]
        place = "/".join(part.replace("~", "~0").replace("/", "~1") for part in ("paths", path, method, "responses"))
        content = answers.get(str(response.status_code), {}).get("content", {})
        if "application/json" not in content:
            return []
        ref = f"urn:contract#/{place}/{response.status_code}/content/application~1json/schema"
        checker = FormatChecker(formats=["uuid", "date"])
        judge = Draft202012Validator({"$ref": ref}, registry=self._registry, format_checker=checker)
        return [error.message for error in judge.iter_errors(response.json())]


@pytest.fixture(scope="session")
def judge():
    """The baseline contract."""
    return Judge(baseline.effective())


@pytest.fixture(scope="session")
def contract(tmp_path_factory):
    """The baseline contract as a file."""
    path = tmp_path_factory.mktemp("baseline") / "contract.json"
    path.write_bytes(documents.dump(baseline.effective()))
    return path


@pytest.fixture(scope="session")
def sandbox(contract):
    """One server for all tests; each test's data is apart by its environment. It never had to mend an answer."""
    with Sandbox(contract=contract) as server:
        yield server
        assert server.tally.invalid_answers == 0


@pytest.fixture
def make_http(sandbox):
    """Bare clients of the shared server: another environment, role or merchant is another client."""
    clients = []

    def make(**claims):
        token = sandbox.issue_token(**({"environment": str(uuid.uuid4())} | claims))
        client = httpx.Client(
            base_url=sandbox.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=20, verify=TRUST
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def http(make_http):
    """A bare client in a fresh environment."""
    return make_http()


@pytest.fixture
def interview(http):
    """The id of an interview in the environment of `http`."""
    return create(http)


@pytest.fixture
def position(http):
    """The id of a pre-screening position in the environment of `http`."""
    return http.post("/pre-screening-create", json=POSITION).json()["position_def_set_id"]


@pytest.fixture
def result(http, interview):
    """The id of a finished result."""
    return register(http, interview, {"email": "ann@example.com", "name": "Ann Example"})


@pytest.fixture
def scene(http):
    """An environment in which everything that a request may name exists."""
    return records(http)


def records(http):
    """Make one record of each kind, and give their ids."""
    interview = create(http)
    return {
        "interview": interview,
        "position": http.post("/pre-screening-create", json=POSITION).json()["position_def_set_id"],
        "result": register(http, interview, {"email": "ann@example.com", "name": "Ann Example"}),
        "directory": http.post("/catalogue-tag-create", json={"id": "sales-coaching-en", "name": "Sales"}).json()["id"],
        "merchant": http.get("/merchant-status").json()["merchant_id"],
    }


def create(http, **changes):
    """Make an interview and give its id."""
    return http.post("/job-interview-create", json=INTERVIEW | changes).json()["interview_def_set_id"]


def register(http, interview, *rows, **options):
    """Register candidates and give the id of the newest result."""
    http.post("/job-interview-register-users", json={"interview_id": interview, "users": list(rows), **options})
    return listed(http, interview_id=interview)[0]["interview_result_id"]


def listed(http, path="/merchant-result-list", **query):
    """The rows of a list."""
    return http.get(path, params=query).json()["data"]


def got(http, interview):
    """An interview or position."""
    return http.get("/job-interview-get", params={"position_id": interview}).json()


def details(http, result):
    """A result's details."""
    return http.get("/job-interview-details", params={"interview_result_id": result}).json()


def refusal(response):
    """A refusal's status, and the field that it names."""
    return response.status_code, response.json().get("name")
