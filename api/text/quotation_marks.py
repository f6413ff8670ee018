"""Quotation marks by language: presentation, which nobody stores."""

from __future__ import annotations

#: Marks that stand outside, by primary language, as CLDR has them; English ones where nothing else is said.
ENGLISH = ("“", "”")
LOW_HIGH = ("„", "“")
GUILLEMETS = ("«", "»")
MARKS = {
    "ar": ("”", "“"),
    "bg": LOW_HIGH,
    "bs": ("„", "”"),
    "cs": LOW_HIGH,
    "da": ("”", "”"),
    "de": LOW_HIGH,
    "el": GUILLEMETS,
    "es": GUILLEMETS,
    "et": LOW_HIGH,
    "fa": GUILLEMETS,
    "fi": ("”", "”"),
    "fr": ("«\u202f", "\u202f»"),
    "he": ("”", "”"),
    "hr": ("„", "”"),
    "hu": ("„", "”"),
    "is": LOW_HIGH,
    "it": GUILLEMETS,
    "ja": ("「", "」"),
    "lt": LOW_HIGH,
    "mk": LOW_HIGH,
    "nb": GUILLEMETS,
    "nn": GUILLEMETS,
    "no": GUILLEMETS,
    "pl": ("„", "”"),
    "pt": ENGLISH,
    "ro": ("„", "”"),
    "ru": GUILLEMETS,
    "sk": LOW_HIGH,
    "sl": LOW_HIGH,
    "sr": ("„", "”"),
    "sv": ("”", "”"),
    "uk": GUILLEMETS,
}


def quotation_marks(language: str) -> tuple[str, str]:
    """Return the opening and the closing mark of a language (BCP 47)."""
    return MARKS.get(language.partition("-")[0].lower(), ENGLISH)
