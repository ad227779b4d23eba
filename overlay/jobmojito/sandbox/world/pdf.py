"""Lays out PDFs: A4 pages of headings, wrapped text and score bars, in every script.

fpdf2 writes them, HarfBuzz shapes Arabic and Indic scripts, and the fonts come with packages of the extra. A font is
loaded when a text first needs it, so a document in Latin letters loads only one.
"""

import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

MARGIN = 56.0
LABELS = 130.0  # width of a label, with its value to the right
BAR = 270.0
LEADING = 1.45

INK = (33, 38, 48)
GREY = (115, 122, 135)
PALE = (232, 235, 240)

Colour = tuple[int, int, int]

SCRIPTS = files("manimgx_fonts")  # one font for each script except East Asian ones, with its name
EAST_ASIAN = files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc"
# Has all of the rarer ideographs; not the first choice, because some PDF readers handle this font format badly.
RARE_EAST_ASIAN = files("noto_cjk_sans_jp_regular") / "NotoSansCJKjp-Regular.otf"
LATIN = SCRIPTS / "NotoSans[wght].ttf"
# Tried in turn for a character whose Unicode name does not begin with a script that has a font.
OTHERS = (SCRIPTS / "NotoEmoji[wght].ttf", EAST_ASIAN, RARE_EAST_ASIAN, SCRIPTS / "NotoSansSymbols[wght].ttf")
INVISIBLE = frozenset({"Cf", "Mn"})  # joiners, marks of direction, variation selectors: can be left out


class _Pages(FPDF):
    """Pages with a footer."""

    def footer(self) -> None:
        """Write the document's title and the number of the page."""
        self.set_y(-MARGIN * 0.7)
        self.set_font(size=8)
        self.set_text_color(*GREY)
        self.cell(text=f"{self.title}  ·  {self.page_no()}")


class Document:
    """A text laid out from top to bottom, on as many pages as it needs; `render` returns the file.

    A character that no font has is printed as its code point, such as <U+0F56>.
    """

    def __init__(self, title: str, *, accent: Colour = (41, 90, 173)) -> None:
        self._accent = accent
        self._fonts: dict[str, set[int]] = {}
        self._pdf = _Pages(unit="pt", format="A4")
        self._pdf.set_margin(MARGIN)
        self._pdf.c_margin = 0
        self._pdf.set_auto_page_break(auto=True, margin=MARGIN * 1.2)
        self._pdf.set_text_shaping(True)
        self._load(str(LATIN))
        self._pdf.set_font(next(iter(self._fonts)), size=10)
        self._pdf.set_title(self._printable(title))
        self._pdf.add_page()

    def title(self, text: str, subtitle: str) -> None:
        """Add a title at the top of a page: a large and a small line over a coloured rule."""
        if self._pdf.get_y() > MARGIN:
            self._pdf.add_page()
        self.text(text, size=22, bold=True)
        self.text(subtitle, size=11, colour=GREY)
        self._space(7)
        self._box(MARGIN, self._pdf.epw, 2, self._accent)
        self._space(14)

    def heading(self, text: str) -> None:
        """Add a section's heading, never alone at the bottom of a page."""
        if self._pdf.will_page_break(70):
            self._pdf.add_page()
        self._space(10)
        self.text(text, size=13, bold=True, colour=self._accent)
        self._space(2)

    def subheading(self, text: str) -> None:
        """Add a bold line, on the same page as what follows."""
        self._space(6)
        self.text(text, bold=True)

    def item(self, text: str) -> None:
        """Add an entry of a list."""
        self.text(f"• {text}", indent=10)

    def text(self, text: str, *, size: float = 10, bold: bool = False, colour: Colour = INK, indent: float = 0) -> None:
        """Add a paragraph, wrapped to the page's width; line ends are kept. A bold one stays with what follows."""
        if bold and self._pdf.will_page_break(3 * size * LEADING):
            self._pdf.add_page()
        self._pdf.set_left_margin(MARGIN + indent)
        self._pdf.set_x(MARGIN + indent)
        with self._style(size, colour, bold=bold):
            self._pdf.multi_cell(0, size * LEADING, self._printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self._pdf.set_left_margin(MARGIN)

    def fact(self, label: str, value: str) -> None:
        """Add a grey label with its value beside it."""
        self._label(label)
        self.text(value, indent=LABELS)

    def meter(self, label: str, value: float, out_of: float = 100) -> None:
        """Add a labelled bar that shows the value."""
        self._label(label)
        top = self._pdf.get_y()
        self._pdf.set_y(top + 4)
        self._box(MARGIN + LABELS, BAR, 7, PALE)
        self._box(MARGIN + LABELS, BAR * max(0.0, min(value / out_of, 1.0)), 7, self._accent)
        self._pdf.set_y(top)
        self.text(f"{value:g}", bold=True, indent=LABELS + BAR + 12)
        self._space(4)

    def render(self) -> bytes:
        """Return the finished file."""
        return bytes(self._pdf.output())

    def _space(self, points: float) -> None:
        self._pdf.set_y(self._pdf.get_y() + points)

    def _label(self, label: str) -> None:
        if self._pdf.will_page_break(5 * LEADING * 10):
            self._pdf.add_page()
        with self._style(10, GREY):
            self._pdf.cell(LABELS, 10 * LEADING, self._printable(label))

    def _box(self, left: float, width: float, height: float, colour: Colour) -> None:
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(left, self._pdf.get_y(), width, height, style="F")

    @contextmanager
    def _style(self, size: float, colour: Colour, *, bold: bool = False) -> Generator[None, None, None]:
        """Write in a size and a colour; bold text is drawn with an outline, which works in every script."""
        self._pdf.set_font(size=size)
        self._pdf.set_text_color(*colour)
        self._pdf.set_draw_color(*colour)
        if not bold:
            yield
            return
        with self._pdf.local_context(text_mode="FILL_STROKE", line_width=size / 30):
            yield

    def _printable(self, text: str) -> str:
        """Return the text in characters that the fonts have; load the fonts that it needs."""
        shown = "".join(self._shown(character) for character in unicodedata.normalize("NFC", text))
        self._pdf.set_fallback_fonts(list(self._fonts)[1:], exact_match=False)
        return shown

    def _shown(self, character: str) -> str:
        if character.isspace():
            return "\n" if character == "\n" else " "
        if self._has(character):
            return character
        return "" if unicodedata.category(character) in INVISIBLE else f"<U+{ord(character):04X}>"

    def _has(self, character: str) -> bool:
        script = unicodedata.name(character, "?").partition(" ")[0].title()
        own = SCRIPTS / f"NotoSans{script}[wght].ttf"
        fonts = (LATIN, *([own] if own.is_file() else []), *OTHERS)
        return any(ord(character) in self._load(str(font)) for font in fonts)

    def _load(self, path: str) -> set[int]:
        """Load a font into the document, and return its code points."""
        name = Path(path).stem.partition("[")[0].lower()
        if name not in self._fonts:
            self._pdf.add_font(name, fname=path)
            font = self._pdf.fonts[name]
            self._fonts[name] = set(font.cmap) if isinstance(font, TTFFont) else set()
        return self._fonts[name]
