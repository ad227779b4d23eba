"""Other clients of the same contract, made and measured in a throw-away environment: `make bench ARGS=peers`.

Each is installed from the package index that pip is configured with, and made of our own vendored contract. What cannot
be had or made is named with its reason, and never guessed. Figures are ratios to json.loads, import httpx or a bare
call, measured in the peer's own process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from attrs import frozen

from tests.bench.texts import CONTRACT

SECONDS = 300
LIST, DETAILS = "MerchantResultListResponse", "JobInterviewDetailsResponse"


@frozen
class Peer:
    """A generator's client: what to install, how to make it in `{out}`, and how to import, read and call with it.

    `read` is an expression of the reader of model `{model}`, `call` sets `call` up over `transport`; "" says why not.
    """

    name: str
    install: tuple[str, ...]
    make: tuple[str, ...]
    inside: str
    imports: str
    reader: str
    call: str = ""
    why_no_call: str = ""


PEERS = (
    Peer(
        "openapi-python-client",
        ("openapi-python-client==0.29.1", "ruff"),
        ("openapi-python-client", "generate", "--path", "{contract}", "--output-path", "{out}", "--overwrite"),
        ".",
        "from job_mojito_api_client import AuthenticatedClient",
        "from job_mojito_api_client import models; read = lambda text: models.{model}.from_dict(json.loads(text))",
        "from job_mojito_api_client.api.admin import list_languages as one\n"
        "client = AuthenticatedClient(URL, 't', httpx_args={'transport': transport})\n"
        "call = lambda: one.sync(client=client)",
    ),
    Peer(
        "openapi-generator (python)",
        ("openapi-generator-cli", "pydantic", "urllib3", "python-dateutil", "typing-extensions", "httpx"),
        (
            *("openapi-generator-cli", "generate", "-g", "python", "-i", "{contract}", "-o", "{out}"),
            "--skip-validate-spec",
        ),
        ".",
        "from openapi_client import ApiClient",
        "import openapi_client; read = lambda text: openapi_client.{model}.from_json(text)",
        why_no_call="it sends with urllib3, and takes no transport of httpx",
    ),
    Peer(
        "Fern-style (crozier)",
        ("crozier", "ruff", "pydantic", "httpx", "typing-extensions"),
        (
            *("crozier", "generate", "python", "--spec", "{contract}", "--output", "{out}"),
            *("--no-config", "--package-name", "crozier_client", "--client-class-name", "Made"),
        ),
        "src",
        "from crozier_client import Made",
        "from crozier_client.core.pydantic_utilities import parse_obj_as\nfrom crozier_client import {model} as model\n"
        "read = lambda text: parse_obj_as(type_=model, object_=json.loads(text))",
        "client = Made(base_url=URL, token='t', httpx_client=httpx.Client(transport=transport))\n"
        "call = lambda: client.admin.list_languages()",
    ),
    Peer(
        "apiwright",
        ("apiwright", "pydantic", "httpx"),
        ("apiwright", "python", "--input", "{contract}", "--output", "{out}"),
        ".",
        "from job_mojito_api import Client",
        "from job_mojito_api import models; read = models.{model}.model_validate_json",
        why_no_call="it is async alone",
    ),
    Peer(
        "msgspec, the bound",
        ("msgspec", "httpx"),
        (),
        ".",
        "import msgspec",
        "from tests.bench.structs import struct; import msgspec; read = msgspec.json.Decoder(struct('{model}')).decode",
        why_no_call="it reads alone",
    ),
)

DECODE = """
import json, sys, time, statistics
{reader}
text = open({path!r}, "rb").read()
def seconds(case, times=5):
    begun = time.process_time()
    for _ in range(times): case(text)
    return time.process_time() - begun
for case in (read, json.loads): seconds(case)
print(statistics.median(seconds(read) / seconds(json.loads) for _ in range(9)))
"""
IMPORT = """
import sys, time
sys.modules["click"] = sys.modules["rich"] = None
begun = time.process_time()
{imports}
print(time.process_time() - begun)
"""
CALL = """
import json, time, statistics, httpx
URL = "http://localhost"
answer = dict(status_code=200, content=b'{{"languages": []}}', headers={{"content-type": "application/json"}})
transport = httpx.MockTransport(lambda _: httpx.Response(**answer))
{imports}
{call}
bare = httpx.Client(base_url=URL, transport=transport, headers={{"Authorization": "Bearer t"}})
plain = lambda: json.loads(bare.get("/platform-languages-list").content)
def seconds(case, times=200):
    begun = time.process_time()
    for _ in range(times): case()
    return time.process_time() - begun
for case in (call, plain): seconds(case)
print(statistics.median(seconds(call) / seconds(plain) for _ in range(9)))
"""

Found = tuple[str, str, tuple[float, ...]]


class _FailedError(Exception):
    """A peer cannot be had, made or measured; the message is the reason."""


def measured(rounds: int, folder: Path) -> Iterator[Found | str]:
    """Make and measure each peer; a text is the reason why a figure is missing."""
    for peer in PEERS:
        home = folder / peer.name.split()[0].replace("-", "_").strip(",")
        try:
            _made(peer, home)
        except _FailedError as error:
            yield f"{peer.name}: not to be had: {error}"
            continue
        for what, against, script in _scripts(peer, folder):
            try:
                yield f"{peer.name}: {what}", against, tuple(_printed(home, peer, script) for _ in range(rounds))
            except _FailedError as error:
                yield f"{peer.name}: {what}: not measured: {error}"
        try:
            httpx = median(_printed(home, peer, IMPORT.format(imports="import httpx")) for _ in range(rounds))
            own = [_printed(home, peer, IMPORT.format(imports=peer.imports)) for _ in range(rounds)]
            yield f"{peer.name}: import of its client", "import httpx", tuple(one / httpx for one in own)
        except _FailedError as error:
            yield f"{peer.name}: import: not measured: {error}"
        if peer.why_no_call:
            yield f"{peer.name}: one small call: not measured: {peer.why_no_call}"


def _scripts(peer: Peer, folder: Path) -> Iterator[tuple[str, str, str]]:
    for what, model, name in (("240 KB of details", DETAILS, "details"), ("680 KB of a list", LIST, "list")):
        script = DECODE.format(reader=peer.reader.format(model=model), path=str(folder / f"{name}.json"))
        yield f"decode {what}", "json.loads", script
    if peer.call:
        yield "one small call, CPU", "httpx + json.loads", CALL.format(imports=peer.imports, call=peer.call)


def _made(peer: Peer, home: Path) -> None:
    """Make an environment and the client in it."""
    _run([sys.executable, "-m", "venv", str(home / "env")], home)
    _run([str(home / "env/bin/python"), "-m", "pip", "install", "--quiet", *peer.install], home)
    words = [word.format(contract=CONTRACT, out=home / "made") for word in peer.make]
    if words:
        _run([str(home / "env/bin" / words[0]), *words[1:]], home)


def _printed(home: Path, peer: Peer, script: str) -> float:
    """Run a script beside the client; gives the number that it prints."""
    root = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join((str(home / "made" / peer.inside), str(root)))
    return float(_run([str(home / "env/bin/python"), "-c", script], home, PYTHONPATH=paths).splitlines()[-1])


def _run(command: list[str], home: Path, **environment: str) -> str:
    home.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join((str(home / "env/bin"), os.environ.get("PATH", "")))
    try:
        done = subprocess.run(
            command,
            cwd=home,
            env={**os.environ, "PATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _FailedError(type(error).__name__) from error
    if done.returncode:
        last = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()] or ["no reason given"]
        raise _FailedError(json.dumps(last[-1][:160]))
    return done.stdout
