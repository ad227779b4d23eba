"""JobMojito for Python: `JobMojito` and `AsyncJobMojito`, their errors and values.

Names load when first used, so `import jobmojito` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from .answers import Detailed
    from .client import AsyncJobMojito, JobMojito
    from .errors import (
        Answer,
        ApiError,
        AuthenticationError,
        BatchError,
        ConfigurationError,
        ConflictError,
        ConnectionFailedError,
        InvalidRequestError,
        JobMojitoError,
        NotFoundError,
        OutcomeUnknownError,
        PermissionDeniedError,
        RateLimitError,
        RequestTimeoutError,
        ResponseDecodeError,
        ServerError,
        TransportError,
        UploadError,
        ValidationError,
    )
    from .reports import Report
    from .retries import RetryPolicy

_HOMES = {
    "Answer": "errors",
    "ApiError": "errors",
    "AsyncJobMojito": "client",
    "AuthenticationError": "errors",
    "BatchError": "errors",
    "ConfigurationError": "errors",
    "ConflictError": "errors",
    "ConnectionFailedError": "errors",
    "Detailed": "answers",
    "InvalidRequestError": "errors",
    "JobMojito": "client",
    "JobMojitoError": "errors",
    "NotFoundError": "errors",
    "OutcomeUnknownError": "errors",
    "PermissionDeniedError": "errors",
    "RateLimitError": "errors",
    "Report": "reports",
    "RequestTimeoutError": "errors",
    "ResponseDecodeError": "errors",
    "RetryPolicy": "retries",
    "ServerError": "errors",
    "TransportError": "errors",
    "UploadError": "errors",
    "ValidationError": "errors",
}

__all__ = [
    "Answer",
    "ApiError",
    "AsyncJobMojito",
    "AuthenticationError",
    "BatchError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "Detailed",
    "InvalidRequestError",
    "JobMojito",
    "JobMojitoError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitError",
    "Report",
    "RequestTimeoutError",
    "ResponseDecodeError",
    "RetryPolicy",
    "ServerError",
    "TransportError",
    "UploadError",
    "ValidationError",
]

if not _TYPE_CHECKING:
    # Hidden from type checkers, so that a misspelt name is an error there too.
    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(_import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return __all__
