"""People who know openapi-python-client know our client: its stock output for the same document has the same face.

What differs on purpose is named here; everything else that the stock client offers, ours offers by the same name.
"""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from enum import Enum
from pathlib import Path

import httpx
import pytest

from scripts.drift import loading

CONFIG = Path(__file__).parent.parent.parent / "generator-config.yml"
FUNCTIONS = ("_get_kwargs", "sync_detailed", "sync", "asyncio_detailed", "asyncio")
BY_KEY = ("__contains__", "__delitem__", "__getitem__", "__setitem__")


@pytest.fixture(scope="module")
def stock(package_dir, tmp_path_factory):
    """Let the generator make its own client of the effective document, and import it."""
    folder = tmp_path_factory.mktemp("stock")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", str(package_dir / "contract.json"), "--config", str(CONFIG)]
    command += ["--output-path", str(folder / "stock_client")]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("stock_client")
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def ours(package_dir):
    """Import our client of the same document."""
    with loading.package(package_dir) as package:
        yield importlib.import_module(package.name)


def parameters(function):
    """Give what a function takes: name, kind, and whether it must be given; what has a default comes in any order."""
    found = inspect.signature(function).parameters.values()
    return {one.name: (one.kind, one.default is inspect.Parameter.empty) for one in found}


def positions(function):
    """Give what may be given by position, in order."""
    found = inspect.signature(function).parameters.values()
    return [one.name for one in found if one.kind is not inspect.Parameter.KEYWORD_ONLY]


@pytest.mark.parametrize("name", ["AuthenticatedClient", "Client"])
def test_clients_take_and_offer_what_the_stock_ones_do(stock, ours, name):
    """Constructor arguments with their defaults, and methods with theirs."""
    theirs, ours = getattr(stock, name), getattr(ours, name)
    methods = [member for member in dir(theirs) if member[0] != "_" and callable(getattr(theirs, member))]

    assert parameters(ours) == parameters(theirs)
    assert positions(ours) == positions(theirs)
    assert {member: parameters(getattr(ours, member)) for member in methods} == {
        member: parameters(getattr(theirs, member)) for member in methods
    }


@pytest.mark.parametrize("name", ["File", "Response", "Unset"])
def test_types_offer_what_the_stock_ones_do(stock, ours, name):
    """The first arguments, and every attribute and method; a response also has its departures."""
    theirs = getattr(importlib.import_module(f"{stock.__name__}.types"), name)
    ours = getattr(ours, name)

    assert positions(ours)[: len(positions(theirs))] == positions(theirs)
    assert [member for member in dir(theirs) if not member.startswith("_") and not hasattr(ours, member)] == []


def test_modules_offer_what_the_stock_ones_do(stock, ours):
    """`client`, `types` and `errors` have every public name, at the same place."""
    for module in ("client", "types", "errors"):
        theirs = importlib.import_module(f"{stock.__name__}.{module}")
        there = importlib.import_module(f"{ours.__name__}.{module}")
        names = getattr(theirs, "__all__", ("AuthenticatedClient", "Client"))

        assert [name for name in names if not hasattr(there, name)] == []


def operations(package):
    """Give the module paths of a client's operations."""
    folder = Path(package.__file__).parent / "api"
    found = [path.relative_to(folder).with_suffix("") for path in folder.glob("*/*.py")]
    return {".".join(path.parts) for path in found if path.name != "__init__"}


def imported(name):
    """Import a module of the stock client; None for one whose body may have two forms: it lacks a name (#1451)."""
    try:
        return importlib.import_module(name)
    except NameError:
        return None


def test_operations_are_where_the_stock_ones_are_and_take_the_same(stock, ours):
    """Every module, function and argument; only that nothing is sent by default that nobody gave."""
    working = {name: module for name in operations(stock) if (module := imported(f"{stock.__name__}.api.{name}"))}

    assert operations(ours) >= operations(stock)
    assert len(working) > 0.9 * len(operations(ours))
    for name, theirs in sorted(working.items()):
        there = importlib.import_module(f"{ours.__name__}.api.{name}")
        for function in (one for one in FUNCTIONS if hasattr(theirs, one)):
            assert parameters(getattr(there, function)) == parameters(getattr(theirs, function)), name


def test_models_and_enums_are_those_of_the_stock_client(stock, ours):
    """Same names but for those that the generator takes from a title; same arguments, methods and members."""
    theirs = importlib.import_module(f"{stock.__name__}.models")
    models = importlib.import_module(f"{ours.__name__}.models")
    shared = set(theirs.__all__) & set(models.__all__)

    assert len(shared) > 0.9 * len(theirs.__all__)
    for name in sorted(shared):
        one, other = getattr(theirs, name), getattr(models, name)
        if issubclass(one, Enum):
            assert {member.name: member.value for member in other} == {member.name: member.value for member in one}
            continue
        assert positions(other) == positions(one), name
        methods = [member for member in dir(one) if member[0] != "_" and callable(getattr(one, member))]
        assert [member for member in (*methods, *BY_KEY) if not hasattr(other, member)] == [], name


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_own_connection_is_made_of_what_the_client_was_given(ours, kind):
    """Every documented argument reaches httpx, and the login is on what people send with it themselves."""
    client = ours.AuthenticatedClient(
        base_url="http://localhost/base",
        token="secret",
        prefix="Token",
        auth_header_name="X-Login",
        headers={"X-A": "1"},
        cookies={"b": "2"},
        timeout=httpx.Timeout(7),
        follow_redirects=True,
        verify_ssl=False,
        httpx_args={"trust_env": False},
    )

    made = client.get_httpx_client() if kind == "sync" else client.get_async_httpx_client()

    assert (str(made.base_url), made.timeout, made.follow_redirects) == (
        "http://localhost/base/",
        httpx.Timeout(7),
        True,
    )
    assert (made.headers["x-a"], made.headers["x-login"], dict(made.cookies)) == ("1", "Token secret", {"b": "2"})
    assert made.trust_env is False
