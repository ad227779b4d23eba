"""How the time of some work grows with its size, as the exponent of a power: 1.0 is linear, 2.0 quadratic."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from math import log
from pathlib import Path
from statistics import linear_regression
from typing import Any

from jobmojito_api.resources import operation
from scripts.generate import generate
from scripts.parity import parity
from tests.bench.texts import CONTRACT, result_list

ROOT = Path(__file__).resolve().parents[2]
NOTHING = {"openapi": "3.1.0", "info": {"title": "none", "version": "1"}, "paths": {}}
NO_ACTIONS = "overlay: 1.0.0\ninfo: { title: none, version: 1.0.0 }\nactions: []\n"


def measured(rounds: int, folder: Path) -> Iterator[tuple[str, str, tuple[float, ...]]]:
    """Measure decoding, generating and drift; gives what, against what, and an exponent for each round."""
    texts = {len(text): text for text in map(result_list, (50_000, 200_000, 800_000, 3_200_000))}
    call = operation("list_interview_results").call({})
    yield "decoding", "bytes", _exponents(rounds, list(texts), lambda size: call.read(200, texts[size]))
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    contract.pop("webhooks", None)
    roots = {times: _checkout(contract, times, folder / f"times{times}") for times in (1, 4, 9)}
    yield "make generate", "operations, schemas", _exponents(1, list(roots), lambda times: generate(roots[times]))
    drift = _exponents(rounds, list(roots), lambda times: parity(roots[times], ("meaning",)))
    yield "make drift", "operations, schemas", drift


def _exponents(rounds: int, sizes: list[int], work: Callable[[int], Any]) -> tuple[float, ...]:
    found = []
    for _ in range(rounds):
        seconds = []
        for size in sizes:
            begun = time.perf_counter()
            work(size)
            seconds.append(time.perf_counter() - begun)
        found.append(linear_regression([log(size) for size in sizes], [log(one) for one in seconds]).slope)
    return tuple(found)


def _checkout(contract: dict[str, Any], times: int, root: Path) -> Path:
    """Make a checkout whose contract has everything several times, under other names."""
    for name in ("openapi", "scripts"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("generator-config.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    (root / "generated").mkdir()
    (root / "openapi/jobmojito.openapi.json").write_text(json.dumps(repeated(contract, times)))
    (root / "openapi/webhooks.openapi.json").write_text(json.dumps(NOTHING))
    (root / "openapi/corrections.overlay.yaml").write_text(NO_ACTIONS)
    return root


def repeated(contract: dict[str, Any], times: int) -> dict[str, Any]:
    """Repeat the operations and schemas of a contract."""
    paths, schemas = dict(contract["paths"]), dict(contract["components"]["schemas"])
    text = json.dumps({"paths": contract["paths"], "schemas": contract["components"]["schemas"]})
    for number in range(2, times + 1):
        copy = json.loads(re.sub(r'("#/components/schemas/[^"]+)"', rf'\g<1>Copy{number}"', text))
        for path, item in copy["paths"].items():
            for declared in item.values():
                declared["operationId"] += f"_copy{number}"
            paths[f"{path}-copy{number}"] = item
        for name, schema in copy["schemas"].items():
            if "title" in schema:
                schema["title"] += f"Copy{number}"
            schemas[f"{name}Copy{number}"] = schema
    return {**contract, "paths": paths, "components": {**contract["components"], "schemas": schemas}}
