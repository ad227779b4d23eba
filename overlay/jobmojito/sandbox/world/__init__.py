"""The sandbox's state and the handlers of its operations; importing the modules registers the handlers."""

from . import account, candidates, interviews, reports, results, screening
from .calls import HANDLERS

__all__ = ["HANDLERS", "account", "candidates", "interviews", "reports", "results", "screening"]
