"""Typefaces: which files there are, what each has, which of them a text needs, and the CSS that names those.

`typefaces/README.md` says where the files are from and under which licences they are. The first of them that
has a character draws it; together they have all of Unicode 15 but rare ideographs and scripts of antiquity.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from api.core.urls import absolute_url

if TYPE_CHECKING:
    import uharfbuzz

TYPEFACES_DIR = Path(__file__).parent / "typefaces"
#: The ``font-family`` of whatever is measured here; the names behind it are for want of these files.
FONT_FAMILY = "Subtext, Georgia, serif"
#: How many characters' typefaces are remembered.
MAX_CACHED_CHARACTERS = 20_000
#: What is not drawn by itself, and so is in whatever font its neighbour is in.
INVISIBLE = {0xAD, 0x34F, *range(0x200B, 0x2010), *range(0x2060, 0x2065), *range(0xFE00, 0xFE10), 0xFEFF}


@dataclass(frozen=True, eq=False)
class Typeface:
    """One file: ``wanted`` is what it is asked for, as CSS writes it.

    ``leading`` is how far apart its lines are, in ems; what is not ``served`` is for cards alone.
    """

    path: Path
    italic: bool
    wanted: str
    leading: float
    served: bool

    @cached_property
    def asked_for(self) -> list[range]:
        """What stands in ``wanted``, as numbers."""
        return [_parse_range(part) for part in self.wanted.split(",")]

    @cached_property
    def name(self) -> str:
        """What the file is called where it is served: its own name, and a digest of its bytes."""
        return f"{self.path.stem}.{hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]}.woff2"

    @cached_property
    def font(self) -> uharfbuzz.Font:
        """The font, opened; it is unpacked when it is first asked for."""
        import uharfbuzz
        from fontTools.ttLib import woff2

        unpacked = io.BytesIO()
        with self.path.open("rb") as packed:
            woff2.decompress(packed, unpacked)
        return uharfbuzz.Font(uharfbuzz.Face(unpacked.getvalue()))

    @cached_property
    def em(self) -> int:
        """How many of the font's units an em has."""
        return int(self.font.face.upem)

    @cached_property
    def characters(self) -> frozenset[int]:
        """Every character that the font has a glyph for."""
        return frozenset(self.font.face.unicodes)

    def has(self, code: int) -> bool:
        """Whether a character is asked for here, and found."""
        return any(code in numbers for numbers in self.asked_for) and code in self.characters


def _parse_range(part: str) -> range:
    first, _, last = part.removeprefix("U+").partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


@cache
def typefaces() -> tuple[Typeface, ...]:
    """Return every typeface, those first that are asked first; the italic of each stands behind it."""
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
    """Return what draws a character, in Unicode's wider sense (a letter and its marks, one emoji).

    It is the first typeface that has all of it, else the first that has what it begins with, else None.
    """
    whole = [code for code in map(ord, unicodedata.normalize("NFC", character)) if code not in INVISIBLE]
    wanted = whole or [ord(" ")]
    faces = [face for face in typefaces() if italic or not face.italic]
    if italic:
        faces.sort(key=lambda face: not face.italic)
    complete = (face for face in faces if all(map(face.has, wanted)))
    begun = (face for face in faces if face.has(wanted[0]))
    return next(complete, None) or next(begun, None)


def served_typefaces(text: str, italic: bool = False) -> set[Typeface]:
    """Return the typefaces that are served and that a text is set in."""
    found = {typeface_for(character, italic) for character in set(text)}
    return {face for face in found if face and face.served}


def font_face_css(upright: str, italic: str = "") -> str:
    """Return the ``@font-face`` rules for a document that has these characters in it, in their order.

    Later rules win where ranges overlap (CSS Fonts 4, section 4.5), so that what is asked first comes last.
    """
    wanted = served_typefaces(upright) | (served_typefaces(italic, italic=True) if italic else set())
    return "".join(_font_face_rule(face) for face in reversed(typefaces()) if face in wanted)


def _font_face_rule(face: Typeface) -> str:
    source = f'src:url({absolute_url(f"/embed/fonts/{face.name}")})format("woff2")'
    style = "font-style:italic;" if face.italic else ""
    return f"@font-face{{font-family:Subtext;{style}{source};unicode-range:{face.wanted}}}"


def served_path(name: str) -> Path | None:
    """Return the file that is served under a name; None if there is none."""
    return _served_paths().get(name)


@cache
def _served_paths() -> dict[str, Path]:
    return {face.name: face.path for face in typefaces() if face.served}


def line_height(faces: Iterable[Typeface]) -> float:
    """Return how far the lines of a text are apart, in ems, that is set in these typefaces."""
    return max((face.leading for face in faces), default=typefaces()[0].leading)
