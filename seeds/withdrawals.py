"""What a pack takes back: ``withdrawn.yml``, beside the files whose entries it withdraws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.entries.validation import display_key
from api.schemas.fields import Enumerated, Slug, Text
from api.schemas.shared_schemas import RequestSchema
from models import RESOURCES
from seeds.diagnostics import Diagnostic, join_messages
from seeds.strict_yaml import Mapping, Sequence

FILE_NAME = "withdrawn.yml"
#: The only key of the file.
KEY = "withdrawn"


@dataclass(frozen=True)
class Withdrawal:
    """An id that the pack takes back, why, and the id of what replaces it, of the same type.

    The reason is empty if the pack says none.
    """

    type_name: str
    slug: str
    reason: str
    moved_to: str | None
    file: Path
    line: int

    @property
    def key(self) -> tuple[str, str]:
        """Type and id."""
        return self.type_name, self.slug

    def diagnostic(self, message: str) -> Diagnostic:
        """Return a diagnostic for this withdrawal."""
        return Diagnostic(self.file, self.line, self.slug, "withdrawn", message)


class WithdrawalSchema(RequestSchema):
    """A withdrawal, as written in a pack."""

    id = Slug(required=True)
    type = Enumerated(
        "type",
        [model.type_name for model in RESOURCES],
        enumeration="WithdrawnType",
        description="A type of entry.",
        required=True,
    )
    reason = Text(500, required=True, allow_none=True)
    moved_to = Slug(allow_none=True, load_default=None)


def read_withdrawals(content: Mapping, file: Path) -> Iterator[Withdrawal | Diagnostic]:
    """Yield the withdrawals in the content of a file, and what is wrong with the others."""
    rows = content.get(KEY)
    if list(content) != [KEY] or not isinstance(rows, Sequence):
        message = f"The file must have one key, {KEY}, with a list of ids, types and reasons."
        yield Diagnostic(file, 1, "-", "form", message)
        return
    for row, line in zip(rows, rows.lines, strict=True):
        try:
            body: dict[str, Any] = WithdrawalSchema().load(row)
        except ValidationError as error:
            slug = display_key(row.get("id", "-")) if isinstance(row, dict) else "-"
            yield Diagnostic(file, line, slug, "form", join_messages(error))
            continue
        yield Withdrawal(body["type"], body["id"], body["reason"] or "", body["moved_to"], file, line)
