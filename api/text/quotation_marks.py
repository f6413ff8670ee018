"""Quotation marks by language. Quotes are stored without them; each presentation adds its own."""

from __future__ import annotations

#: Outer quotation marks by primary language subtag (CLDR); English marks for every other language.
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
    """Return the opening and closing quotation mark of a language (BCP 47)."""
    return MARKS.get(language.partition("-")[0].lower(), ENGLISH)
