"""A small PDF writer: A4 pages of headings, wrapped text and meters in Helvetica.

Written here because the sandbox and the demo need one plain document each, and a library would weigh more than the
rest of the extra together. Text is what Windows-1252 has; other letters fall back to their base letter or a "?".
"""

import unicodedata
from collections.abc import Iterator

WIDTH, HEIGHT, MARGIN = 595, 842, 56
FOOTER = 40
LEADING = 1.45

INK = (0.13, 0.15, 0.19)
GREY = (0.45, 0.48, 0.53)
PALE = (0.91, 0.92, 0.94)

# Advance widths of Helvetica for the characters from space to tilde, in thousandths of the size (Adobe's metrics).
ADVANCES = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
BOLD_WIDENS = 1.07

# Letters of names that Unicode does not take apart into a base and an accent.
STROKED = {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "\u0131": "i", "İ": "I", "Ħ": "H", "ħ": "h"}

Colour = tuple[float, float, float]


class Document:
    """Lay text out from top to bottom, a new page whenever one is full; `render` gives the file."""

    def __init__(self, title: str, *, accent: Colour = (0.16, 0.35, 0.68)) -> None:
        self._title, self._accent = title, accent
        self._pages: list[list[str]] = []
        self._y = 0.0
        self._new_page()

    def title(self, text: str, subtitle: str = "") -> None:
        """The head of the document: a large line over a coloured rule."""
        self.text(text, size=22, bold=True)
        if subtitle:
            self.text(subtitle, size=11, colour=GREY)
        self.space(5)
        self._box(MARGIN, self._y - 2, WIDTH - 2 * MARGIN, 2, self._accent)
        self.space(14)

    def heading(self, text: str) -> None:
        """A section's heading, never left alone at the foot of a page."""
        self._room(70)
        self.space(10)
        self.text(text, size=13, bold=True, colour=self._accent)
        self.space(2)

    def text(self, text: str, *, size: float = 10, bold: bool = False, colour: Colour = INK, indent: float = 0) -> None:
        """A paragraph, wrapped to the page's width; line ends in the text stay."""
        for line in text.split("\n"):
            for piece in _wrapped(plain(line), WIDTH - 2 * MARGIN - indent, size, bold=bold):
                self._room(size * LEADING)
                self._y -= size * LEADING
                self._write(MARGIN + indent, self._y + size * 0.3, piece, size, bold=bold, colour=colour)

    def facts(self, pairs: list[tuple[str, str]]) -> None:
        """Lines of a grey label with its value beside it."""
        for label, value in pairs:
            self._room(16)
            self._write(MARGIN, self._y - 16 * 0.7, plain(label), 10, colour=GREY)
            self.text(value, indent=130)

    def meter(self, label: str, value: float, out_of: float = 100) -> None:
        """A labelled bar, as full as the value."""
        self._room(20)
        self._y -= 20
        left, length = MARGIN + 130, 270
        self._write(MARGIN, self._y + 6, plain(label), 10, colour=GREY)
        self._box(left, self._y + 6, length, 7, PALE)
        self._box(left, self._y + 6, length * max(0.0, min(value / out_of, 1.0)), 7, self._accent)
        self._write(left + length + 12, self._y + 6, f"{value:g}", 10, bold=True)

    def page_break(self) -> None:
        """Go on at the top of a new page."""
        self._new_page()

    def space(self, points: float) -> None:
        """Move down."""
        self._y -= points

    def render(self) -> bytes:
        """The finished file."""
        count = len(self._pages)
        for number, page in enumerate(self._pages, start=1):
            footer = f"{self._title}  -  page {number} of {count}"
            page.append(_show(MARGIN, FOOTER, plain(footer), 8, "F1", GREY))
        return b"".join(_file(self._title, ["\n".join(page) for page in self._pages]))

    def _new_page(self) -> None:
        self._pages.append([])
        self._y = float(HEIGHT - MARGIN)

    def _room(self, needed: float) -> None:
        if self._y - needed < FOOTER + 20:
            self._new_page()

    def _box(self, left: float, bottom: float, width: float, height: float, colour: Colour) -> None:
        self._pages[-1].append(f"{_rgb(colour)} rg {left:.1f} {bottom:.1f} {width:.1f} {height:.1f} re f")

    def _write(
        self, left: float, base: float, text: str, size: float, *, bold: bool = False, colour: Colour = INK
    ) -> None:
        self._pages[-1].append(_show(left, base, text, size, "F2" if bold else "F1", colour))


def plain(text: str) -> str:
    """The text in letters that the standard fonts have."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text) if letter.isprintable())


def _letter(letter: str) -> str:
    for form in (letter, STROKED.get(letter, ""), unicodedata.normalize("NFKD", letter)[:1]):
        if form.encode("cp1252", "ignore"):
            return form
    return "?"


def _advance(text: str, size: float, *, bold: bool) -> float:
    total = 0
    for letter in text:
        base = ord(unicodedata.normalize("NFKD", letter)[0]) - 32
        total += ADVANCES[base] if 0 <= base < len(ADVANCES) else 600
    return total / 1000 * size * (BOLD_WIDENS if bold else 1)


def _wrapped(text: str, width: float, size: float, *, bold: bool) -> Iterator[str]:
    """Lines no wider than asked, broken at spaces, or within a word that alone is too wide."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if _advance(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            yield line
        while _advance(word, size, bold=bold) > width:
            cut = max(1, int(len(word) * width / _advance(word, size, bold=bold)) - 1)
            yield word[:cut]
            word = word[cut:]  # noqa: PLW2901 - what is left of it
        line = word
    yield line


def _show(left: float, base: float, text: str, size: float, font: str, colour: Colour) -> str:
    return f"BT {_rgb(colour)} rg /{font} {size:g} Tf {left:.1f} {base:.1f} Td {_literal(text)} Tj ET"


def _literal(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"({escaped})"


def _rgb(colour: Colour) -> str:
    return " ".join(f"{part:g}" for part in colour)


def _file(title: str, pages: list[str]) -> Iterator[bytes]:
    """The objects of the file, then the table of where each begins."""
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        *(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
          for name in ("Helvetica", "Helvetica-Bold")),
        f"<< /Title {_literal(plain(title))} /Producer (JobMojito sandbox) >>",
    ]  # fmt: skip
    for number, content in enumerate(pages):
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first + 2 * number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        )
        length = len(content.encode("cp1252"))
        bodies.append(f"<< /Length {length} >>\nstream\n{content}\nendstream")
    return _with_table(bodies)


def _with_table(bodies: list[str]) -> Iterator[bytes]:
    chunk, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    position = 0
    for number, body in enumerate(bodies, start=1):
        yield chunk
        position += len(chunk)
        offsets.append(position)
        chunk = f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    yield chunk
    position += len(chunk)
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    yield (
        f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{entries}"
        f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{position}\n%%EOF\n"
    ).encode()
