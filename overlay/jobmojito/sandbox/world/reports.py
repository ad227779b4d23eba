"""Result reports as PDF (by a signed link), HTML and JSON; PDF and HTML are made from one outline."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from jobmojito.sandbox.contract.validation import JSON, invalid

from .calls import Call, handles
from .results import details
from .store import PRICES, VALID_FOR, Row, new_id, timestamp

if TYPE_CHECKING:
    from .pdf import Document

TITLE = "Interview report"
ACCENTS = {"classic": (41, 90, 173), "modern": (18, 135, 120), "one_pager": (107, 64, 158)}
ONE_PAGER_ANSWERS = 3

SCORES = (("Overall", "score"), ("Answers", "score_answer"), ("Sentiment", "score_sentiment"),
          ("Pronunciation", "score_pronunciation"))  # fmt: skip

# A piece of a report: its kind, which is a method of the PDF document and a key of the table below, and its texts.
Piece = tuple[str, tuple[Any, ...]]
HTML = {
    "title": "<h1>{}</h1><p>{}</p>",
    "fact": "<p><i>{}</i> {}</p>",
    "heading": "<h2>{}</h2>",
    "meter": '<p>{0} <meter max="100" value="{1}"></meter> {1}</p>',
    "text": "<p>{}</p>",
    "subheading": "<h3>{}</h3>",
    "item": "<li>{}</li>",
}
STYLE = (
    "body{font:15px/1.5 Helvetica,Arial,sans-serif;max-width:44rem;margin:2rem auto;color:#212630}"
    "h1{margin-bottom:0}h2{color:#295aad}i{color:#737a87}meter{width:18rem}"
)


@handles("generate_interview_report")
def generate_report(call: Call) -> Row:
    """Make a report of one or more results; it pays for each result, and for each translation."""
    name = "interview_result_ids" if call.body.get("interview_result_ids") else "interview_result_id"
    if call.lacks(name):
        raise invalid("interview_result_id", "interview_result_id or interview_result_ids is required")
    wanted = call.body[name]
    results = [call.result(name, key, status=422) for key in (wanted if isinstance(wanted, list) else [wanted])]
    features = _features(call)
    _pay(call, results, features)
    rows = [details(call, result) for result in results]
    if call.body["export_type"] == "json":
        return {"json_export": _as_json(results, rows)}
    template = call.body.get("template") or features.get("template") or "classic"
    most = 2 * ONE_PAGER_ANSWERS if template == "one_pager" else None
    outlines = [list(_outline(result | row, features, most)) for result, row in zip(results, rows, strict=True)]
    return _as_html(outlines, template) if call.body["export_type"] == "html" else _as_pdf(call, outlines, template)


def _features(call: Call) -> Row:
    """Return the options of the report: the contract's defaults, updated by the request's."""
    schema = call.operation.bodies[JSON]["properties"].get("export_features_result", {})
    defaults = {name: part["default"] for name, part in schema.get("properties", {}).items() if "default" in part}
    return defaults | (call.body.get("export_features_result") or {})


def _pay(call: Call, results: list[Row], features: Row) -> None:
    language = features.get("mojito_language_code")
    translated = sum(language not in (None, result["mojito_language_code"]) for result in results)
    surcharge = (len(results) - 1) * PRICES["report"] + translated * PRICES["report_translation"]
    first = results[0]
    call.spend("report", surcharge=surcharge, object_uuid=first["interview_result_id"],
               parent_object_uuid=first["definition_id"], candidate_name=first["candidate_name"])  # fmt: skip


def _outline(row: Row, features: Row, most: int | None) -> Iterator[Piece]:
    """Yield the pieces of a report on one result, with at most `most` turns of the transcript."""
    yield "title", (row["candidate_name"] or "Candidate", TITLE)
    if features.get("contact_details", True):
        yield "fact", ("E-mail", row["candidate_email"])
    yield "fact", ("Position", row["position_name"] or "-")
    yield "fact", ("Interview", str(row.get("start") or "-")[:10])
    yield "fact", ("State", str(row["status"] or "-"))
    yield "heading", ("Scores",)
    yield from (("meter", (label, row[name])) for label, name in SCORES if row.get(name) is not None)
    if features.get("ai_recruiter_assessment", True) and row.get("ai_analysis_recruiter"):
        yield from _assessment(row)
    turns = row.get("transcript", [])[:most] if features.get("transcript", True) else []
    if turns:
        yield "heading", ("Transcript",)
    for turn in turns:
        yield ("text", (turn["answer"],)) if turn["is_answer"] else ("subheading", (turn["question_asked"],))


def _assessment(row: Row) -> Iterator[Piece]:
    yield "heading", ("Assessment",)
    yield "text", (row["ai_analysis_recruiter"],)
    for name, reasons in (row.get("ai_analysis_other") or {}).get("hiring_reasons", {}).items():
        yield "subheading", (name.replace("_", " ").capitalize(),)
        yield from (("item", (reason,)) for reason in reasons)


def _as_pdf(call: Call, outlines: list[list[Piece]], template: str) -> Row:
    # Imported here: fpdf2 takes longer to load than the sandbox to start.
    pdf = import_module(".pdf", __package__)
    document: Document = pdf.Document(TITLE, accent=ACCENTS.get(template, ACCENTS["classic"]))
    for kind, texts in itertools.chain(*outlines):
        getattr(document, kind)(*texts)
    until = datetime.now(UTC) + timedelta(seconds=VALID_FOR)
    link = call.sign(f"reports/{new_id()}.pdf", document.render())
    return {"pdf_export_url": link, "pdf_export_valid_until": timestamp(until)}


def _as_html(outlines: list[list[Piece]], template: str) -> Row:
    pieces = (HTML[kind].format(*map(escape, map(str, texts))) for kind, texts in itertools.chain(*outlines))
    head = f'<meta charset="utf-8"><title>{TITLE}</title><style>{STYLE}</style>'
    body = f'<body class="{template}">{"".join(pieces)}</body>'
    return {"html_export": f'<!doctype html><html lang="en"><head>{head}</head>{body}'}


def _as_json(results: list[Row], rows: list[Row]) -> Row:
    export: Row = {"results": [{"data": row, "files": []} for row in rows]}
    if len(rows) > 1:
        lines = (f"<tr><td>{escape(result['candidate_name'] or 'Candidate')}</td><td>{result['score']}</td></tr>"
                 for result in results)  # fmt: skip
        export["table"] = f"<table>{''.join(lines)}</table>"
    return export
