import os
import subprocess
import sys
from inspect import ismodule

import pytest

import jobmojito


def _loaded_by(statement):
    """Run a statement in a fresh Python, and give the modules that it loaded."""
    program = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_else():
    """`import jobmojito` costs next to nothing; what a name needs is loaded when it is used."""
    loaded = _loaded_by("import jobmojito")

    assert {name for name in loaded if name.startswith("jobmojito")} == {"jobmojito", "jobmojito.lazy"}
    assert not loaded & {"httpx", "attrs", "attr", "dateutil"}


def test_making_a_client_loads_no_operation_and_hardly_a_model():
    """Of some 130 models only those that the helpers name; the rest wait until they are needed."""
    loaded = _loaded_by("from jobmojito import JobMojito; JobMojito('token')")

    assert not [name for name in loaded if name.startswith("jobmojito_api.api.")]
    assert len([name for name in loaded if name.startswith("jobmojito_api.models.")]) < 10


def test_all_names_every_public_symbol():
    """__all__ lists what the package exposes, sorted, and nothing else."""
    for name in jobmojito.__all__:
        getattr(jobmojito, name)
    public = {name for name, value in vars(jobmojito).items() if not name.startswith("_") and not ismodule(value)}

    assert sorted(public) == jobmojito.__all__ == sorted(set(jobmojito.__all__))


def test_every_error_is_public():
    """Whoever catches one imports it from the package."""
    from jobmojito import errors  # noqa: PLC0415

    raised = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, errors.JobMojitoError)}

    assert raised <= set(jobmojito.__all__)


def test_unknown_name_is_an_attribute_error():
    """As of any module; dir() shows what there is."""
    with pytest.raises(AttributeError, match="JobMojitoo"):
        _ = jobmojito.JobMojitoo

    assert dir(jobmojito) == jobmojito.__all__


def test_star_import_gives_the_public_names():
    """Lazy names are found by it too."""
    names = {}
    exec("from jobmojito import *", names)  # noqa: S102 - the statement is the test

    assert set(jobmojito.__all__) <= set(names)
