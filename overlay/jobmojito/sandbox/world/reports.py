"""Result reports as PDF (behind a signed link), HTML and JSON."""

from datetime import UTC, datetime, timedelta
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jobmojito.sandbox.contract.validation import invalid

from .calls import Call, handles
from .results import details
from .store import PRICES, VALID_FOR, Row, new_id, timestamp

if TYPE_CHECKING:
    from .pdf import Document

ACCENTS = {"classic": (41, 90, 173), "modern": (18, 135, 120), "one_pager": (107, 64, 158)}
ONE_PAGER_ANSWERS = 3

SCORES = (("Overall", "score"), ("Answers", "score_answer"), ("Sentiment", "score_sentiment"),
          ("Pronunciation", "score_pronunciation"))  # fmt: skip

STYLE = (
    "body{font:15px/1.5 Helvetica,Arial,sans-serif;max-width:44rem;margin:2rem auto;color:#212630}"
    "h1{margin-bottom:0}h2{color:#295aad}dt{color:#737a87}meter{width:18rem}"
)


@frozen
class Report:
    """What a report says of one result, whatever the form it is written in."""

    name: str
    facts: list[tuple[str, str]]
    scores: list[tuple[str, float]]
    analysis: str | None
    reasons: dict[str, list[str]]
    transcript: list[Row]
    data: Row


@handles("generate_interview_report")
def generate_report(call: Call) -> Row:
    """Write a report of one result or several; one call pays for each result, and for each it translates."""
    name = "interview_result_ids" if call.body.get("interview_result_ids") else "interview_result_id"
    if call.lacks(name):
        raise invalid("interview_result_id", "interview_result_id or interview_result_ids is required")
    wanted = call.body[name]
    results = [call.result(name, key, status=422) for key in (wanted if isinstance(wanted, list) else [wanted])]
    features = _features(call)
    _pay(call, results, features)
    reports = [_report(call, result, features) for result in results]
    template = call.body.get("template") or features.get("template") or "classic"
    return FORMS[call.body["export_type"]](call, reports, template)


def _features(call: Call) -> Row:
    """What the report shows: the contract's defaults, changed by what was sent."""
    schema = call.operation.bodies["application/json"]["properties"].get("export_features_result", {})
    defaults = {name: part["default"] for name, part in schema.get("properties", {}).items() if "default" in part}
    return defaults | (call.body.get("export_features_result") or {})


def _pay(call: Call, results: list[Row], features: Row) -> None:
    language = features.get("mojito_language_code")
    translated = sum(language not in (None, result["mojito_language_code"]) for result in results)
    surcharge = (len(results) - 1) * PRICES["report"] + translated * PRICES["report_translation"]
    first = results[0]
    call.spend("report", surcharge=surcharge, object_uuid=first["interview_result_id"],
               parent_object_uuid=first["definition_id"], candidate_name=first["candidate_name"])  # fmt: skip


def _report(call: Call, result: Row, features: Row) -> Report:
    data = details(call, result)
    assessed = features.get("ai_recruiter_assessment", True)
    facts = [("Position", result["position_name"] or "-"), ("Interview", str(data.get("start") or "-")[:10]),
             ("State", str(data.get("status") or "-"))]  # fmt: skip
    if features.get("contact_details", True):
        facts.insert(0, ("E-mail", result["candidate_email"]))
    other = data.get("ai_analysis_other") or {}
    return Report(
        name=result["candidate_name"] or "Candidate",
        facts=facts,
        scores=[(label, data[key]) for label, key in SCORES if data.get(key) is not None],
        analysis=data.get("ai_analysis_recruiter") if assessed else None,
        reasons=other.get("hiring_reasons", {}) if assessed else {},
        transcript=data.get("transcript", []) if features.get("transcript", True) else [],
        data=data,
    )


def _as_pdf(call: Call, reports: list[Report], template: str) -> Row:
    # Not before: fpdf2 takes longer to load than the sandbox to start.
    document: Document = import_module(".pdf", __package__).Document(
        "Interview report", accent=ACCENTS.get(template, ACCENTS["classic"])
    )
    for number, report in enumerate(reports):
        if number:
            document.page_break()
        _draw(document, report, most=ONE_PAGER_ANSWERS if template == "one_pager" else None)
    until = datetime.now(UTC) + timedelta(seconds=VALID_FOR)
    link = call.sign(f"reports/{new_id()}.pdf", document.render())
    return {"pdf_export_url": link, "pdf_export_valid_until": timestamp(until)}


def _draw(document: "Document", report: Report, *, most: int | None) -> None:
    document.title(report.name, "Interview report")
    document.facts(report.facts)
    document.heading("Scores")
    for label, score in report.scores:
        document.meter(label, score)
    if report.analysis:
        document.heading("Assessment")
        document.text(report.analysis)
        for name, reasons in report.reasons.items():
            document.space(4)
            document.text(name.replace("_", " ").capitalize(), bold=True)
            document.text("\n".join(f"• {reason}" for reason in reasons), indent=10)
    turns = report.transcript[: most and 2 * most]
    if turns:
        document.heading("Transcript")
    for turn in turns:
        document.space(0 if turn["is_answer"] else 6)
        document.text(turn.get("answer") or turn["question_asked"], bold=not turn["is_answer"])


def _as_html(_call: Call, reports: list[Report], template: str) -> Row:
    parts = "".join(_html(report) for report in reports)
    head = f'<meta charset="utf-8"><title>Interview report</title><style>{STYLE}</style>'
    return {"html_export": f'<!doctype html><html lang="en"><head>{head}</head><body class="{template}">{parts}</body>'}


def _html(report: Report) -> str:
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in report.facts)
    meters = "".join(f'<p>{label} <meter max="100" value="{score}"></meter> {score}</p>'
                     for label, score in report.scores)  # fmt: skip
    turns = "".join(f"<p>{escape(turn['answer'])}</p>" if turn["is_answer"] else
                    f"<h3>{escape(turn['question_asked'])}</h3>" for turn in report.transcript)  # fmt: skip
    analysis = f"<h2>Assessment</h2><p>{escape(report.analysis)}</p>" if report.analysis else ""
    return f"<h1>{escape(report.name)}</h1><dl>{facts}</dl><h2>Scores</h2>{meters}{analysis}<h2>Transcript</h2>{turns}"


def _as_json(_call: Call, reports: list[Report], _template: str) -> Row:
    export: dict[str, Any] = {"results": [{"data": report.data, "files": []} for report in reports]}
    if len(reports) > 1:
        rows = "".join(f"<tr><td>{escape(report.name)}</td>"
                       f"<td>{report.data.get('score')}</td></tr>" for report in reports)  # fmt: skip
        export["table"] = f"<table>{rows}</table>"
    return {"json_export": export}


FORMS = {"pdf": _as_pdf, "html": _as_html, "json": _as_json}
