"""Shapes of films."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields, validate

from api.schemas.base import ItemSchema, RequestSchema, ResponseSchema
from api.schemas.create_bodies import CreateSchema, language_field, note_field
from api.schemas.fields import (
    CommaSeparated,
    ConstantField,
    RegexpRule,
    Slug,
    StrictInteger,
    Text,
    WholeNumber,
)
from api.schemas.filters import IdFilter, ListQuerySchema, SortField, TextFilter, drop_filters
from api.schemas.links import ListURLField, URLField
from api.schemas.references import NestedObject
from models import Film


class FilmIdentifiersSchema(ResponseSchema):
    """The film's ids elsewhere; null where not known."""

    imdb = fields.String(allow_none=True, metadata={"description": "IMDb title id, such as `tt1798709`."})
    wikidata = fields.String(allow_none=True, metadata={"description": "Wikidata item, such as `Q42`."})
    tmdb = fields.String(allow_none=True, metadata={"description": "TMDB movie number."})


class FilmLinksSchema(ResponseSchema):
    """Where to go from a film."""

    characters = ListURLField("character", by="film", description="Its characters.")
    scenes = ListURLField("scene", by="film", description="Its scenes, in narrated order.")
    quotes = ListURLField("quote", by="film", description="Quotes of and about it.")
    commentary = ListURLField("commentary", by="film", description="What is argued about it.")
    coverage = URLField("/v1/films/", suffix="/coverage", description="What there is of it here.")


class FilmSchema(ItemSchema):
    """A film that is commented on; facts that are not certain are null."""

    type = ConstantField("film", "Always `film`.")
    url = URLField("/v1/films/", description="This film's address.")
    html_url = URLField("/films/", description="The address of its page, for people.")
    title = fields.String(metadata={"description": "The title it is known by."})
    original_title = fields.String(
        allow_none=True, metadata={"description": "The title in its own language, where another."}
    )
    release_year = fields.Integer(metadata={"description": "The year of its first release."})
    directors = fields.List(fields.String(), metadata={"description": "Who directed it."})
    runtime_minutes = fields.Integer(allow_none=True, metadata={"description": "Its length in minutes."})
    languages = fields.List(fields.String(), metadata={"description": "BCP 47 tags of its languages."})
    identifiers = NestedObject(FilmIdentifiersSchema, metadata={"description": "Its ids elsewhere."})
    synopsis = fields.String(metadata={"description": "What happens, in two or three sentences of ours."})
    editor_note = fields.String(allow_none=True, metadata={"description": "What an editor adds."})
    links = NestedObject(FilmLinksSchema, metadata={"description": "Where to go from here."})


class FilmQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Filters and order of films."""

    model = Film

    release_year = CommaSeparated(
        StrictInteger(), metadata={"description": "Only films of any of these years."}
    )
    source = CommaSeparated(
        Slug(), metadata={"description": "Only films that any of these sources speaks of."}
    )
    sort = SortField(Film)


SourceFilmQuerySchema = drop_filters(FilmQuerySchema, "SourceFilmQuerySchema", "source")


def _identifier(pattern: str, example: str) -> Text:
    rule = RegexpRule(re.compile(pattern), f"“{{input}}” is not such an id; it looks like {example}.")
    return Text(20, pattern=rule, allow_none=True, load_default=None)


class FilmIdentifiersBody(RequestSchema):
    """The film's ids elsewhere."""

    imdb = _identifier(r"tt[0-9]{7,10}", "tt1798709")
    wikidata = _identifier(r"Q[1-9][0-9]{0,11}", "Q42")
    tmdb = _identifier(r"[1-9][0-9]{0,9}", "27205")


class FilmCreateSchema(CreateSchema):
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
