"""Refuses characters that no text of a document may hold: in keys, names, descriptions and examples.

Quotes, backslashes, braces and newlines are fine in a description: the generator's templates escape them, and the
generated code is compared with an allow-list (`scripts.generation.fence`). Refused here are characters that an editor,
terminal or browser displays misleadingly, and those that no UTF-8 file can hold.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from scripts.corrections.grammar import values
from scripts.safety.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

# Sources: Unicode 15 chapter 23 (controls), UAX #9 (bidirectional formatting), "Trojan Source" (CVE-2021-42574).
REFUSED: dict[str, str] = {
    "control": "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f",
    "bidirectional": "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "surrogate": "\ud800-\udfff",
    "non-": "\ufdd0-\ufdef\ufffe\uffff",
}
ANY_REFUSED = re.compile("[" + "".join(REFUSED.values()) + "]|\r(?!\n)")
LINES = "\n\r\t\u2028\u2029"


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Check every key and every string of the document, examples included."""
    for steps, value in values(document):
        if isinstance(value, str) and (reason := hidden(value)):
            yield Finding(steps, f"holds {reason}")
        for key in value if isinstance(value, dict) else ():
            if reason := hidden(key) or line_break(key):
                yield Finding((*steps, key), f"is a key that holds {reason}")


def hidden(text: str) -> str | None:
    """Describe the first character that no text may hold; None if there is none."""
    match = ANY_REFUSED.search(text)
    if match is None:
        return None
    found = match.group()
    kind = next((kind for kind, some in REFUSED.items() if re.match(f"[{some}]", found)), "control")
    return f"the {kind.rstrip('-')}{'' if kind.endswith('-') else ' '}character U+{ord(found):04X}"


def line_break(text: str) -> str | None:
    """Describe the first tab, line end or line separator, which no name may hold; None if there is none."""
    found = next((c for c in text if c in LINES), None)
    return None if found is None else f"the character U+{ord(found):04X}, which ends a line"


def invisible(text: str) -> str | None:
    """Describe the first invisible character (categories Cf, Co, Cn); None if there is none."""
    found = next((c for c in text if unicodedata.category(c) in {"Cf", "Co", "Cn"}), None)
    return None if found is None else f"the invisible character U+{ord(found):04X}"
