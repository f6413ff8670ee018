"""Typefaces: the font files, the typeface that draws each character, and the ``@font-face`` CSS for a text.

`typefaces/README.md` lists the sources and licences of the files. The first typeface that has a character
draws it. Together they cover Unicode 15 except rare ideographs and ancient scripts. A font is loaded when a
character of its range is first drawn.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from api.core.urls import absolute_url

if TYPE_CHECKING:
    import uharfbuzz

TYPEFACES_DIR = Path(__file__).parent / "typefaces"
#: The ``font-family`` of measured text; the other names are fallbacks.
FONT_FAMILY = "Subtext, Georgia, serif"
MAX_CACHED_CHARACTERS = 20_000
#: Code points without a glyph of their own (joiners, variation selectors), drawn in their neighbour's font.
INVISIBLE = {0xAD, 0x34F, *range(0x200B, 0x2010), *range(0x2060, 0x2065), *range(0xFE00, 0xFE10), 0xFEFF}
#: Full stops that the scripts of India share, drawn in the typeface of the word before them.
SHARED_MARKS = {"\u0964", "\u0965"}


@dataclass(frozen=True, eq=False)
class Typeface:
    """A font file.

    ``unicode_range`` is the CSS descriptor of the characters that it draws. ``line_height`` is in ems.
    A typeface that is not ``is_served`` is used for cards only.
    """

    path: Path
    italic: bool
    unicode_range: str
    line_height: float
    is_served: bool

    @cached_property
    def code_ranges(self) -> list[range]:
        """``unicode_range`` as ranges of code points."""
        return [_parse_range(part) for part in self.unicode_range.split(",")]

    @cached_property
    def file_name(self) -> str:
        """The name in the URL: the file's own name and a digest of its bytes."""
        return f"{self.path.stem}.{hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]}.woff2"

    @cached_property
    def font(self) -> uharfbuzz.Font:
        """The HarfBuzz font, decompressed on first use."""
        import uharfbuzz
        from fontTools.ttLib import woff2

        decompressed = io.BytesIO()
        with self.path.open("rb") as compressed:
            woff2.decompress(compressed, decompressed)
        return uharfbuzz.Font(uharfbuzz.Face(decompressed.getvalue()))

    @cached_property
    def units_per_em(self) -> int:
        """The number of font units in an em."""
        return int(self.font.face.upem)

    @cached_property
    def code_points(self) -> frozenset[int]:
        """Every code point that the font has a glyph for."""
        return frozenset(self.font.face.unicodes)

    def draws(self, code_point: int) -> bool:
        """Whether a code point is in the typeface's range and the font has a glyph for it."""
        return any(code_point in codes for codes in self.code_ranges) and code_point in self.code_points


def _parse_range(part: str) -> range:
    first, _, last = part.removeprefix("U+").partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


@cache
def typefaces() -> tuple[Typeface, ...]:
    """Return every typeface in order of preference, each upright followed by its italic."""
    return tuple(
        Typeface(
            TYPEFACES_DIR / f"{face['file']}-{style}.woff2",
            style == "italic",
            face["range"],
            face["leading"],
            not face.get("cards_only", False),
        )
        for face in json.loads((TYPEFACES_DIR / "faces.json").read_bytes())
        for style in face["styles"]
    )


@lru_cache(maxsize=MAX_CACHED_CHARACTERS)
def typeface_for(character: str, italic: bool = False) -> Typeface | None:
    """Return the typeface for a grapheme cluster (a letter with its marks, an emoji).

    This is the first typeface that has all of its code points, else the first that has the leading one,
    else None.
    """
    visible = [code for code in map(ord, unicodedata.normalize("NFC", character)) if code not in INVISIBLE]
    codes = visible or [ord(" ")]
    faces = [face for face in typefaces() if italic or not face.italic]
    if italic:
        faces.sort(key=lambda face: not face.italic)
    complete = (face for face in faces if all(map(face.draws, codes)))
    partial = (face for face in faces if face.draws(codes[0]))
    return next(complete, None) or next(partial, None)


def choose_typefaces(clusters: Iterable[tuple[str, bool]]) -> Iterator[Typeface | None]:
    """Yield the typeface of each grapheme cluster of a text; each is given with whether it is italic."""
    previous: Typeface | None = None
    for cluster, italic in clusters:
        is_shared = cluster in SHARED_MARKS and previous and previous.draws(ord(cluster))
        face = previous if is_shared else typeface_for(cluster, italic)
        if cluster != " ":
            previous = face
        yield face


def served_typefaces(text: str, italic: bool = False) -> set[Typeface]:
    """Return the served typefaces that a text is set in."""
    faces = set(choose_typefaces((character, italic) for character in text))
    return {face for face in faces if face and face.is_served}


def font_face_css(upright: str, italic: str = "") -> str:
    """Return the ``@font-face`` rules for a document with these upright and italic characters.

    Later rules win where ranges overlap (CSS Fonts 4, section 4.5), so the preferred typeface comes last. A
    typeface without an italic is declared as one for italic text. A browser that has an italic of a family
    would look for all other characters in the next family, not among the upright faces.
    """
    needed = [served_typefaces(upright), served_typefaces(italic, italic=True) if italic else set()]
    return "".join(
        _font_face_rule(face, is_italic)
        for face in reversed(typefaces())
        for is_italic in (False, True)
        if face in needed[is_italic]
    )


def _font_face_rule(face: Typeface, is_italic: bool) -> str:
    source = f'src:url({absolute_url(f"/embed/fonts/{face.file_name}")})format("woff2")'
    style = "font-style:italic;" if is_italic else ""
    return f"@font-face{{font-family:Subtext;{style}{source};unicode-range:{face.unicode_range}}}"


def served_path(name: str) -> Path | None:
    """Return the path of the file that is served under this name, or None."""
    return _served_paths().get(name)


@cache
def _served_paths() -> dict[str, Path]:
    return {face.file_name: face.path for face in typefaces() if face.is_served}


def line_height(faces: Iterable[Typeface]) -> float:
    """Return the line height, in ems, of a text that is set in these typefaces."""
    return max((face.line_height for face in faces), default=typefaces()[0].line_height)
