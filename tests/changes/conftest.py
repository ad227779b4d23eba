"""Generated packages to compare with each other."""

from copy import deepcopy

import pytest

from scripts.correct import effective
from scripts.generate import build
from tests import baseline


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Generate a package of a changed baseline document, once for each name."""
    made = {}

    def package(name, change=lambda _: None):
        if name not in made:
            document = deepcopy(baseline.both())
            change(document)
            made[name] = tmp_path_factory.mktemp(name) / "jobmojito_api"
            build(effective(document, baseline.fitted(document)), made[name])
        return made[name]

    return package
