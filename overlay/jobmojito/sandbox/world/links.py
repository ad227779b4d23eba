"""Links as the API hands them out: every one is a credential of its own."""

import secrets

INTERVIEWS_HOST = "https://interviews.example.com"


def secret() -> str:
    """A random credential, such as the token of an interview link."""
    return secrets.token_urlsafe(24)


def interview_link(target: str, *, hide_menu: bool = False, hide_iframe: bool = False) -> str:
    """A link to an interview or its results, with a fresh token."""
    views = ("&view_hm=true" if hide_menu else "") + ("&view_hi=true" if hide_iframe else "")
    return f"{INTERVIEWS_HOST}/interview/take/{target}/?interview_token={secret()}{views}"


def flag(value: object) -> bool:
    """Whether an option is on: the batch and link requests take true or the string "true"."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
