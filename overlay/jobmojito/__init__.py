"""JobMojito for Python: `JobMojito` and `AsyncJobMojito`, their errors and values.

Names load when first used, so `import jobmojito` costs next to nothing.
"""

import typing as _typing

from . import lazy as _lazy

if _typing.TYPE_CHECKING:
    from jobmojito_api.types import UNSET as UNSET
    from jobmojito_api.types import Unset as Unset
    from jobmojito_api.types import value_or as value_or

    from .about import __version__ as __version__
    from .about import contract as contract
    from .batches.csv_rows import read_candidates as read_candidates
    from .batches.csv_rows import read_invitations as read_invitations
    from .batches.csv_rows import read_resumes as read_resumes
    from .batches.journal_contents import JournalRow as JournalRow
    from .batches.journal_contents import forget_person as forget_person
    from .batches.journal_contents import read_journal as read_journal
    from .batches.results import BatchResult as BatchResult
    from .batches.results import RowKind as RowKind
    from .batches.results import RowOutcome as RowOutcome
    from .batches.results import RowStatus as RowStatus
    from .batches.resumes import Resume as Resume
    from .batches.runs import RunInterrupted as RunInterrupted
    from .calls.observing import AttemptRecord as AttemptRecord
    from .calls.observing import CallRecord as CallRecord
    from .calls.responses import Detailed as Detailed
    from .calls.retries import RetryPolicy as RetryPolicy
    from .client import AsyncJobMojito as AsyncJobMojito
    from .client import JobMojito as JobMojito
    from .errors import *  # noqa: F403 - every class of that module, and nothing else, is public
    from .reports import Report as Report
    from .uploads.requests import NotApplicable as NotApplicable
    from .uploads.requests import ScreenedCandidate as ScreenedCandidate
else:
    # Hidden from type checkers, which would otherwise accept misspelt names.
    __getattr__, __dir__ = _lazy.public_names(
        __name__,
        {
            ".about": ("__version__", "contract"),
            ".batches.csv_rows": ("read_candidates", "read_invitations", "read_resumes"),
            ".batches.journal_contents": ("JournalRow", "forget_person", "read_journal"),
            ".batches.results": ("BatchResult", "RowKind", "RowOutcome", "RowStatus"),
            ".batches.resumes": ("Resume",),
            ".batches.runs": ("RunInterrupted",),
            ".calls.observing": ("AttemptRecord", "CallRecord"),
            ".calls.responses": ("Detailed",),
            ".calls.retries": ("RetryPolicy",),
            ".client": ("AsyncJobMojito", "JobMojito"),
            ".reports": ("Report",),
            ".uploads.requests": ("NotApplicable", "ScreenedCandidate"),
            "jobmojito_api.types": ("UNSET", "Unset", "value_or"),
        },
        rest="errors",
    )
