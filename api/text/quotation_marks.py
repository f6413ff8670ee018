"""Quotation marks by language: presentation, which nobody stores."""

from __future__ import annotations

#: Marks that stand outside, by primary language, as CLDR has them; English ones where nothing else is said.
ENGLISH = ("“", "”")
LOW = ("„", "“")
POINTED = ("«", "»")
MARKS = {
    "ar": ("”", "“"),
    "bg": LOW,
    "bs": ("„", "”"),
    "cs": LOW,
    "da": ("”", "”"),
    "de": LOW,
    "el": POINTED,
    "es": POINTED,
    "et": LOW,
    "fa": POINTED,
    "fi": ("”", "”"),
    "fr": ("«\u202f", "\u202f»"),
    "he": ("”", "”"),
    "hr": ("„", "”"),
    "hu": ("„", "”"),
    "is": LOW,
    "it": POINTED,
    "ja": ("「", "」"),
    "lt": LOW,
    "mk": LOW,
    "nb": POINTED,
    "nn": POINTED,
    "no": POINTED,
    "pl": ("„", "”"),
    "pt": ENGLISH,
    "ro": ("„", "”"),
    "ru": POINTED,
    "sk": LOW,
    "sl": LOW,
    "sr": ("„", "”"),
    "sv": ("”", "”"),
    "uk": POINTED,
}


def quotation_marks(language: str) -> tuple[str, str]:
    """Return the opening and the closing mark of a language (BCP 47)."""
    return MARKS.get(language.partition("-")[0].lower(), ENGLISH)
