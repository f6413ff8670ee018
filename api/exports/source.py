"""What exports read: one state of the public content, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.resource_modules import load_schemas
from api.core.resource_registry import get_schema_class
from api.query.json_projection import item_sql
from api.query.sql_text import compile_from_and_where, element_text
from api.schemas.fields import format_time
from api.schemas.item_shape import Shape
from models import RESOURCES, ContentGeneration
from models.stored_revision import Revision

#: The number of rows that the database sends at once.
BATCH = 1000


@dataclass(frozen=True)
class ContentState:
    """A state of the content: what it is called, and when it began. Without any content, all is None or 0."""

    epoch: str | None
    generation: int
    changed_at: str | None

    @property
    def name(self) -> str:
        """What the state is called in messages."""
        return f"generation {self.generation}"

    @property
    def cursor(self) -> str | None:
        """The name of the state, which is also the cursor of what changes after it."""
        return f"{self.epoch}-{self.generation}" if self.epoch else None


class ExportSource:
    """The public content, as of the transaction of a session.

    URLs in it begin with ``base_url``. ``step`` is called with the number of items or revisions that were
    written since the last call.
    """

    def __init__(self, session: Session, base_url: str, step: Callable[[int], Any] = lambda _: None) -> None:
        """Take a session that reads; what others commit later is not in the export."""
        load_schemas()
        self.session, self.base_url, self.step = session, base_url, step
        self.state = self._read_state()

    def _read_state(self) -> ContentState:
        table = ContentGeneration
        row = self.session.execute(select(table.epoch, table.number, table.changed_at)).one_or_none()
        epoch, number, changed_at = row or (None, 0, None)
        return ContentState(epoch, number, format_time(changed_at))

    def count_items(self) -> int:
        """Return the number of items, for a progress bar: as a rule, a few too many."""
        counts = (select(func.count()).select_from(model) for model in RESOURCES)
        return sum(self.session.scalar(statement) or 0 for statement in counts)

    def count_steps(self) -> int:
        """Return the number of steps of an export in NDJSON, for a progress bar; it may be a few too many."""
        models: tuple[Any, ...] = (*RESOURCES, Revision)
        counts = [select(func.count()).select_from(model) for model in models]
        return sum(self.session.scalar(statement) or 0 for statement in counts)

    def items(self, model: Any) -> Iterator[list[str]]:
        """Yield the JSON of the public items of a model in batches, sorted by id: what the API returns."""
        connection = self.session.connection()
        dialect = connection.dialect.name
        item = item_sql(Shape(get_schema_class(model.type_name)), model, self.base_url, dialect)
        rows = compile_from_and_where(model.select_public(), dialect)
        order = element_text(model.__table__.c.slug, dialect)
        sql = f"SELECT {item} {rows} ORDER BY {order}"
        result = connection.exec_driver_sql(sql, {}, execution_options={"yield_per": BATCH})
        # Without the size, the result of a statement given as text would be one batch.
        for batch in result.scalars().partitions(BATCH):
            yield list(batch)
            self.step(len(batch))
