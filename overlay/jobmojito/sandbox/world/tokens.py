"""Reads the caller from the bearer token; its signature is not checked."""

import base64
import binascii
import hashlib
import json
import re
import time
import uuid
from collections.abc import Collection
from typing import Any

from attrs import frozen

from jobmojito.sandbox.contract.document import Operation
from jobmojito.sandbox.contract.validation import Refusal, invalid

NAMESPACE = uuid.UUID("7c0d1f0e-5f0a-4c39-9f0b-3a3f2d8a4b11")
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")

# Roles that may use the merchant endpoints; candidates and learners may not.
MERCHANT_ROLES = frozenset({"merchant_owner", "merchant", "merchant_selection", "admin", "service_role"})
SUB_MERCHANTS = 2


@frozen
class Caller:
    """A token's claims. Two tokens of the same `environment` see the same records."""

    environment: str
    merchant_id: str | None
    profile_id: str
    role: str

    def may_act_for(self, merchant_id: str) -> bool:
        """Whether the caller may act for a merchant: its own, one of its sub-merchants, or, for admins, any."""
        own = (self.merchant_id, *(sub_merchants(self.merchant_id) if self.merchant_id else ()))
        return merchant_id in own or self.role in ("admin", "service_role")


def authenticate(authorization: str | None, revoked: Collection[str]) -> Caller:
    """Read the `Authorization` header.

    Raises a 401 for a missing, malformed, expired or revoked token, a 403 for a role that is not a merchant user's.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not TOKEN.fullmatch(token):
        raise Refusal(401, "Missing or malformed access token")
    if fingerprint(token) in revoked:
        raise Refusal(401, "The access token is no longer valid")
    caller = _from_claims(_claims(token), token)
    if caller.role not in MERCHANT_ROLES:
        raise Refusal(403, "this needs a merchant user")
    return caller


def merchant_for(operation: Operation, caller: Caller, asked: str | None) -> str:
    """Return the merchant of a request. Raises a 422 if a service caller names none, a 403 for a foreign one.

    Operations that declare no 403 use the token's merchant, as the contract says of callers who may not choose.
    """
    if caller.role == "service_role" and not asked and operation.accepts("merchant_id"):
        raise invalid("merchant_id", "merchant_id is required for service callers")
    if asked and caller.may_act_for(str(asked)):
        return str(asked)
    if asked and operation.declares(403):
        raise Refusal(403, "this merchant is not yours to act for", "merchant_id")
    return caller.merchant_id or ""


def issue_token(merchant_id: str, *, environment: str, role: str, expires_in: float) -> str:
    """Make an unsigned JWT, which only the sandbox accepts."""
    claims = {
        "sub": _derived("profile", merchant_id, role),
        "role": "service_role" if role == "service_role" else "authenticated",
        "exp": int(time.time() + expires_in),
        "app_metadata": {"environment": environment, "role": role}
        | ({} if role == "service_role" else {"merchant_id": merchant_id}),
    }
    return ".".join((_encode({"alg": "none", "typ": "JWT"}), _encode(claims), "sandbox"))


def fingerprint(token: str) -> str:
    """Return a short hash that identifies a token without revealing it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def sub_merchants(merchant_id: str) -> tuple[str, ...]:
    """Return the ids of a merchant's sub-merchants."""
    return tuple(_derived("sub-merchant", merchant_id, str(number)) for number in range(SUB_MERCHANTS))


def _from_claims(claims: dict[str, Any], token: str) -> Caller:
    if isinstance(expiry := claims.get("exp"), int | float) and expiry <= time.time():
        raise Refusal(401, "The access token has expired")
    metadata = claims.get("app_metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    service = claims.get("role") == "service_role"
    merchant = metadata.get("merchant_id") or claims.get("merchant_id")
    subject = str(claims.get("sub") or fingerprint(token))
    return Caller(
        environment=str(metadata.get("environment") or claims.get("environment") or "production"),
        merchant_id=str(merchant) if merchant else None if service else _derived("merchant", subject),
        profile_id=_as_uuid(subject),
        role="service_role" if service else str(metadata.get("role") or "merchant_owner"),
    )


def _claims(token: str) -> dict[str, Any]:
    """Return a JWT's claims; any other string is its own environment. Raises a 401 for an unreadable JWT."""
    parts = token.split(".")
    header = _decode(parts[0])
    if len(parts) != 3 or header is None or "alg" not in header:  # noqa: PLR2004 - header, claims, signature
        return {"sub": fingerprint(token), "environment": fingerprint(token)}
    if (claims := _decode(parts[1])) is None:
        raise Refusal(401, "The access token cannot be read")
    return claims


def _decode(part: str) -> dict[str, Any] | None:
    try:
        value = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _encode(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _derived(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


def _as_uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return _derived("profile", text)
