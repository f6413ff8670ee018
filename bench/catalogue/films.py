"""Films, with everything that belongs to them: a source, characters, scenes, quotes and commentary."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from bench.catalogue.rows import DAYS, Rows
from bench.catalogue.words import RankedKeys, Vocabulary

QUOTES_PER_FILM, SCENES_PER_FILM, COMMENTARY_PER_FILM = 500, 25, 150
CHARACTERS_PER_FILM, PARAGRAPHS_PER_SOURCE = 8, 60
LANGUAGES = ["en"] * 900 + ["de"] * 60 + ["fr"] * 30 + ["es"] * 9 + ["pt"]
QUOTE_KINDS = ["dialogue"] * 7 + ["fragment"] * 2 + ["aphorism"]
COMMENTARY_KINDS = (
    ["interpretation"] * 5 + ["character-analysis"] * 3 + ["psychology", "thesis", "conclusion"]
)


@dataclass
class Film:
    """A film that is being added: its id, its day, and the keys of its items so far."""

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
        """Take the rows and the vocabularies that all films share."""
        self.rows, self.vocabulary, self.random = rows, vocabulary, rows.random
        self.themes, self.advisories = RankedKeys(rows.random, themes), RankedKeys(rows.random, advisories)

    def add(self, number: int, quotes: int) -> None:
        """Add the film with this number (from 0) and this number of quotes."""
        title = f"{self.vocabulary.names(2)} {number + 1}"
        film = Film(title.lower().replace(" ", "-"), self.random.randrange(DAYS))
        self._add_film(film, title)
        self._add_source(film, f"On {title}")
        for position in range(1, CHARACTERS_PER_FILM + 1):
            values = {"description": self.vocabulary.text(5, 15), "position": position, "performers": "[]"}
            film.characters.append(
                self._add(film, "character", f"role-{position}", f"Role {position}", **values)
            )
        share = quotes / QUOTES_PER_FILM
        for position in range(1, max(2, round(SCENES_PER_FILM * share)) + 1):
            self._add_scene(film, position)
        for position in range(1, quotes + 1):
            self._add_quote(film, position)
        for position in range(1, max(2, round(COMMENTARY_PER_FILM * share)) + 1):
            self._add_commentary(film, position)

    def _add(self, film: Film, type_name: str, name: str, label: str, **values: Any) -> int:
        """Add a resource that belongs to the film; return its key."""
        table = type_name if type_name == "commentary" else f"{type_name}s"
        slug = f"{film.slug}-{name}"
        return self.rows.add_versioned(table, type_name, film.day, slug, label, film_id=film.key, **values)

    def _add_film(self, film: Film, title: str) -> None:
        values: dict[str, Any] = {"title": title, "release_year": self.random.randint(1920, 2025)}
        values |= {"directors": f'["{self.vocabulary.names(2)}"]', "languages": '["en"]'}
        values |= {"runtime_minutes": self.random.randint(70, 180), "synopsis": self.vocabulary.text(20, 50)}
        film.key = self.rows.add_versioned("films", "film", film.day, film.slug, title, **values)

    def _add_source(self, film: Film, title: str) -> None:
        values = {"kind": "essay", "title": title, "language": "en", "rights": "Nobody’s: it is generated."}
        values["authors"] = "[]"
        digest = hashlib.sha256(film.slug.encode()).hexdigest()
        slug = f"on-{film.slug}"
        film.source = self.rows.add_versioned(
            "sources", "source", film.day, slug, title, sha256=digest, **values
        )
        self.rows.add("source_films", source_id=film.source, film_id=film.key, position=0)
        for number in range(1, PARAGRAPHS_PER_SOURCE + 1):
            digest = hashlib.sha256(f"{film.slug}/{number}".encode()).hexdigest()
            paragraph = {"source_id": film.source, "number": number, "kind": "body", "sha256": digest}
            self.rows.add("paragraphs", word_count=self.random.randint(5, 120), **paragraph)

    def _add_scene(self, film: Film, position: int) -> None:
        title = self.vocabulary.names(2)
        values = {"title": title, "position": position, "summary": self.vocabulary.text(20, 60)}
        scene = self._add(film, "scene", f"scene-{position}", title, **values)
        film.scenes.append(scene)
        self._add_links("scene", scene, max_themes=4)
        self._cite(film, "scene", scene, max_paragraphs=2)
        for place, character in enumerate(self.random.sample(film.characters, 3)):
            presence = self.random.choice(("present", "present", "voice", "mentioned"))
            row = {"scene_id": scene, "character_id": character, "presence": presence, "position": place}
            self.rows.add("appearances", **row)

    def _add_quote(self, film: Film, position: int) -> None:
        text = self.vocabulary.text(3, 30)
        is_dialogue = self.random.random() < 0.8
        speaker = self.random.choice(film.characters) if is_dialogue else None
        values: dict[str, Any] = {"text": text, "word_count": text.count(" ") + 1, "position": position}
        values |= {"language": self.random.choice(LANGUAGES), "kind": self.random.choice(QUOTE_KINDS)}
        is_verified = is_dialogue and position % 20 == 0
        values |= {"fidelity": "verified-in-film" if is_verified else "as-quoted-by-source"}
        values |= {"voice": "film" if is_dialogue else "essay", "speaker_id": speaker}
        certainty = self.random.choice(("explicit", "inferred")) if speaker else None
        scene = self.random.choice(film.scenes) if self.random.random() < 0.85 else None
        values |= {"speaker_certainty": certainty, "scene_id": scene}
        quote = self._add(film, "quote", f"quote-{position}", f"Quote {position}", **values)
        film.quotes.append(quote)
        self._add_links("quote", quote, max_themes=5)
        self._cite(film, "quote", quote, max_paragraphs=1)

    def _add_commentary(self, film: Film, position: int) -> None:
        title = self.vocabulary.names(3)
        text = self.vocabulary.text(20, 60)
        values = {"title": title, "text": text, "language": "en", "position": position}
        values |= {"kind": self.random.choice(COMMENTARY_KINDS)}
        values |= {"scope": self.random.choice(("film", "film", "society", "both"))}
        values |= {"weight": self.random.choice(("core", "supporting", "supporting", "minor"))}
        values |= {"source_id": film.source}
        key = self._add(film, "commentary", f"claim-{position}", title, **values)
        self._add_links("commentary", key, max_themes=3)
        self._cite(film, "commentary", key, max_paragraphs=3)
        for name, keys in (("scene", film.scenes), ("character", film.characters), ("quote", film.quotes)):
            link = {"commentary_id": key, f"{name}_id": self.random.choice(keys), "position": 0}
            self.rows.add(f"commentary_{name}s", **link)
        if film.commentary and self.random.random() < 0.2:
            relation = self.random.choice(("supports", "extends", "disputes"))
            ends = {"commentary_id": key, "target_id": self.random.choice(film.commentary)}
            self.rows.add("commentary_relations", **ends, relation=relation, position=0)
        film.commentary.append(key)

    def _add_links(self, owner: str, key: int, max_themes: int) -> None:
        """Link a resource to themes, and rarely to an advisory."""
        for place, theme in enumerate(self.themes.draw(self.random.randint(1, max_themes))):
            self.rows.add(f"{owner}_themes", **{f"{owner}_id": key, "theme_id": theme, "position": place})
        if self.random.random() < 0.04:
            (advisory,) = self.advisories.draw(1)
            link = {f"{owner}_id": key, "advisory_id": advisory, "severity": self.random.randint(1, 3)}
            self.rows.add_keyed("advisory_links", **link, position=0)

    def _cite(self, film: Film, owner: str, key: int, max_paragraphs: int) -> None:
        link = {f"{owner}_id": key, "source_id": film.source, "position": 0}
        citation = self.rows.add_keyed("citations", **link)
        paragraphs, number = range(1, PARAGRAPHS_PER_SOURCE + 1), self.random.randint(1, max_paragraphs)
        for paragraph in sorted(self.random.sample(paragraphs, number)):
            cited = {"citation_id": citation, "source_id": film.source, "number": paragraph}
            self.rows.add("citation_paragraphs", **cited)
