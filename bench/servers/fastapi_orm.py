"""FastAPI as its documentation writes it: ORM objects through pydantic models, to the JSON of Subtext.

``/v1/quotes`` is a ``def``, which runs in a thread; ``/async/quotes`` does the same in an ``async def``
without one, which suits SQLite better.
"""
# ruff: noqa: D101, D103 (names say what is served)

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, computed_field
from sqlalchemy.orm import Session

from api.core.config import Settings
from bench.servers.orm_queries import BASE_URL, RIGHTS, select_one, select_page
from models.database import Database

database = Database(Settings.from_environment().database_url)
app = FastAPI()
#: Association proxies are no lists.
AsList = BeforeValidator(list)
UTCDateTime = Annotated[dt.datetime, PlainSerializer(lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}", return_type=str)]


class ORMModel(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Reference(ORMModel):
    type: str = Field(validation_alias="type_name")
    id: str = Field(validation_alias="slug")
    label: str

    @computed_field
    def url(self) -> str:
        return f"{BASE_URL}/v1/{self.type}s/{self.id}"


class AdvisoryReference(ORMModel):
    type: str = "advisory"
    id: str = Field(validation_alias=AliasPath("advisory", "slug"))
    label: str = Field(validation_alias=AliasPath("advisory", "label"))
    severity: int

    @computed_field
    def url(self) -> str:
        return f"{BASE_URL}/v1/advisories/{self.id}"


class Citation(ORMModel):
    source: Reference
    paragraphs: Annotated[list[int], AsList]


class Quote(Reference):
    text: str
    language: str
    word_count: int
    kind: str
    voice: str
    fidelity: str
    speaker: Reference | None
    speaker_certainty: str | None
    film: Reference
    scene: Reference | None
    themes: Annotated[list[Reference], AsList]
    advisories: list[AdvisoryReference] = Field(validation_alias="advisory_links")
    citations: list[Citation]
    rights: str = RIGHTS
    editor_note: str | None
    revision: int
    created_at: UTCDateTime
    updated_at: UTCDateTime

    @computed_field
    def html_url(self) -> str:
        return f"{BASE_URL}/quotes/{self.id}"

    @computed_field
    def links(self) -> dict[str, str]:
        return {"commentary": f"{BASE_URL}/v1/commentary?quote={self.id}"}


class Page(BaseModel):
    data: list[Quote]
    has_more: bool


def _session() -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


RequestSession = Annotated[Session, Depends(_session)]


@app.get("/v1/quotes", response_model=Page)
def quotes(session: RequestSession, theme: str, limit: int = 20) -> Any:
    rows = session.scalars(select_page(theme=theme, limit=limit)).all()
    return {"data": rows[:limit], "has_more": len(rows) > limit}


@app.get("/v1/quotes/{slug}", response_model=Quote)
def quote(session: RequestSession, slug: str) -> Any:
    row = session.scalars(select_one(slug)).one_or_none()
    if row is None:
        raise HTTPException(404)
    return row


@app.get("/async/quotes", response_model=Page)
async def quotes_async(theme: str, limit: int = 20) -> Any:
    with Session(database.engine) as session:
        return quotes(session, theme, limit)
