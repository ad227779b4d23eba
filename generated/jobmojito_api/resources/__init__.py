"""Every operation as a method, grouped by tag: each call is handed over as data to whoever made the resources."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from ..calls import AsyncCaller, Caller, Operation
    from .interviews import AsyncInterviews, Interviews
    from .catalogue import AsyncCatalogue, Catalogue
    from .results import AsyncResults, Results
    from .candidates import AsyncCandidates, Candidates
    from .knowledge_base import AsyncKnowledgeBase, KnowledgeBase
    from .pre_screening import AsyncPreScreening, PreScreening
    from .admin import AsyncAdmin, Admin

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


def operation(name: str) -> Operation[Any]:
    """Return an operation's declared table by its name; KeyError where there is none."""
    return cast("Operation[Any]", import_module(f"..api.{OPERATIONS[name]}", __name__).OPERATION)


def _make(module: str, name: str, caller: object) -> Any:
    return getattr(import_module(f".{module}", __name__), name)(caller)


class Resources:
    """One attribute for each tag of the document; a tag's operations are loaded when it is first used."""

    def __init__(self, call: Caller) -> None:
        """Hand every call of every resource to `call`."""
        self._caller = call

    @property
    def interviews(self) -> Interviews:
        """Building, adjusting and looking after definitions of interviews, coaching sessions and assessments."""
        return cast("Interviews", _make("interviews", "Interviews", self._caller))

    @property
    def catalogue(self) -> Catalogue:
        """Catalogue pages of the coaching portal, which bundle coaching sessions and may hold custom content pages."""
        return cast("Catalogue", _make("catalogue", "Catalogue", self._caller))

    @property
    def results(self) -> Results:
        """Outcomes of interviews: results, transcripts, reports, analytics and requests to try again."""
        return cast("Results", _make("results", "Results", self._caller))

    @property
    def candidates(self) -> Candidates:
        """Listing candidates and administering them."""
        return cast("Candidates", _make("candidates", "Candidates", self._caller))

    @property
    def knowledge_base(self) -> KnowledgeBase:
        """Document upload, as source material for interviews of the knowledge-base kind."""
        return cast("KnowledgeBase", _make("knowledge_base", "KnowledgeBase", self._caller))

    @property
    def pre_screening(self) -> PreScreening:
        """Early screening of candidates by their resume or a form."""
        return cast("PreScreening", _make("pre_screening", "PreScreening", self._caller))

    @property
    def admin(self) -> Admin:
        """Administering the account: inviting team or coaching users, handling sub-merchants, and avatar templates."""
        return cast("Admin", _make("admin", "Admin", self._caller))


class AsyncResources:
    """One attribute for each tag of the document; a tag's operations are loaded when it is first used."""

    def __init__(self, call: AsyncCaller) -> None:
        """Hand every call of every resource to `call`."""
        self._caller = call

    @property
    def interviews(self) -> AsyncInterviews:
        """Building, adjusting and looking after definitions of interviews, coaching sessions and assessments."""
        return cast("AsyncInterviews", _make("interviews", "AsyncInterviews", self._caller))

    @property
    def catalogue(self) -> AsyncCatalogue:
        """Catalogue pages of the coaching portal, which bundle coaching sessions and may hold custom content pages."""
        return cast("AsyncCatalogue", _make("catalogue", "AsyncCatalogue", self._caller))

    @property
    def results(self) -> AsyncResults:
        """Outcomes of interviews: results, transcripts, reports, analytics and requests to try again."""
        return cast("AsyncResults", _make("results", "AsyncResults", self._caller))

    @property
    def candidates(self) -> AsyncCandidates:
        """Listing candidates and administering them."""
        return cast("AsyncCandidates", _make("candidates", "AsyncCandidates", self._caller))

    @property
    def knowledge_base(self) -> AsyncKnowledgeBase:
        """Document upload, as source material for interviews of the knowledge-base kind."""
        return cast("AsyncKnowledgeBase", _make("knowledge_base", "AsyncKnowledgeBase", self._caller))

    @property
    def pre_screening(self) -> AsyncPreScreening:
        """Early screening of candidates by their resume or a form."""
        return cast("AsyncPreScreening", _make("pre_screening", "AsyncPreScreening", self._caller))

    @property
    def admin(self) -> AsyncAdmin:
        """Administering the account: inviting team or coaching users, handling sub-merchants, and avatar templates."""
        return cast("AsyncAdmin", _make("admin", "AsyncAdmin", self._caller))


__all__ = ["OPERATIONS", "AsyncResources", "Resources", "operation"]
