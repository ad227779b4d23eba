"""What somebody who can change the published document would try: words that are code somewhere, wherever words go.

A payload that runs leaves a file called `canary` in the working folder.
"""

import itertools

CANARY = "canary"
RUN = f"__import__('pathlib').Path('{CANARY}').touch()"
RUN_TWICE_QUOTED = RUN.replace("'", '"')

# Free text: all of it is allowed, and none of it may mean anything.
TEXTS = {
    "double quote": f'" + {RUN} + "',
    "single quote": f"' + {RUN_TWICE_QUOTED} + '",
    "triple quotes": f'"""\n{RUN}\n"""',
    "triple single quotes": f"'''\n{RUN}\n'''",
    "four quotes": f'""""\n{RUN}\n""""',
    "quotes alone": '"""',
    "one quote": '"',
    "quote at the end": 'ends with a quote"',
    "two quotes at the end": 'ends with quotes""',
    "backslash at the end": "ends with a backslash\\",
    "escaped triple quotes": f'\\"""\n{RUN}\n\\"""',
    "twice escaped": f'\\\\"""\n{RUN}\n',
    "backslashes then quotes": "\\" * 201 + '"""' + f"\n{RUN}\n",
    "newlines": f"\n{RUN}\n",
    "indented newlines": f"x\n    {RUN}\n        {RUN}\n",
    "windows newlines": f"x\r\n{RUN}\r\n",
    "line separators": f"x\u2028{RUN}\u2029{RUN}",
    "comment": f"# comes\n{RUN}\n#",
    "continuation": f"x \\\n{RUN}",
    "format braces": "{0} {0.__class__} {name!r:>{width}} {",
    "f-string": f"{{{RUN}}} {{{{ }}}}",
    "percent": "%s %(name)s %n %",
    "dollar": "${HOME} $(touch canary) `touch canary`",
    "template expression": "{{ ''.__class__.__mro__[1].__subclasses__() }} {{ 7 * 7 }}",
    "template statement": "{% for x in range(9) %}x{% endfor %} {% include '/etc/passwd' %} {# gone #} {% raw %}",
    "unicode escapes": "\\u0022\\u0022\\u0022\\x0a\\N{QUOTATION MARK}\\U00000022\\n",
    "broken escapes": "\\N{NO SUCH NAME} \\U99999999 \\x \\u12 \\8",
    "coding cookie": "-*- coding: utf-7 -*-",
    "type comment": "# type: ignore # noqa # fmt: off",
    "doctest": f">>> {RUN}",
    "markup": "</details><script>alert(1)</script>``` [x](javascript:x) @everyone fixes #1 <!--",
    "long word": "x" * 5_000,
    "long backslashes": "\\" * 5_001,
    "long quotes": '"' * 5_001,
    "long mixture": '\\"' * 2_500 + '"""' + RUN,
    "emoji and joiners": "👩‍💻 é ﬁ Ⅷ \u00a0 \u200b \ufeff",
    "only spaces": " \n\t ",
}

# Characters that are refused wherever they stand.
HIDDEN = {
    "NUL": "a\x00b",
    "backspace": "a\x08b",
    "escape": "\x1b[2Ja",
    "form feed": "a\x0cb",
    "carriage return": f"# a\r{RUN}",
    "delete": "a\x7fb",
    "next line": "a\x85b",
    "right-to-left override": "a\u202eb",
    "isolate": "a\u2066b",
    "right-to-left mark": "a\u200fb",
    "Arabic letter mark": "a\u061cb",
    "half a pair": "a\ud800b",
    "noncharacter": "a\ufffeb",
}

# What stands where a name belongs; any free text may be tried there too.
NAMES = {
    **TEXTS,
    "empty": "",
    "parent folder": "..",
    "path out": "../../evil",
    "windows path out": "..\\..\\evil",
    "absolute path": "/etc/cron.d/evil",
    "drive": "C:\\evil",
    "encoded path out": "..%2f..%2fevil",
    "package file": "__init__",
    "dunder": "__class__",
    "private": "_c",
    "keyword": "class",
    "soft keyword": "match",
    "builtin": "print",
    "dots": "os.system",
    "call": "exec('x')",
    "number": "0",
    "punctuation": "+-*",
    "device": "nul",
    "long": "x" * 301,
    "ligature": "\ufb01le",
    "full width": "\uff45\uff56\uff41\uff4c",
    "Cyrillic": "\u0435rror",
    "underscores": "___",
    "newline": "a\nb",
}

# Where the document has free text, by the key it stands under.
FREE = ("description", "summary", "example", "$comment", "bearerFormat", "x-note")


def fill(document, payloads):
    """Put payloads at every place for free text, round and round, adding such places where there are none yet.

    Gives the number of places filled.
    """
    supply = itertools.cycle(payloads)
    document["info"] |= {"title": next(supply), "version": next(supply), "description": next(supply)}
    document["info"] |= {"contact": {"name": next(supply)}, "license": {"name": next(supply)}}
    document["externalDocs"] = {"url": "https://example.com", "description": next(supply)}
    document["x-note"] = next(supply)
    for operation in operations(document):
        operation.setdefault("summary", "")
        operation["externalDocs"] = {"url": "https://example.com", "description": next(supply)}
    for schema in document["components"]["schemas"].values():
        schema["$comment"] = ""
        schema.setdefault("description", "")
        schema["example"] = ""
    return _fill(document, supply)


def _fill(node, supply, *, names=False):
    """Replace every string under a free key; below `properties` and the like, keys are names and stay."""
    filled = 0
    for key, value in node.items() if isinstance(node, dict) else ():
        if not names and key in FREE and isinstance(value, str):
            node[key] = next(supply)
            filled += 1
        elif key not in {"default", "enum"} or names:
            filled += _fill(value, supply, names=not names and key in {"properties", "schemas", "examples"})
    for value in node if isinstance(node, list) else ():
        filled += _fill(value, supply)
    return filled


def operations(document):
    """The operation objects of a document."""
    return [operation for item in document["paths"].values() for operation in item.values()]
