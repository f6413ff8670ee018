"""Shapes of films."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields, validate

from api.schemas.base import Body, ItemSchema, Out
from api.schemas.create_bodies import CreateBody, language_field, note_field
from api.schemas.fields import AnyOf, Const, Digits, Matching, Slug, Text, WholeNumber
from api.schemas.filters import IdFilter, ListQuerySchema, SortField, TextFilter, without
from api.schemas.links import Address, ListAddress
from api.schemas.references import Grouped
from models import Film


class FilmIdentifiersSchema(Out):
    """The film's ids elsewhere; null where not known."""

    imdb = fields.String(allow_none=True, metadata={"description": "IMDb title id, such as `tt1798709`."})
    wikidata = fields.String(allow_none=True, metadata={"description": "Wikidata item, such as `Q42`."})
    tmdb = fields.String(allow_none=True, metadata={"description": "TMDB movie number."})


class FilmLinksSchema(Out):
    """Where to go from a film."""

    characters = ListAddress("character", by="film", description="Its characters.")
    scenes = ListAddress("scene", by="film", description="Its scenes, in narrated order.")
    quotes = ListAddress("quote", by="film", description="Quotes of and about it.")
    commentary = ListAddress("commentary", by="film", description="What is argued about it.")
    coverage = Address("/v1/films/", suffix="/coverage", description="What there is of it here.")


class FilmSchema(ItemSchema):
    """A film that is commented on; facts that are not certain are null."""

    type = Const("film", "Always `film`.")
    url = Address("/v1/films/", description="This film's address.")
    html_url = Address("/films/", description="The address of its page, for people.")
    title = fields.String(metadata={"description": "The title it is known by."})
    original_title = fields.String(
        allow_none=True, metadata={"description": "The title in its own language, where another."}
    )
    release_year = fields.Integer(metadata={"description": "The year of its first release."})
    directors = fields.List(fields.String(), metadata={"description": "Who directed it."})
    runtime_minutes = fields.Integer(allow_none=True, metadata={"description": "Its length in minutes."})
    languages = fields.List(fields.String(), metadata={"description": "BCP 47 tags of its languages."})
    identifiers = Grouped(FilmIdentifiersSchema, metadata={"description": "Its ids elsewhere."})
    synopsis = fields.String(metadata={"description": "What happens, in two or three sentences of ours."})
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = Grouped(FilmLinksSchema, metadata={"description": "Where to go from here."})


class FilmQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Filters and order of films."""

    noun = Film

    release_year = AnyOf(Digits(), metadata={"description": "Only films of any of these years."})
    source = AnyOf(Slug(), metadata={"description": "Only films that any of these sources speaks of."})
    sort = SortField(Film)


SourceFilmQuerySchema = without(FilmQuerySchema, "SourceFilmQuerySchema", "source")


def _identifier(pattern: str, example: str) -> Text:
    rule = Matching(re.compile(pattern), f"“{{input}}” is not such an id; it looks like {example}.")
    return Text(20, pattern=rule, allow_none=True, load_default=None)


class FilmIdentifiersBody(Body):
    """The film's ids elsewhere."""

    imdb = _identifier(r"tt[0-9]{7,10}", "tt1798709")
    wikidata = _identifier(r"Q[1-9][0-9]{0,11}", "Q42")
    tmdb = _identifier(r"[1-9][0-9]{0,9}", "27205")


class FilmCreateSchema(CreateBody):
    """A film, as it is written."""

    title = Text(300, required=True)
    original_title = Text(300, allow_none=True, load_default=None)
    release_year = WholeNumber(required=True, validate=validate.Range(1888, 2200))
    directors = fields.List(Text(120), required=True, validate=validate.Length(min=1, max=20))
    runtime_minutes = WholeNumber(allow_none=True, load_default=None, validate=validate.Range(1, 20_000))
    languages = fields.List(language_field(), required=True, validate=validate.Length(min=1, max=20))
    identifiers = fields.Nested(FilmIdentifiersBody, load_default=dict)
    synopsis = Text(2000, required=True)
    editor_note = note_field()

    @staticmethod
    def label_from(entry: dict[str, Any]) -> str | None:
        """Return the title and the year."""
        return f"{entry.get('title')} ({entry.get('release_year')})"
