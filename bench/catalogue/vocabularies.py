"""What all films share: themes with what is broader, and advisories."""

from __future__ import annotations

from bench.catalogue.rows import Rows
from bench.catalogue.sizes import BROAD_THEMES, THEMES
from bench.catalogue.words import Vocabulary

ADVISORIES = 6


def add_themes(rows: Rows, vocabulary: Vocabulary) -> list[int]:
    """Add the themes; return their keys, broad ones and narrow ones at every rank."""
    keys: list[int] = []
    for number in range(THEMES):
        name = f"{vocabulary.names(1)} {number + 1}"
        # A part of the narrow ones stands alone.
        is_narrower = number >= 2 * BROAD_THEMES
        keys.append(
            rows.add_versioned(
                "themes",
                "theme",
                0,
                name.lower().replace(" ", "-"),
                name,
                name=name,
                definition=vocabulary.text(8, 20),
                broader_id=keys[number % BROAD_THEMES] if is_narrower else None,
            )
        )
    ranked = list(keys)
    rows.random.shuffle(ranked)
    return ranked


def add_advisories(rows: Rows, vocabulary: Vocabulary) -> list[int]:
    """Add the advisories; return their keys."""
    return [
        rows.add_versioned(
            "advisories",
            "advisory",
            0,
            f"note-{number}",
            f"Note {number}",
            name=f"Note {number}",
            description=vocabulary.text(6, 12),
            severities='{"1":"Little","2":"Some","3":"Much"}',
        )
        for number in range(1, ADVISORIES + 1)
    ]
