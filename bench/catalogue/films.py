"""Films, with all that is of them: a source with its paragraphs, characters, scenes, quotes, commentary."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from random import Random

from bench.catalogue.rows import DAYS, Rows
from bench.catalogue.sizes import (
    CHARACTERS_OF_A_FILM,
    COMMENTARY_OF_A_FILM,
    PARAGRAPHS_OF_A_SOURCE,
    QUOTES_OF_A_FILM,
    SCENES_OF_A_FILM,
)
from bench.catalogue.words import Ranked, Vocabulary

LANGUAGES = ["en"] * 900 + ["de"] * 60 + ["fr"] * 30 + ["es"] * 9 + ["pt"]
KINDS = ["dialogue"] * 7 + ["fragment"] * 2 + ["aphorism"]
CLAIMS = ["interpretation"] * 5 + ["character-analysis"] * 3 + ["psychology", "thesis", "conclusion"]


@dataclass
class Film:
    """A film that is being made: its id, its day, and the keys of what it has so far."""

    slug: str
    day: int
    key: int = 0
    source: int = 0
    characters: list[int] = field(default_factory=list)
    scenes: list[int] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)
    commentary: list[int] = field(default_factory=list)


class Films:
    """Adds films one by one."""

    def __init__(self, rows: Rows, vocabulary: Vocabulary, themes: list[int], advisories: list[int]) -> None:
        """Take what all films share."""
        self.rows, self.vocabulary, self.random = rows, vocabulary, rows.random
        self.themes, self.advisories = Ranked(rows.random, themes), Ranked(rows.random, advisories)

    def add(self, number: int, quotes: int) -> None:
        """Add the film with this number, from 0, and with so many quotes."""
        title = f"{self.vocabulary.names(2)} {number + 1}"
        film = Film(title.lower().replace(" ", "-"), self.random.randrange(DAYS))
        self._film(film, title)
        self._source(film, title)
        self._characters(film)
        share = quotes / QUOTES_OF_A_FILM
        self._scenes(film, max(2, round(SCENES_OF_A_FILM * share)))
        self._quotes(film, quotes)
        self._commentary(film, max(2, round(COMMENTARY_OF_A_FILM * share)))

    def _film(self, film: Film, title: str) -> None:
        film.key = self.rows.add_versioned(
            "films",
            "film",
            film.day,
            film.slug,
            title,
            title=title,
            original_title=None,
            release_year=self.random.randint(1920, 2025),
            directors=f'["{self.vocabulary.names(2)}"]',
            runtime_minutes=self.random.randint(70, 180),
            languages='["en"]',
            imdb=None,
            wikidata=None,
            tmdb=None,
            synopsis=self.vocabulary.text(20, 50),
            editor_note=None,
        )

    def _source(self, film: Film, title: str) -> None:
        film.source = self.rows.add_versioned(
            "sources",
            "source",
            film.day,
            f"on-{film.slug}",
            f"On {title}",
            kind="essay",
            title=f"On {title}",
            subtitle=None,
            publication=None,
            section=None,
            author=None,
            published_on=None,
            source_url=None,
            language="en",
            rights="Nobody’s: it was made up.",
            sha256=hashlib.sha256(film.slug.encode()).hexdigest(),
            editor_note=None,
        )
        self.rows.add("source_films", source_id=film.source, film_id=film.key, position=0)
        for number in range(1, PARAGRAPHS_OF_A_SOURCE + 1):
            digest = hashlib.sha256(f"{film.slug}/{number}".encode()).hexdigest()
            words = self.random.randint(5, 120)
            self.rows.add(
                "paragraphs",
                source_id=film.source,
                number=number,
                kind="body",
                word_count=words,
                sha256=digest,
            )

    def _characters(self, film: Film) -> None:
        for number in range(1, CHARACTERS_OF_A_FILM + 1):
            film.characters.append(
                self.rows.add_versioned(
                    "characters",
                    "character",
                    film.day,
                    f"{film.slug}-role-{number}",
                    f"Role {number}",
                    film_id=film.key,
                    name=None,
                    description=self.vocabulary.text(5, 15),
                    performer=None,
                    position=number,
                    editor_note=None,
                )
            )

    def _scenes(self, film: Film, number: int) -> None:
        for position in range(1, number + 1):
            title = self.vocabulary.names(2)
            scene = self.rows.add_versioned(
                "scenes",
                "scene",
                film.day,
                f"{film.slug}-scene-{position}",
                title,
                film_id=film.key,
                title=title,
                position=position,
                summary=self.vocabulary.text(20, 60),
                starts_at=None,
                ends_at=None,
                editor_note=None,
            )
            film.scenes.append(scene)
            self._about("scene", scene, 4)
            self._cite(film, "scene", scene, 2)
            for place, character in enumerate(self.random.sample(film.characters, 3)):
                presence = self.random.choice(("present", "present", "voice", "mentioned"))
                self.rows.add(
                    "appearances", scene_id=scene, character_id=character, presence=presence, position=place
                )

    def _quotes(self, film: Film, number: int) -> None:
        for position in range(1, number + 1):
            text = self.vocabulary.text(3, 30)
            is_said = self.random.random() < 0.8
            speaker = self.random.choice(film.characters) if is_said else None
            quote = self.rows.add_versioned(
                "quotes",
                "quote",
                film.day,
                f"{film.slug}-quote-{position}",
                f"Quote {position}",
                film_id=film.key,
                text=text,
                language=self.random.choice(LANGUAGES),
                word_count=text.count(" ") + 1,
                kind=self.random.choice(KINDS),
                voice="film" if is_said else "essay",
                fidelity="verified-in-film" if is_said and position % 20 == 0 else "as-quoted-by-source",
                speaker_id=speaker,
                speaker_certainty=self.random.choice(("explicit", "inferred")) if speaker else None,
                scene_id=self.random.choice(film.scenes) if self.random.random() < 0.85 else None,
                position=position,
                editor_note=None,
            )
            film.quotes.append(quote)
            self._about("quote", quote, 5)
            self._cite(film, "quote", quote, 1)

    def _commentary(self, film: Film, number: int) -> None:
        for position in range(1, number + 1):
            title = self.vocabulary.names(3)
            claim = self.rows.add_versioned(
                "commentary",
                "commentary",
                film.day,
                f"{film.slug}-claim-{position}",
                title,
                film_id=film.key,
                title=title,
                text=self.vocabulary.text(20, 60),
                language="en",
                kind=self.random.choice(CLAIMS),
                scope=self.random.choice(("film", "film", "society", "both")),
                weight=self.random.choice(("core", "supporting", "supporting", "minor")),
                position=position,
                editor_note=None,
            )
            self._about("commentary", claim, 3)
            self._cite(film, "commentary", claim, 3)
            self._point(film, claim)
            film.commentary.append(claim)

    def _point(self, film: Film, claim: int) -> None:
        """Link a claim to a scene, a character, some evidence and perhaps another claim."""
        for name, keys in (("scene", film.scenes), ("character", film.characters), ("quote", film.quotes)):
            values = {"commentary_id": claim, f"{name}_id": self.random.choice(keys), "position": 0}
            self.rows.add(f"commentary_{name}s", **values)
        if film.commentary and self.random.random() < 0.2:
            relation = self.random.choice(("supports", "extends", "disputes"))
            target = self.random.choice(film.commentary)
            self.rows.add(
                "commentary_relations", commentary_id=claim, target_id=target, relation=relation, position=0
            )

    def _about(self, owner: str, key: int, most: int) -> None:
        for place, theme in enumerate(self.themes.some(self.random.randint(1, most))):
            values = {f"{owner}_id": key, "theme_id": theme, "position": place}
            self.rows.add(f"{owner}_themes", **values)
        if self.random.random() < 0.04:
            (advisory,) = self.advisories.some(1)
            severity = self.random.randint(1, 3)
            self._owned("advisory_links", owner, key, advisory_id=advisory, severity=severity, position=0)

    def _cite(self, film: Film, owner: str, key: int, most: int) -> None:
        citation = self._owned("citations", owner, key, source_id=film.source, position=0)
        paragraphs = range(1, PARAGRAPHS_OF_A_SOURCE + 1)
        for number in sorted(self.random.sample(paragraphs, self.random.randint(1, most))):
            self.rows.add("citation_paragraphs", citation_id=citation, source_id=film.source, number=number)

    def _owned(self, table: str, owner: str, key: int, **values: int) -> int:
        owners = {f"{name}_id": key if name == owner else None for name in ("scene", "quote", "commentary")}
        return self.rows.add_keyed(table, **owners, **values)


def random_of(seed: int) -> Random:
    """Return the source of everything that looks like chance."""
    return Random(seed)  # noqa: S311 (nobody is to be kept from guessing)
