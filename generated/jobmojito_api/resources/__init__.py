"""Every operation as a method, grouped by tag: each call is handed over as data to whoever made the resources."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from .. import resources as _r

if TYPE_CHECKING:
    from ..calls import AsyncCaller as AsyncCaller
    from ..calls import Caller as Caller
    from ..calls import Operation as Operation
    from .interviews import AsyncInterviews as AsyncInterviews
    from .interviews import Interviews as Interviews
    from .catalogue import AsyncCatalogue as AsyncCatalogue
    from .catalogue import Catalogue as Catalogue
    from .results import AsyncResults as AsyncResults
    from .results import Results as Results
    from .candidates import AsyncCandidates as AsyncCandidates
    from .candidates import Candidates as Candidates
    from .knowledge_base import AsyncKnowledgeBase as AsyncKnowledgeBase
    from .knowledge_base import KnowledgeBase as KnowledgeBase
    from .pre_screening import AsyncPreScreening as AsyncPreScreening
    from .pre_screening import PreScreening as PreScreening
    from .admin import AsyncAdmin as AsyncAdmin
    from .admin import Admin as Admin

_CLASSES: Final[dict[str, str]] = {
    "Interviews": "interviews",
    "Catalogue": "catalogue",
    "Results": "results",
    "Candidates": "candidates",
    "KnowledgeBase": "knowledge_base",
    "PreScreening": "pre_screening",
    "Admin": "admin",
    "AsyncInterviews": "interviews",
    "AsyncCatalogue": "catalogue",
    "AsyncResults": "results",
    "AsyncCandidates": "candidates",
    "AsyncKnowledgeBase": "knowledge_base",
    "AsyncPreScreening": "pre_screening",
    "AsyncAdmin": "admin",
    "AsyncCaller": ".calls",
    "Caller": ".calls",
    "Operation": ".calls",
}

OPERATIONS: Final[dict[str, str]] = {
    "create_interview": "interviews.create_interview",
    "create_interview_from_questions": "interviews.create_interview_from_questions",
    "create_interview_for_candidate": "interviews.create_interview_for_candidate",
    "create_persona": "interviews.create_persona",
    "get_interview_definition": "interviews.get_interview_definition",
    "get_interview_definition_by_post": "interviews.get_interview_definition_by_post",
    "update_interview": "interviews.update_interview",
    "set_interview_state": "interviews.set_interview_state",
    "generate_interview_url": "interviews.generate_interview_url",
    "register_users_for_interview": "interviews.register_users_for_interview",
    "list_interviews": "interviews.list_interviews",
    "create_catalogue_directory": "coaching_catalogue.create_catalogue_directory",
    "update_catalogue_directory": "coaching_catalogue.update_catalogue_directory",
    "get_catalogue_directory": "coaching_catalogue.get_catalogue_directory",
    "list_catalogue_directories": "coaching_catalogue.list_catalogue_directories",
    "get_interview_result_details": "results.get_interview_result_details",
    "get_interview_result_details_by_post": "results.get_interview_result_details_by_post",
    "generate_interview_report": "results.generate_interview_report",
    "request_another_interview_attempt": "results.request_another_interview_attempt",
    "list_interview_results": "results.list_interview_results",
    "get_merchant_analytics": "results.get_merchant_analytics",
    "get_merchant_credit_usage": "results.get_merchant_credit_usage",
    "list_candidates": "candidates.list_candidates",
    "upload_knowledge_base_document": "knowledge_base.upload_knowledge_base_document",
    "upsert_pre_screening": "resume_form_verification.upsert_pre_screening",
    "pre_screen_resume_text": "resume_form_verification.pre_screen_resume_text",
    "pre_screen_resume_binary": "resume_form_verification.pre_screen_resume_binary",
    "invite_users": "admin.invite_users",
    "list_sub_merchants": "admin.list_sub_merchants",
    "list_avatars": "admin.list_avatars",
    "get_merchant_status": "admin.get_merchant_status",
    "list_languages": "admin.list_languages",
}


def operation(name: str) -> _r.Operation[Any]:
    """Return an operation's declared table by its name; KeyError where there is none."""
    return cast("_r.Operation[Any]", import_module(f"..api.{OPERATIONS[name]}", __name__).OPERATION)


def __getattr__(name: str) -> Any:
    """Load a class at first use: annotations name it here."""
    if name not in _CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_CLASSES[name]}", __name__), name)
    return value


def _make(name: str, caller: object) -> Any:
    return (globals().get(name) or __getattr__(name))(caller)


class Resources:
    """One attribute for each tag of the document; a tag's operations are loaded when it is first used."""

    def __init__(self, call: _r.Caller) -> None:
        """Hand every call of every resource to `call`."""
        self._caller = call

    @property
    def interviews(self) -> _r.Interviews:
        """Building, adjusting and looking after definitions of interviews, coaching sessions and assessments."""
        return cast("Interviews", _make("Interviews", self._caller))

    @property
    def catalogue(self) -> _r.Catalogue:
        """Catalogue pages of the coaching portal, which bundle coaching sessions and may hold custom content pages."""
        return cast("Catalogue", _make("Catalogue", self._caller))

    @property
    def results(self) -> _r.Results:
        """Outcomes of interviews: results, transcripts, reports, analytics and requests to try again."""
        return cast("Results", _make("Results", self._caller))

    @property
    def candidates(self) -> _r.Candidates:
        """Listing candidates and administering them."""
        return cast("Candidates", _make("Candidates", self._caller))

    @property
    def knowledge_base(self) -> _r.KnowledgeBase:
        """Document upload, as source material for interviews of the knowledge-base kind."""
        return cast("KnowledgeBase", _make("KnowledgeBase", self._caller))

    @property
    def pre_screening(self) -> _r.PreScreening:
        """Early screening of candidates by their resume or a form."""
        return cast("PreScreening", _make("PreScreening", self._caller))

    @property
    def admin(self) -> _r.Admin:
        """Administering the account: inviting team or coaching users, handling sub-merchants, and avatar templates."""
        return cast("Admin", _make("Admin", self._caller))


class AsyncResources:
    """One attribute for each tag of the document; a tag's operations are loaded when it is first used."""

    def __init__(self, call: _r.AsyncCaller) -> None:
        """Hand every call of every resource to `call`."""
        self._caller = call

    @property
    def interviews(self) -> _r.AsyncInterviews:
        """Building, adjusting and looking after definitions of interviews, coaching sessions and assessments."""
        return cast("AsyncInterviews", _make("AsyncInterviews", self._caller))

    @property
    def catalogue(self) -> _r.AsyncCatalogue:
        """Catalogue pages of the coaching portal, which bundle coaching sessions and may hold custom content pages."""
        return cast("AsyncCatalogue", _make("AsyncCatalogue", self._caller))

    @property
    def results(self) -> _r.AsyncResults:
        """Outcomes of interviews: results, transcripts, reports, analytics and requests to try again."""
        return cast("AsyncResults", _make("AsyncResults", self._caller))

    @property
    def candidates(self) -> _r.AsyncCandidates:
        """Listing candidates and administering them."""
        return cast("AsyncCandidates", _make("AsyncCandidates", self._caller))

    @property
    def knowledge_base(self) -> _r.AsyncKnowledgeBase:
        """Document upload, as source material for interviews of the knowledge-base kind."""
        return cast("AsyncKnowledgeBase", _make("AsyncKnowledgeBase", self._caller))

    @property
    def pre_screening(self) -> _r.AsyncPreScreening:
        """Early screening of candidates by their resume or a form."""
        return cast("AsyncPreScreening", _make("AsyncPreScreening", self._caller))

    @property
    def admin(self) -> _r.AsyncAdmin:
        """Administering the account: inviting team or coaching users, handling sub-merchants, and avatar templates."""
        return cast("AsyncAdmin", _make("AsyncAdmin", self._caller))


__all__ = ["OPERATIONS", "AsyncResources", "Resources", "operation"]
