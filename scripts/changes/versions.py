"""The next version, by semantic versioning (semver.org, 2.0.0).

| worst change         | from 1.0.0 | before 1.0.0 |
|----------------------|------------|--------------|
| breaking             | major      | minor        |
| potentially breaking | minor      | minor        |
| additive             | minor      | patch        |
| documentation        | patch      | patch        |

Before 1.0.0 anything may change, so one place is shifted; what may break stays with the minor, because installers take
a new patch (`~=0.1.2`) without asking. The worst change is the worse of the contract's and of the generated names'.
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
    """Give the version after a change of these grades; None is no change, and no change at all gives the same version.

    Refused for anything but three plain numbers: what follows a pre-release is a person's choice.
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
