"""How much of everything there is in a catalogue of so many quotes."""

from __future__ import annotations

from dataclasses import dataclass

QUOTES_OF_A_FILM, SCENES_OF_A_FILM, COMMENTARY_OF_A_FILM = 500, 25, 150
CHARACTERS_OF_A_FILM, PARAGRAPHS_OF_A_SOURCE = 8, 60
#: Themes are a vocabulary: there are as many in a small catalogue as in a large one.
THEMES, BROAD_THEMES = 500, 60


@dataclass(frozen=True)
class Sizes:
    """The number of quotes; whole films are made, the last one perhaps with fewer quotes."""

    quotes: int

    @property
    def films(self) -> int:
        """How many films there are."""
        return -(-self.quotes // QUOTES_OF_A_FILM)

    def quotes_of(self, film: int) -> int:
        """Return how many quotes a film has, by its number from 0."""
        return min(QUOTES_OF_A_FILM, self.quotes - film * QUOTES_OF_A_FILM)
