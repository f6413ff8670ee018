"""Bodies of entries, made from what their forms have sent. Which values are right is decided by the API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import fields, missing

from api.desk.forms import MAX_ROWS, shown_fields
from api.entries.entry_schemas import entry_schema
from api.schemas.fields import Flag, WholeNumber

RANGE = re.compile(r"([0-9]{1,6})(?:[-–]([0-9]{1,6}))?", re.ASCII)
MAX_RANGE = 500
NUMBER = re.compile(r"-?[0-9]{1,12}", re.ASCII)


def parse_form(type_name: str, form: Mapping[str, str], rest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body that a form has sent; ``rest`` has the members that it does not show."""
    schema = entry_schema(type_name)
    shown = dict(shown_fields(schema))
    body = {name: value for name, value in rest.items() if name not in shown}
    return body | _parse_members(shown.items(), form, "")


def parse_numbers(text: str) -> list[Any]:
    """Return the numbers in a text such as ``5, 33–35``; what is no number stays, for the API to refuse."""
    numbers: list[Any] = []
    for part in re.split(r"[,;\s]+", text.strip()):
        match = RANGE.fullmatch(part)
        if not match:
            numbers += [part] if part else []
            continue
        first, last = int(match[1]), int(match[2] or match[1])
        numbers += range(first, last + 1) if first <= last < first + MAX_RANGE else [part]
    return numbers


def _parse_members(
    members: Iterable[tuple[str, Any]], form: Mapping[str, str], prefix: str
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, each in members:
        value = _parse(each, form, f"{prefix}/{name}")
        if value is not missing:
            body[name] = value
    return body


def _parse(each: Any, form: Mapping[str, str], pointer: str) -> Any:
    if isinstance(each, fields.List):
        return _parse_list(each, form, pointer)
    text = form.get(pointer, "").replace("\r\n", "\n").strip()
    if isinstance(each, fields.Boolean):
        # Unlike a flag, other values need not be there.
        return bool(text) if text or isinstance(each, Flag) else missing
    if not text:
        return None if each.allow_none else missing
    if isinstance(each, WholeNumber):
        return int(text) if NUMBER.fullmatch(text) else text
    return text


def _parse_list(each: Any, form: Mapping[str, str], pointer: str) -> Any:
    if isinstance(each.inner, WholeNumber):
        return parse_numbers(form.get(pointer, ""))
    rows = []
    for index in _indexes(form, pointer):
        row = (
            _parse_members(shown_fields(each.inner.schema), form, f"{pointer}/{index}")
            if hasattr(each.inner, "schema")
            else form.get(f"{pointer}/{index}", "").strip()
        )
        if isinstance(row, dict) and not any(row.values()):
            continue
        rows += [row] if row else []
    return rows


def _indexes(form: Mapping[str, str], pointer: str) -> list[int]:
    place = re.compile(rf"{re.escape(pointer)}/([0-9]{{1,4}})(?:/.*)?", re.ASCII)
    return sorted({int(match[1]) for name in form if (match := place.fullmatch(name))})[:MAX_ROWS]
