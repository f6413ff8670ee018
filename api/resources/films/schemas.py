"""Schemas of films."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields, validate

from api.schemas.fields import (
    CommaSeparated,
    ConstantField,
    Line,
    Reference,
    RegexpRule,
    StrictInteger,
    Text,
    WholeNumber,
)
from api.schemas.list_queries import IdFilter, ListQuerySchema, SortField, TextFilter, drop_filters
from api.schemas.pack_entry_schemas import CreateSchema, language_field, note_field
from api.schemas.reference_fields import ListURLField, NestedObject, URLField
from api.schemas.shared_schemas import ItemSchema, RequestSchema, ResponseSchema
from models import Film


class FilmIdentifiersSchema(ResponseSchema):
    """The film's ids in other databases; null if unknown."""

    imdb = fields.String(
        allow_none=True, metadata={"description": "The IMDb title id, such as `tt1798709`; null if unknown."}
    )
    wikidata = fields.String(
        allow_none=True, metadata={"description": "The Wikidata item id, such as `Q42`; null if unknown."}
    )
    tmdb = fields.String(
        allow_none=True, metadata={"description": "The TMDB movie id, such as `27205`; null if unknown."}
    )


class FilmLinksSchema(ResponseSchema):
    """Links from a film to related resources."""

    characters = ListURLField("character", by="film", description="The characters of the film.")
    scenes = ListURLField("scene", by="film", description="The scenes of the film, in the film's order.")
    quotes = ListURLField("quote", by="film", description="Quotes from and about the film.")
    commentary = ListURLField("commentary", by="film", description="Commentary on the film.")
    coverage = URLField("/v1/films/", suffix="/coverage", description="The coverage of the film.")


class FilmSchema(ItemSchema):
    """A film that has commentary. Facts that are not certain are null."""

    type = ConstantField("film", "Always `film`.")
    url = URLField("/v1/films/", description="The URL of this film.")
    html_url = URLField("/films/", description="The URL of the film's web page.")
    title = fields.String(metadata={"description": "The title that the film is known by."})
    original_title = fields.String(
        allow_none=True,
        metadata={"description": "The title in the original language; null if it is the same."},
    )
    release_year = fields.Integer(metadata={"description": "The year of the first release."})
    directors = fields.List(fields.String(), metadata={"description": "The names of the directors."})
    runtime_minutes = fields.Integer(
        allow_none=True, metadata={"description": "The runtime in minutes; null if not certain."}
    )
    languages = fields.List(
        fields.String(), metadata={"description": "The languages of the film, as BCP 47 tags."}
    )
    identifiers = NestedObject(
        FilmIdentifiersSchema, metadata={"description": "The film's ids in other databases."}
    )
    synopsis = fields.String(
        metadata={"description": "What happens, in two or three sentences written by an editor."}
    )
    editor_note = fields.String(allow_none=True, metadata={"description": "A note by the editor, or null."})
    links = NestedObject(FilmLinksSchema, metadata={"description": "URLs of related resources."})


class FilmQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Query parameters of films."""

    model = Film

    release_year = CommaSeparated(
        StrictInteger(), metadata={"description": "Return only films released in these years."}
    )
    source = CommaSeparated(
        Reference("source"), metadata={"description": "Return only films that these sources discuss."}
    )
    sort = SortField(Film)


SourceFilmQuerySchema = drop_filters(FilmQuerySchema, "SourceFilmQuerySchema", "source")


def _identifier(pattern: str, example: str) -> Line:
    rule = RegexpRule(re.compile(pattern), f"Invalid id “{{input}}”. Use an id such as {example}.")
    return Line(20, pattern=rule, allow_none=True, load_default=None)


class FilmIdentifiersBody(RequestSchema):
    """The film's ids in other databases, as written in a body."""

    imdb = _identifier(r"tt[0-9]{7,10}", "tt1798709")
    wikidata = _identifier(r"Q[1-9][0-9]{0,11}", "Q42")
    tmdb = _identifier(r"[1-9][0-9]{0,9}", "27205")


class FilmCreateSchema(CreateSchema):
    """A film, as written in a pack."""

    title = Line(300, required=True)
    original_title = Line(300, allow_none=True, load_default=None)
    release_year = WholeNumber(required=True, validate=validate.Range(1888, 2200))
    directors = fields.List(Line(120), required=True, validate=validate.Length(min=1, max=20))
    runtime_minutes = WholeNumber(allow_none=True, load_default=None, validate=validate.Range(1, 20_000))
    languages = fields.List(language_field(), required=True, validate=validate.Length(min=1, max=20))
    identifiers = fields.Nested(FilmIdentifiersBody, load_default=dict)
    synopsis = Text(2000, required=True)
    editor_note = note_field()

    @staticmethod
    def label_from(entry: dict[str, Any]) -> str | None:
        """Return the title and the release year."""
        return f"{entry.get('title')} ({entry.get('release_year')})"
