"""What the sandbox remembers, and what its operations do with it: importing the modules registers their handlers."""

from . import account, candidates, interviews, reports, results, screening
from .calls import HANDLERS

__all__ = ["HANDLERS", "account", "candidates", "interviews", "reports", "results", "screening"]
