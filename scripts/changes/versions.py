"""Computes the next version, by semantic versioning (semver.org, 2.0.0).

| worst change         | from 1.0.0 | before 1.0.0 |
|----------------------|------------|--------------|
| breaking             | major      | minor        |
| potentially breaking | minor      | minor        |
| additive             | minor      | patch        |
| documentation        | patch      | patch        |

Before 1.0.0 each change raises one place less; what may break still raises the minor, because installers take a new
patch (`~=0.1.2`) without asking. The worst change is the worse one of the contract and the generated names.
"""

import re

from scripts.changes.rules import Grade
from scripts.files.failures import Refused

_STEPS = {
    Grade.BREAKING: ("major", "minor"),
    Grade.POTENTIALLY_BREAKING: ("minor", "minor"),
    Grade.ADDITIVE: ("minor", "patch"),
    Grade.DOCUMENTATION: ("patch", "patch"),
}


def next_version(version: str, *grades: Grade | None) -> str:
    """Return the version after changes of these grades; None is no change, and without any change the version stays.

    Refused for a version other than three plain numbers: a person decides what follows a pre-release.
    """
    match = re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version, re.ASCII)
    if match is None:
        raise Refused(f"the version {version} is not three numbers")
    worst = max((grade for grade in grades if grade is not None), default=None)
    if worst is None:
        return version
    major, minor, patch = (int(number) for number in match.groups())
    step = _STEPS[worst][0 if major else 1]
    if step == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if step == "minor" else f"{major}.{minor}.{patch + 1}"
