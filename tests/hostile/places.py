"""Every place where a document names something, each as an edit that puts many names there, apart from each other."""


def answer(parameter=None):
    """A small operation, with a path parameter if one is named."""
    declared = [{"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}] if parameter else []
    return {"tags": ["Admin"], "parameters": declared, "responses": {"200": {"description": "Done."}}}


def schemas(document):
    """The named schemas."""
    return document["components"]["schemas"]


def add_property(document, index, schema):
    """Use a schema, under a harmless name of its own."""
    schemas(document)["Error"]["properties"][f"fresh_{index}"] = schema


def each(place):
    """An edit for one name becomes one for many: the edit gets the document, a number and the name."""

    def edit(document, names):
        for index, name in enumerate(names):
            place(document, index, name)

    return edit


def keys(held, made):
    """Put names as keys into the mapping that `held` gives, each with a fresh value."""

    def edit(document, names):
        held(document).update({name: made() for name in names})

    return edit


def text():
    """A schema of texts."""
    return {"type": "string"}


def thing():
    """A schema of objects."""
    return {"type": "object", "properties": {"a": {"type": "string"}}}


def parameters(location):
    """An edit that gives each name to a parameter of its own operation."""

    def place(document, index, name):
        declared = [{"name": name, "in": location, "schema": text()}]
        document["paths"][f"/fresh-{location}-{index}"] = {"get": {**answer(), "parameters": declared}}

    return each(place)


def _used_schema(document, index, name):
    schemas(document)[name] = thing()
    add_property(document, index, {"$ref": "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1")})


def _operation(document, index, name):
    document["paths"][f"/fresh-{index}"] = {"get": {**answer(), "operationId": name}}


def _tag(document, index, name):
    document["tags"].append({"name": name})
    document["paths"][f"/fresh-tag-{index}"] = {"get": {**answer(), "tags": [name]}}


def _resource(document, index, name):
    document["tags"].append({"name": f"Fresh {index}", "x-resource-name": name})
    document["paths"][f"/fresh-resource-{index}"] = {"get": {**answer(), "tags": [f"Fresh {index}"]}}


def _body(document, index, name):
    operation = {**answer(), "requestBody": {"content": {name: {"schema": thing()}}}}
    document["paths"][f"/fresh-body-{index}"] = {"post": operation}


def _required(document, names):
    """Declare properties that are required."""
    schemas(document)["FreshRequired"] = {**thing(), "properties": {n: text() for n in names}, "required": names}


def _invite(document):
    return document["paths"]["/invite-users"]["post"]


PLACES = {
    "schema": each(_used_schema),
    "parameter component": keys(
        lambda d: d["components"]["parameters"], lambda: {"name": "a", "in": "query", "schema": text()}
    ),
    "security scheme": keys(lambda d: d["components"]["securitySchemes"], lambda: {"type": "http", "scheme": "basic"}),
    "title": each(lambda d, i, n: add_property(d, f"title_{i}", {**thing(), "title": n})),
    "enum title": each(
        lambda d, i, n: add_property(d, f"kind_{i}", {"type": "string", "title": n, "enum": ["a", "b"]})
    ),
    "property": keys(
        lambda d: schemas(d).setdefault("Fresh", {"type": "object", "properties": {}})["properties"], text
    ),
    "property of an object": keys(
        lambda d: schemas(d).setdefault("FreshOwner", {"type": "object", "properties": {}})["properties"], thing
    ),
    "required": _required,
    "enum value": lambda d, names: add_property(d, "enum", {"type": "string", "enum": ["plain", *names]}),
    "member name": each(
        lambda d, i, n: add_property(
            d, f"member_{i}", {"type": "string", "enum": ["a", "b"], "x-enum-varnames": [n, "B"]}
        )
    ),
    "constant": each(lambda d, i, n: add_property(d, f"constant_{i}", {"const": n})),
    "default": each(lambda d, i, n: add_property(d, f"default_{i}", {"type": "string", "default": n})),
    "pattern": each(lambda d, i, n: add_property(d, f"pattern_{i}", {"type": "string", "pattern": n})),
    "format": each(lambda d, i, n: add_property(d, f"format_{i}", {"type": "string", "format": n})),
    "discriminator": each(
        lambda d, i, n: add_property(
            d,
            f"one_{i}",
            {"oneOf": [{"$ref": "#/components/schemas/Pagination"}], "discriminator": {"propertyName": n}},
        )
    ),
    "query parameter": parameters("query"),
    "header parameter": parameters("header"),
    "cookie parameter": parameters("cookie"),
    "tag": each(_tag),
    "resource": each(_resource),
    "operation": each(_operation),
    "path": lambda d, names: d["paths"].update({"/fresh" + name: {"get": answer()} for name in names}),
    "whole path": lambda d, names: d["paths"].update({name: {"get": answer()} for name in names}),
    "path parameter": lambda d, names: d["paths"].update(
        {f"/fresh-in-{i}/{{{name}}}": {"get": answer(name)} for i, name in enumerate(names)}
    ),
    "status": keys(lambda d: _invite(d)["responses"], lambda: {"description": ""}),
    "content type": each(_body),
    "answer header": keys(
        lambda d: _invite(d)["responses"]["200"].setdefault("headers", {}), lambda: {"schema": text()}
    ),
    "reference": each(lambda d, i, n: add_property(d, f"reference_{i}", {"$ref": n})),
    "server": lambda d, names: d["servers"].extend({"url": name} for name in names),
    "method": lambda d, names: d["paths"].update({f"/fresh-method-{i}": {n: answer()} for i, n in enumerate(names)}),
}
