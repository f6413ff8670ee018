"""A quote as plain marshmallow schemas: the same JSON that Subtext serves."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from bench.servers.orm_queries import BASE, RIGHTS


class Reference(Schema):
    """What names a resource inside another one."""

    type = fields.String(attribute="type_name")
    id = fields.String(attribute="slug")
    label = fields.String()
    url = fields.Function(lambda one: f"{BASE}/v1/{one.type_name}s/{one.slug}")


class Advisory(Schema):
    """A content note, with its severity."""

    type = fields.Constant("advisory")
    id = fields.String(attribute="advisory.slug")
    label = fields.String(attribute="advisory.label")
    url = fields.Function(lambda link: f"{BASE}/v1/advisories/{link.advisory.slug}")
    severity = fields.Integer()


class Citation(Schema):
    """Paragraphs of one source."""

    source = fields.Nested(Reference)
    paragraphs = fields.List(fields.Integer())


class Links(Schema):
    """Where to go from a quote."""

    commentary = fields.Function(lambda quote: f"{BASE}/v1/commentary?quote={quote.slug}")


class Quote(Reference):
    """A quote."""

    html_url = fields.Function(lambda quote: f"{BASE}/quotes/{quote.slug}")
    text = fields.String()
    language = fields.String()
    word_count = fields.Integer()
    kind = fields.String(attribute="kind.value")
    voice = fields.String(attribute="voice.value")
    fidelity = fields.String(attribute="fidelity.value")
    speaker = fields.Nested(Reference)
    speaker_certainty = fields.Function(
        lambda quote: quote.speaker_certainty.value if quote.speaker_certainty else None
    )
    film = fields.Nested(Reference)
    scene = fields.Nested(Reference)
    themes = fields.List(fields.Nested(Reference))
    advisories = fields.List(fields.Nested(Advisory), attribute="advisory_links")
    citations = fields.List(fields.Nested(Citation))
    rights = fields.Constant(RIGHTS)
    editor_note = fields.String()
    links = fields.Function(Links().dump)
    revision = fields.Integer()
    created_at = fields.AwareDateTime(format="%Y-%m-%dT%H:%M:%SZ")
    updated_at = fields.AwareDateTime(format="%Y-%m-%dT%H:%M:%SZ")


class Page(Schema):
    """A page of quotes."""

    data = fields.List(fields.Nested(Quote))
    has_more = fields.Boolean()


class Query(Schema):
    """What a list of quotes is asked for."""

    theme = fields.String(required=True)
    limit: Any = fields.Integer(load_default=20)
