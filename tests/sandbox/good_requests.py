"""Good requests of every operation, made from the contract's own samples, and the records that they name."""

import json
import re

from jobmojito.sandbox.contract.samples import sample
from jobmojito.sandbox.contract.validation import is_valid

JSON, MULTIPART, URLENCODED = "application/json", "multipart/form-data", "application/x-www-form-urlencoded"

# Properties that have to name something which exists, and the record of a scene that does.
KNOWN = {
    "position_id": "interview",
    "interview_id": "interview",
    "position_def_set_id": "position",
    "update_position_def_set_id": "position",
    "interview_result_id": "result",
    "id": "directory",
    "merchant_id": "merchant",
}
# Where the contract's examples alone make no sensible request; a value that the contract does not take is left out.
OVERRIDES = {
    "create_interview": {"interview_length": 5},
    "create_interview_for_candidate": {"candidate_email": "new@example.com"},
    "create_catalogue_directory": {"id": "another-one", "parent_tag": None, "visibility": "merchant_public"},
    "update_catalogue_directory": {"visibility": "merchant_public"},
    "generate_interview_url": {"type": "interview-results-for-position"},
    "generate_interview_report": {"interview_result_ids": []},
    "pre_screen_resume_text": {"candidate_email": "ann@example.com"},
    "pre_screen_resume_binary": {"candidate_name": "Ann Example", "candidate_email": "ann@example.com"},
    "upload_knowledge_base_document": {"file": "aGVsbG8="},
}
RESUME = ("resume.pdf", b"%PDF-1.4 made up", "application/pdf")


def request_for(operation, scene):
    """A good request of an operation as httpx arguments; of several forms of its body, JSON is taken."""
    given = texts(parameters_for(operation, scene))
    at = {p.name: p.location for p in operation.parameters}
    request = {
        "method": operation.method,
        "url": re.sub(r"\{(.+?)\}", lambda found: given[found[1]], operation.path),
        "params": {name: text for name, text in given.items() if at[name] == "query"},
        "headers": {name: text for name, text in given.items() if at[name] == "header"},
    }
    if cookies := [f"{name}={text}" for name, text in given.items() if at[name] == "cookie"]:
        request["headers"]["cookie"] = "; ".join(cookies)
    if JSON in operation.bodies:
        request["json"] = body_for(operation, operation.bodies[JSON], scene)
    elif MULTIPART in operation.bodies:
        request |= form_for(operation, scene)
    elif URLENCODED in operation.bodies:
        request["data"] = texts(body_for(operation, operation.bodies[URLENCODED], scene))
    return request


def parameters_for(operation, scene):
    """A value for each required parameter."""
    return {p.name: known(p.name, p.schema, scene) for p in operation.parameters if p.required}


def body_for(operation, schema, scene, names=None):
    """A body with every property, or those of `names`: the contract's samples, and what has to be more than that."""
    properties = schema.get("properties", {})
    body = sample(schema)
    if not isinstance(body, dict):
        return body
    chosen = {name: value for name, value in body.items() if names is None or name in names}
    wanted = {name: known(name, properties[name], scene) for name in chosen.keys() & KNOWN.keys()}
    wanted |= OVERRIDES.get(operation.name, {})
    return chosen | {name: value for name, value in wanted.items() if is_valid(properties.get(name, False), value)}


def form_for(operation, scene):
    """The required fields of a form, and all its files."""
    schema = operation.bodies[MULTIPART]
    files = {name: RESUME for name, part in schema.get("properties", {}).items() if is_file(part)}
    body = body_for(operation, schema, scene, names=schema.get("required", ()))
    return {"data": texts({k: v for k, v in body.items() if k not in files}), "files": files}


def is_file(schema):
    """Whether a property of a form is a file."""
    return schema.get("format") == "binary" or "contentMediaType" in schema


def known(name, schema, scene):
    """The id of a record of the scene, where the name says so and the contract takes it; else a sample."""
    value = scene.get(KNOWN.get(name))
    return value if value is not None and is_valid(schema, value) else sample(schema)


def texts(values):
    """Values as a query or a form carries them."""
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
