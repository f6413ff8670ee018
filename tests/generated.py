"""Content made up to be hard to serve, written as plain values; :mod:`tests.storing` stores it.

It keeps to every rule of the database, and to those of a create body for texts, ids and hierarchies;
beyond them it takes what is unlikely. References lead to drafts and to what is deleted and, unless told
otherwise, to other films.
"""

import itertools

from hypothesis import strategies as st
from sqlalchemy import Enum

from models import (
    RESOURCES,
    Advisory,
    AssertedBy,
    Certainty,
    CommentaryKind,
    Fidelity,
    ParagraphKind,
    Presence,
    QuoteKind,
    Relation,
    Scope,
    SourceKind,
    Status,
    Theme,
    Voice,
    Weight,
)
from models.author import to_author, to_performer
from tests.choices import (
    ADDRESSES,
    DATES,
    DELETED,
    HASHES,
    INSTANTS,
    LANGUAGES,
    LARGEST,
    NASTY,
    STATUSES,
    STEMS,
    TIMECODES,
    Dealt,
    Drawn,
    texts,
)

#: How many rows of a noun there may be.
SIZES = {"film": (2, 3), "source": (1, 2), "theme": (3, 1, 5, 0)}

#: Columns that are computed from others.
COMPUTED = ("slug", "random_key", "word_count")


class Author:
    """Writes rows of every noun as plain values, references as ids; ``choose`` makes every choice."""

    def __init__(self, choose, texts, across_films):
        self.choose = choose
        self.texts = [text for text in texts if text]
        self.across_films = across_films
        self.content = {model.type_name: [] for model in RESOURCES}

    def write(self, sizes):
        # Vocabularies first: other content refers to them.
        models = (Advisory, Theme, *(one for one in RESOURCES if one not in (Advisory, Theme)))
        for model in models:
            if hasattr(self, model.type_name):
                self.add_rows(model, sizes, getattr(self, model.type_name))
        self.relate_themes()
        self.relate_claims()
        # Afterwards, so that a column or a resource more changes no other choice.
        for model in models:
            if not hasattr(self, model.type_name):
                self.add_rows(
                    model, sizes, lambda _, model=model: self.of_film() if hasattr(model, "film") else {}
                )
        for model in models:
            for row in self.content[model.type_name]:
                row.update(self.other_columns(model, row))
        self.narrate()
        self.compare_films()
        self.credit_people()
        return self.content

    def add_rows(self, model, sizes, values):
        for place in range(self.choose.one(sizes.get(model.type_name, (2, 1, 4, 0)))):
            row = self.row(model.type_name, place) | values(place)
            self.content[model.type_name].append(row | {"slug": self.slug(row, place)})

    def line(self, most=300):
        return self.choose.one(self.texts)[:most].strip()

    def perhaps(self, most=300):
        return self.line(most) if self.choose.one((False, True)) else None

    def prose(self):
        return self.line(None)

    def number(self):
        return self.choose.one((1, 2, 3, LARGEST))

    def slug(self, row, place):
        stem = f"{self.choose.one(STEMS)}-{place}"
        return f"{row['film']}-{stem}" if "film" in row else stem

    def slugs(self, type_name, film=None):
        """Return the ids of a noun, of one film where that matters."""
        rows = self.content[type_name]
        return [row["slug"] for row in rows if self.across_films or row.get("film", film) == film]

    def row(self, type_name, place):
        """Return what every noun has; the first of each is always seen."""
        return {
            "label": self.line(120),
            "status": self.choose.one(STATUSES) if place else Status.PUBLISHED,
            "revision": self.choose.one((1, 2, LARGEST - 1)),
            "created_at": self.choose.one(INSTANTS),
            "updated_at": self.choose.one(INSTANTS),
            "deleted_at": self.choose.one(DELETED) if place else None,
            "pack_digest": self.choose.one((None, *HASHES)),
        }

    def other_columns(self, model, row):
        """Return values for the columns of a model that no method here writes, chosen by their types."""
        columns = {
            column.name.removesuffix("_id"): column
            for column in model.__table__.columns
            if not column.primary_key and column.name not in COMPUTED
        }
        return {
            name: self.value(column, row.get("film")) for name, column in columns.items() if name not in row
        }

    def value(self, column, film):
        """Return an unlikely value of a column; for a foreign key, an id of the same film."""
        if column.nullable and self.choose.one((False, True)):
            return None
        for key in column.foreign_keys:
            [model] = [model for model in RESOURCES if model.__table__ is key.column.table]
            slugs = self.slugs(model.type_name, film)
            return self.choose.one(slugs) if slugs else None
        if isinstance(column.type, Enum):
            return self.choose.one(list(column.type.enum_class))
        if issubclass(column.type.python_type, str):
            return self.line(getattr(column.type, "length", None))
        return self.number()

    def advisory(self, place):
        severities = {number: self.line(120) for number in "123"}
        return {"name": self.line(120), "description": self.prose(), "severities": severities}

    def theme(self, place):
        # One level: the first two are broader than others, or than none.
        broader = self.choose.one((None, *self.slugs("theme")[:2])) if place > 1 else None
        return {"name": self.line(120), "definition": self.prose(), "broader": broader, "related": []}

    def relate_themes(self):
        pairs = itertools.combinations(self.choose.some(self.content["theme"]), 2)
        for one, other in self.choose.some(list(pairs)):
            one["related"].append(other["slug"])
            other["related"].append(one["slug"])

    def film(self, place):
        return {
            "title": self.line(),
            "original_title": self.perhaps(),
            "release_year": self.choose.one((1888, 1950, 2200)),
            "directors": [text[:120].strip() for text in self.choose.some(self.texts)],
            "runtime_minutes": self.choose.one((None, 1, 20_000)),
            "languages": self.choose.some(LANGUAGES),
            "imdb": self.choose.one((None, "tt0000001")),
            "wikidata": self.choose.one((None, "Q42")),
            "tmdb": self.choose.one((None, self.line(20))),
            "synopsis": self.prose(),
            "editor_note": self.perhaps(2000),
        }

    def source(self, place):
        optional = ("subtitle", "publication", "section", "author", "editor_note")
        return {name: self.perhaps() for name in optional} | {
            "kind": self.choose.one(list(SourceKind)),
            "title": self.line(),
            "authors": [to_author(body) for body in self.choose.some(self.authors())],
            "published_on": self.choose.one((None, *DATES)),
            "source_url": self.choose.one((None, *ADDRESSES)),
            "language": self.choose.one(LANGUAGES),
            "rights": self.prose(),
            "sha256": self.choose.one(HASHES),
            "films": self.choose.some(self.slugs("film")),
            "paragraphs": [self.paragraph(number) for number in self.choose.some([1, 2, 3, LARGEST])],
        }

    def authors(self):
        return [{"literal": self.line()}, {"given": self.line(), "family": self.line()}]

    def paragraph(self, number):
        kind, hash_ = self.choose.one(list(ParagraphKind)), self.choose.one(HASHES)
        return {"number": number, "kind": kind, "word_count": self.number(), "sha256": hash_}

    def of_film(self):
        """Return a film, mostly the first, which is seen, and the note that all that belongs to it may have."""
        first, *films = (row["slug"] for row in self.content["film"])
        film = self.choose.one(films) if self.choose.one((False, False, True)) else first
        return {"film": film, "editor_note": self.perhaps(2000)}

    def character(self, place):
        of_film = self.of_film()
        own = {
            "name": self.perhaps(120),
            "description": self.prose(),
            "performer": self.perhaps(120),
            "position": self.choose.one((1, 2, LARGEST, 0, -LARGEST)),
        }
        return of_film | self.linked(of_film["film"]) | own

    def linked(self, film, *type_names):
        """Return lists of references to these nouns, and flags and citations."""
        sources = self.choose.some(self.content["source"])
        return {f"{name}s": self.choose.some(self.slugs(name, film)) for name in type_names} | {
            "advisories": [
                {"advisory": slug, "severity": self.choose.one((1, 2, 3))}
                for slug in self.choose.some(self.slugs("advisory"))
            ],
            "citations": [
                {
                    "source": row["slug"],
                    "paragraphs": self.choose.some([p["number"] for p in row["paragraphs"]]),
                }
                for row in sources
            ],
        }

    def scene(self, place):
        of_film = self.of_film()
        starts_at, ends_at = sorted((self.choose.one(TIMECODES), self.choose.one(TIMECODES)))
        characters = self.choose.some(self.slugs("character", of_film["film"]))
        presence = [self.choose.one(list(Presence)) for _ in characters]
        return (
            of_film
            | self.linked(of_film["film"], "theme")
            | {
                "title": self.line(),
                "summary": self.prose(),
                "position": self.number(),
                "starts_at": self.choose.one((None, starts_at)),
                "ends_at": self.choose.one((None, ends_at)),
                "appearances": [
                    {"character": slug, "presence": how}
                    for slug, how in zip(characters, presence, strict=True)
                ],
            }
        )

    def quote(self, place):
        of_film = self.of_film()
        linked = self.linked(of_film["film"], "theme")
        # A quote is verbatim in one place.
        linked["citations"] = linked["citations"][:1]
        return (
            of_film
            | linked
            | self.voice(of_film["film"])
            | {
                "text": self.prose(),
                "omitted_before": self.choose.one([True, False]),
                "omitted_after": self.choose.one([True, False]),
                "language": self.choose.one(LANGUAGES),
                "kind": self.choose.one(list(QuoteKind)),
                "scene": self.choose.one((None, *self.slugs("scene", of_film["film"]))),
                "position": self.number(),
            }
        )

    def voice(self, film):
        """Return whose words a quote is: the essay's own have no speaker, and are in no film."""
        voice = self.choose.one(list(Voice))
        said = voice is Voice.FILM
        speaker = self.choose.one((None, *self.slugs("character", film))) if said else None
        return {
            "voice": voice,
            "fidelity": self.choose.one(list(Fidelity)) if said else Fidelity.AS_QUOTED_BY_SOURCE,
            "speaker": speaker,
            "speaker_certainty": self.choose.one(list(Certainty)) if speaker else None,
        }

    def commentary(self, place):
        of_film = self.of_film()
        return (
            of_film
            | self.linked(of_film["film"], "theme", "scene", "character", "quote")
            | {
                "title": self.line(),
                "text": self.prose(),
                "language": self.choose.one(LANGUAGES),
                "kind": self.choose.one(list(CommentaryKind)),
                "scope": self.choose.one(list(Scope)),
                "weight": self.choose.one(list(Weight)),
                "asserted_by": self.choose.one(list(AssertedBy)),
                "position": self.number(),
            }
        )

    def relate_claims(self):
        for row in self.content["commentary"]:
            others = [slug for slug in self.slugs("commentary", row["film"]) if slug != row["slug"]]
            row["relations"] = [
                {
                    "commentary": slug,
                    "relation": self.choose.one(list(Relation)),
                    "asserted_by": self.choose.one(list(AssertedBy)),
                    "note": self.choose.one([None, self.prose()]),
                }
                for slug in self.choose.some(others)
            ]

    def narrate(self):
        """Give sources narrations; a scene may be in two parts, and a part may tell hidden scenes alone."""
        for row in self.content["source"]:
            films = row["films"] or [film["slug"] for film in self.content["film"]]
            scenes = [slug for film in films[:1] for slug in self.slugs("scene", film)]
            row["narration"] = [
                {"title": self.perhaps(), "scenes": self.choose.some(scenes), "paragraphs": [1, place]}
                for place in self.choose.some([2, 3, LARGEST])
            ]

    def compare_films(self):
        """Give commentary further films; some are hidden."""
        for row in self.content["commentary"]:
            others = [slug for slug in self.slugs("film") if slug != row["film"]]
            row["further_films"] = self.choose.some(others)

    def credit_people(self):
        """Give characters performers, and the essay's quotes critics."""
        for row in self.content["character"]:
            bodies = self.choose.some(self.authors())
            row["performers"] = [to_performer(body | {"part": self.perhaps(60)}) for body in bodies]
        for row in self.content["quote"]:
            row["attributed_to"] = self.perhaps(200) if row["voice"] is Voice.ESSAY else None


@st.composite
def contents(draw, *, across_films=True):
    """Draw a whole: lists of rows by type name, each row its fields as a record has them, and its times."""
    words = draw(st.lists(texts(), max_size=6))
    return Author(Drawn(draw), [*NASTY, *words], across_films).write(SIZES)


def worst(*, across_films=True):
    """Return the whole that has everything at once; it is the same at every call."""
    sizes = {model.type_name: (12,) for model in RESOURCES}
    return Author(Dealt(21), NASTY, across_films).write(sizes)
