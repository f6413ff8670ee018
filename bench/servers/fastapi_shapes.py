"""A quote as pydantic models: the same JSON that Subtext serves."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, computed_field

from bench.servers.orm_queries import BASE, RIGHTS


class Out(BaseModel):
    """A model that is read from objects of the ORM."""

    model_config = ConfigDict(from_attributes=True)


class Named(Out):
    """What every resource is named by."""

    type: str = Field(validation_alias="type_name")
    id: str = Field(validation_alias="slug")
    label: str

    @computed_field
    def url(self) -> str:
        """The address."""
        return f"{BASE}/v1/{self.type}s/{self.id}"


class Vocabulary(Out):
    """An advisory."""

    slug: str
    label: str


class Advisory(Out):
    """A content note, with its severity."""

    advisory: Vocabulary = Field(exclude=True)
    severity: int

    @computed_field
    def type(self) -> str:
        """What it is."""
        return "advisory"

    @computed_field
    def id(self) -> str:
        """The advisory's id."""
        return self.advisory.slug

    @computed_field
    def label(self) -> str:
        """The advisory's name."""
        return self.advisory.label

    @computed_field
    def url(self) -> str:
        """The advisory's address."""
        return f"{BASE}/v1/advisories/{self.advisory.slug}"


#: Lists behind association proxies are no lists.
Listed = BeforeValidator(list)
Moment = Annotated[dt.datetime, PlainSerializer(lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}", return_type=str)]


class Citation(Out):
    """Paragraphs of one source."""

    source: Named
    paragraphs: Annotated[list[int], Listed]


class Links(BaseModel):
    """Where to go from a quote."""

    commentary: str


class Quote(Named):
    """A quote."""

    text: str
    language: str
    word_count: int
    kind: str
    voice: str
    fidelity: str
    speaker: Named | None
    speaker_certainty: str | None
    film: Named
    scene: Named | None
    themes: Annotated[list[Named], Listed]
    advisories: list[Advisory] = Field(validation_alias="advisory_links")
    citations: list[Citation]
    rights: str = RIGHTS
    editor_note: str | None
    revision: int
    created_at: Moment
    updated_at: Moment

    @computed_field
    def html_url(self) -> str:
        """The address of its page, for people."""
        return f"{BASE}/quotes/{self.id}"

    @computed_field
    def links(self) -> Links:
        """Where to go from here."""
        return Links(commentary=f"{BASE}/v1/commentary?quote={self.id}")


class Page(BaseModel):
    """A page of quotes."""

    data: list[Quote]
    has_more: bool


def page(found: Any, limit: int) -> dict[str, Any]:
    """Return what a page is made of."""
    return {"data": found[:limit], "has_more": len(found) > limit}
