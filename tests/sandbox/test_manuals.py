"""What README and the sandbox's manual show works as it stands: it is run against a sandbox."""

import json
import re
import shlex
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import yaml

import jobmojito
from jobmojito import JobMojito, errors
from jobmojito.sandbox import Fault, Sandbox
from jobmojito.sandbox.__main__ import parser
from jobmojito.sandbox.contract.document import load
from jobmojito.sandbox.contract.samples import sample
from tests.bodies import values_for
from tests.overlay.breaches import assumptions_hold  # noqa: F401 - a fixture

from .current_contract import judge, sandbox, scene, teller  # noqa: F401 - fixtures

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
COMPOSE = resources.files("jobmojito.sandbox").joinpath("compose.yaml").read_text(encoding="utf-8")
MANUAL = resources.files("jobmojito.sandbox").joinpath("README.md").read_text(encoding="utf-8")
EVENT = {**sample(load().webhooks["interview_result"]), "id": "93c98d21-0000-4000-8000-000000000001"}
BRANCH = re.compile(r"^((?:[│ ] {3})*)[├└]── (\w+) ", re.MULTILINE)


def blocks(text, language):
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def names(http, sandbox, scene, tmp_path, monkeypatch):  # noqa: F811 - fixtures
    """What an example takes for granted: ids, files beside it, settings of the environment, an open client."""
    token = http.headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBMOJITO_TOKEN", token)
    monkeypatch.setenv("JOBMOJITO_API_BASE_URL", sandbox.base_url)
    Path("resumes").mkdir()
    for name in ("cv.pdf", "handbook.pdf", "resumes/bo.pdf"):
        Path(name).write_bytes(b"%PDF-1.7\n% " + name.encode())
    Path("people.csv").write_text("email,name,external_id\nbo@example.com,Bo Example,7\n")
    Path("ats.csv").write_bytes("Mail,First,Last,Owner\r\njuerg@example.com,Jürg,Müller,x\r\n".encode("windows-1252"))
    Path("resumes.csv").write_text("file,candidate_name,candidate_email\nbo.pdf,Bo Example,bo@example.com\n")
    ids = {f"{name}_id": scene[name] for name in ("interview", "position", "result")}
    with Sandbox() as own, JobMojito() as jm:
        yield ids | {
            "jm": jm,
            "sandbox": own,
            "token": own.token,
            "result_ids": [scene["result"]],
            "store_id": "7f0c6a53-2d0e-4a53-9f0b-6a1d8a4f2b11",
            "body": {**values_for("create_interview"), "type": "interview"},
            "request": SimpleNamespace(body=json.dumps(EVENT).encode(), headers={"x-webhook-secret": "s3cret"}),
            "secret": "s3cret",
            "keys": {},
            "JobMojito": JobMojito,
            "Fault": Fault,
            "Sandbox": Sandbox,
        }


@pytest.mark.usefixtures("assumptions_hold")
@pytest.mark.parametrize("text", blocks(MANUAL, "python"))
def test_example_runs(text, names):
    """Each example does what it shows, with the ids and files that it names; what it leaves behind is complete."""
    exec(compile(text, "example", "exec"), names)  # noqa: S102 - our own manuals

    assert names.get("run") is None or names["run"].failed == ()
    assert "report.pdf" not in text or Path("report.pdf").read_bytes().startswith(b"%PDF")


def test_examples_are_found():
    """There are examples in both manuals: what is run above is all of them."""
    assert len(blocks(MANUAL, "python")) == MANUAL.count("```python") == 4


def test_commands_of_the_manuals_are_understood():
    """The sandbox's command line takes each command that a manual shows, and each fault can be read."""
    text = (README + MANUAL).replace("\\\n", " ")
    shown = re.findall(r"python -m jobmojito\.sandbox( --[^`\n#]+)", text)
    options = [parser().parse_args(shlex.split(line)) for line in shown]
    faults = [text for one in options for text in one.faults] + re.findall(r"X-Sandbox-Fault: ([^']+)'", MANUAL)

    assert len(shown) >= 3
    assert [str(Fault.parse(text)) for text in faults]


# Of the compose specification: the keys that the example uses, and the types of their values.
KEYS = {"image": str, "volumes": list, "command": str, "healthcheck": dict, "depends_on": dict, "environment": dict,
        "test": list, "interval": str, "timeout": str, "retries": int}  # fmt: skip


def test_compose_example_is_well_formed():
    """It parses, and holds nothing but keys of the compose specification with values of their types."""
    services = yaml.safe_load(COMPOSE)["services"]
    parts = [*services.values(), services["sandbox"]["healthcheck"]]

    assert services.keys() == {"sandbox", "program"}
    assert all({key: type(value) for key, value in part.items()}.items() <= KEYS.items() for part in parts)
    assert services["program"]["depends_on"] == {"sandbox": {"condition": "service_healthy"}}


def test_compose_example_fits_together():
    """The sandbox's options are right, the program calls it by its name, and the code in both compiles."""
    services = yaml.safe_load(COMPOSE)["services"]
    shell = {name: shlex.split(shlex.split(service["command"])[2]) for name, service in services.items()}
    started = shell["sandbox"][shell["sandbox"].index("jobmojito.sandbox") + 1 :]
    options, settings = parser().parse_args(started), services["program"]["environment"]
    url, probe = httpx.URL(settings["JOBMOJITO_API_BASE_URL"]), services["sandbox"]["healthcheck"]["test"][-1]

    assert (url.host, url.port, url.path) == ("sandbox", options.port, load().base_path)
    assert settings["JOBMOJITO_ALLOW_HTTP_HOSTS"] == url.host
    assert f"http://127.0.0.1:{options.port}/" in probe
    for code in (probe, shell["program"][-1]):
        compile(code, "compose.yaml", "exec")


@pytest.mark.parametrize("text", [README, errors.__doc__], ids=["README", "docstring"])
def test_error_tree_is_the_true_one(text):
    """The outline of errors has every class under the one it derives from."""
    branches = [(len(bars), name) for bars, name in BRANCH.findall(text)]
    above = {min(branches)[0]: "JobMojitoError"}
    found = {}
    for depth, name in branches:
        found[name], above[depth + 4] = above[depth], name
    classes = {name: value for name in jobmojito.__all__ if isinstance(value := getattr(jobmojito, name), type)}
    true = {name: kind.__bases__[0].__name__ for name, kind in classes.items() if issubclass(kind, Exception)}

    assert found == {name: parent for name, parent in true.items() if name != "JobMojitoError"}


@pytest.mark.parametrize("name", ["JOBMOJITO_TOKEN", "JOBMOJITO_API_BASE_URL"])
def test_settings_of_the_environment_are_told(name, monkeypatch):
    """README names the variables that the client reads."""
    monkeypatch.setenv("JOBMOJITO_TOKEN", "token")
    monkeypatch.setenv(name, "not\na value")

    assert name in README
    with pytest.raises(jobmojito.ConfigurationError):
        JobMojito()
