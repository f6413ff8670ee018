"""FastAPI as its documentation writes it: objects of the ORM, through pydantic models.

``/v1/quotes`` is a ``def``, which runs in a thread; ``/on-the-loop/quotes`` is an ``async def`` that does the
same without one, which suits SQLite better.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import Session

from api.core.config import Settings
from bench.servers.fastapi_shapes import Page, Quote, page
from bench.servers.orm_queries import select_one, select_page
from models.database import Database

database = Database(Settings.from_environment().database_url)
app = FastAPI()


def opened() -> Iterator[Session]:
    """Open a session for a request."""
    with Session(database.engine) as session:
        yield session


Opened = Annotated[Session, Depends(opened)]


@app.get("/v1/quotes", response_model=Page)
def quotes(session: Opened, theme: str, limit: int = 20) -> Any:
    """List quotes."""
    return page(session.scalars(select_page(theme, limit)).all(), limit)


@app.get("/v1/quotes/{slug}", response_model=Quote)
def quote(session: Opened, slug: str) -> Any:
    """Get a quote."""
    found = session.scalars(select_one(slug)).one_or_none()
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/on-the-loop/quotes", response_model=Page)
async def quotes_on_the_loop(theme: str, limit: int = 20) -> Any:
    """List quotes without a thread."""
    with Session(database.engine) as session:
        return page(session.scalars(select_page(theme, limit)).all(), limit)
