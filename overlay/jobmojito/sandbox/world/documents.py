"""Knowledge-base documents."""

from jobmojito.sandbox.refusals import invalid

from .calls import Call, handles
from .store import Row, add, new_id


@handles("upload_knowledge_base_document")
def upload_document(call: Call) -> Row:
    """Keep a document's facts; the store it belongs to is the caller's word, for no operation makes stores."""
    upload = call.files["file"]
    row = {
        "knowledge_base_id": new_id(),
        "merchant_id": call.merchant_id,
        "knowledge_base_store_id": call.body["knowledge_base_store_id"],
        "name": call.body.get("name") or upload.filename,
        "size": upload.size,
        "sha256": upload.sha256,
    }
    if not row["name"]:
        raise invalid("name", "name is required where the file has none")
    add(call.store.documents, row, key="knowledge_base_id")
    return {"knowledge_base_id": row["knowledge_base_id"]}
