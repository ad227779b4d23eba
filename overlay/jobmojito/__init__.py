"""JobMojito for Python: `JobMojito` and `AsyncJobMojito`, their errors and values.

Names load when first used, so `import jobmojito` costs next to nothing.
"""

import typing as _typing
from importlib import import_module as _import_module

if _typing.TYPE_CHECKING:
    from .batches.csv_rows import read_candidates, read_invitations, read_resumes
    from .batches.results import BatchResult, RowKind, RowOutcome, RowStatus
    from .batches.resumes import Resume
    from .batches.runs import RunInterrupted
    from .calls.responses import Detailed
    from .calls.retries import RetryPolicy
    from .client import AsyncJobMojito, JobMojito
    from .errors import (
        Answer,
        ApiError,
        AuthenticationError,
        BatchError,
        ConfigurationError,
        ConflictError,
        ConnectionFailedError,
        DownloadError,
        InvalidRequestError,
        JobMojitoError,
        JournalError,
        NotFoundError,
        OutcomeUnknownError,
        PermissionDeniedError,
        RateLimitError,
        RequestTimeoutError,
        ResponseDecodeError,
        ServerError,
        TableError,
        TransportError,
        UploadError,
        ValidationError,
    )
    from .reports import Report
    from .uploads.requests import NotApplicable, ScreenedCandidate

_HOMES = {
    "Answer": "errors",
    "ApiError": "errors",
    "AsyncJobMojito": "client",
    "AuthenticationError": "errors",
    "BatchError": "errors",
    "BatchResult": "batches.results",
    "ConfigurationError": "errors",
    "ConflictError": "errors",
    "ConnectionFailedError": "errors",
    "Detailed": "calls.responses",
    "DownloadError": "errors",
    "InvalidRequestError": "errors",
    "JobMojito": "client",
    "JobMojitoError": "errors",
    "JournalError": "errors",
    "NotApplicable": "uploads.requests",
    "NotFoundError": "errors",
    "OutcomeUnknownError": "errors",
    "PermissionDeniedError": "errors",
    "RateLimitError": "errors",
    "Report": "reports",
    "RequestTimeoutError": "errors",
    "ResponseDecodeError": "errors",
    "Resume": "batches.resumes",
    "RetryPolicy": "calls.retries",
    "RowKind": "batches.results",
    "RowOutcome": "batches.results",
    "RowStatus": "batches.results",
    "RunInterrupted": "batches.runs",
    "ScreenedCandidate": "uploads.requests",
    "ServerError": "errors",
    "TableError": "errors",
    "TransportError": "errors",
    "UploadError": "errors",
    "ValidationError": "errors",
    "read_candidates": "batches.csv_rows",
    "read_invitations": "batches.csv_rows",
    "read_resumes": "batches.csv_rows",
}

__all__ = [
    "Answer",
    "ApiError",
    "AsyncJobMojito",
    "AuthenticationError",
    "BatchError",
    "BatchResult",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "Detailed",
    "DownloadError",
    "InvalidRequestError",
    "JobMojito",
    "JobMojitoError",
    "JournalError",
    "NotApplicable",
    "NotFoundError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitError",
    "Report",
    "RequestTimeoutError",
    "ResponseDecodeError",
    "Resume",
    "RetryPolicy",
    "RowKind",
    "RowOutcome",
    "RowStatus",
    "RunInterrupted",
    "ScreenedCandidate",
    "ServerError",
    "TableError",
    "TransportError",
    "UploadError",
    "ValidationError",
    "read_candidates",
    "read_invitations",
    "read_resumes",
]

if not _typing.TYPE_CHECKING:
    # Hidden from type checkers, so that a misspelt name is an error there too.
    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(_import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return __all__
