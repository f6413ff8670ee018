"""Forms of entries, made from their create schemas.

The name of a field is the JSON Pointer of its value in the body, such as ``/advisories/0/severity``: the
place that a problem of the API names is the field that it belongs to. Which values are right is not decided
here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import fields, missing, validate

from api.core.resource_registry import find_schema_class
from api.entries.entry_schemas import entry_schema
from api.pages.template_filters import paragraph_ranges
from api.schemas.fields import Choice, Line, Reference, Text, WholeNumber

#: Members that the desk does not show: publication sets the status, and the text has its hash.
LEFT_OUT = frozenset({"status", "sha256"})
#: Lists of larger objects, such as the paragraphs of a source, have no form.
NO_FORM = frozenset({"paragraphs", "narration"})
#: Members that are in sight; the others are folded.
MAIN_FIELDS = (
    *(
        "text",
        "title",
        "name",
        "label",
        "summary",
        "definition",
        "description",
        "kind",
        "scope",
        "weight",
        "voice",
    ),
    *(
        "speaker",
        "speaker_certainty",
        "attributed_to",
        "scene",
        "scenes",
        "characters",
        "appearances",
        "themes",
    ),
    *("broader", "quotes", "advisories", "citations", "films"),
)
#: Without one of these, an entry needs a label.
LABELS = {"name", "title"}
#: The number of rows of a list that are read: more than any schema allows.
MAX_ROWS = 600
#: Numbers up to this one are chosen from a list.
MAX_CHOICES = 5
#: What a hint of the API says to programs, said to an editor.
HINTS = {
    "omitted_before": "The sentence begins before these words. Pages show an ellipsis.",
    "omitted_after": "The sentence goes on after these words. Pages show an ellipsis.",
}
#: Words that say nothing of their own in a hint, without a final s.
SMALL_WORDS = frozenset({"the", "a", "an", "of", "on", "that", "belong", "to", "by", "editor", "entry"})
NULL = re.compile(r"(?:[;,] (?:or )?null)[^.]*")


@dataclass
class FormField:
    """A field as templates show it. ``rows`` are those of a list; the last one is empty, for one more.

    ``entries`` are the ids and labels to choose from.
    """

    kind: str
    pointer: str
    label: str
    value: Any = ""
    hint: str = ""
    is_required: bool = False
    max_length: int | None = None
    options: list[str] = field(default_factory=list)
    type_name: str = ""
    entries: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[FormField]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_main: bool = True

    @property
    def id(self) -> str:
        """The id of its element."""
        return f"field{self.pointer.replace('/', '-')}"


def build_form(type_name: str, body: Mapping[str, Any]) -> list[FormField]:
    """Return the fields of an entry with the values of a body, those in sight first."""
    schema, hints = entry_schema(type_name), _hints(type_name)
    built = []
    for name, each in shown_fields(schema):
        form_field = _build(each, name, f"/{name}", body.get(name), hints.get(name, ""))
        form_field.is_required |= name == "label" and not LABELS & schema.fields.keys()
        form_field.is_main = name in MAIN_FIELDS or each.required
        built.append(form_field)
    order = {name: index for index, name in enumerate(MAIN_FIELDS)}
    return sorted(built, key=lambda each: order.get(each.pointer[1:], len(order)))


def attach_errors(
    form: Iterable[FormField], errors: Iterable[Mapping[str, Any]]
) -> list[tuple[str, str, str]]:
    """Add errors to the fields of their pointers; return (id of the element, label, sentence) of each."""
    by_pointer = {each.pointer: each for each in all_fields(form)}
    summary = []
    for error in errors:
        pointer = error.get("pointer", "")
        while pointer and pointer not in by_pointer:
            pointer = pointer.rpartition("/")[0]
        detail, found = str(error.get("detail", "")), by_pointer.get(pointer)
        if found is None:
            summary.append(("", error.get("pointer", "").strip("/"), detail))
        else:
            found.errors.append(detail)
            summary.append((found.id, found.label, detail))
    return summary


def choose_by_label(reference: FormField, entries: list[tuple[str, str]]) -> None:
    """Let a field that refers to an entry choose it by its label; an id that is none stays, as it is."""
    if reference.kind != "reference":
        return
    count = Counter(label for _, label in entries)
    reference.kind = "entry"
    reference.entries = [(id_, label if count[label] == 1 else f"{label} ({id_})") for id_, label in entries]
    value = str(reference.value)
    if value and value not in dict(entries):
        reference.entries.append((value, f"“{value}”: not found"))


def humanize(name: str) -> str:
    """Return a name as a label: ``omitted_before`` as “Omitted before”."""
    return name.replace("_", " ").replace("-", " ").capitalize().replace(" url", " URL")


def label_of(pointer: str) -> str:
    """Return a pointer as a label."""
    return ": ".join(humanize(step) for step in pointer.strip("/").split("/"))


def shown_fields(schema: Any) -> Iterator[tuple[str, Any]]:
    """Return the fields of a schema that a form has, by name."""
    return (
        (name, each) for name, each in schema.fields.items() if name not in LEFT_OUT and _has_form(name, each)
    )


def _has_form(name: str, each: Any) -> bool:
    if isinstance(each, fields.List):
        return name not in NO_FORM or isinstance(each.inner, WholeNumber)
    return isinstance(each, fields.String | fields.Integer | fields.Boolean | fields.Enum | fields.Date)


def _build(each: Any, name: str, pointer: str, value: Any, hint: str = "") -> FormField:
    built = FormField("line", pointer, humanize(name), value="" if value is None else value, hint=hint)
    built.is_required = each.required
    if isinstance(each, fields.List):
        return _build_list(each, built, name, value)
    if isinstance(each, Reference):
        built.kind, built.type_name = "reference", each.type_name
    elif isinstance(each, Choice):
        built.kind, built.options = "choice", each.allowed
        # An empty row of a list stays empty: otherwise it would be sent.
        if value is None and pointer.count("/") == 1 and each.load_default not in (missing, None):
            built.value = str(each.load_default)
    elif isinstance(each, fields.Boolean):
        built.kind, built.value = "flag", bool(value)
    elif isinstance(each, WholeNumber):
        maximum = _maximum(each) or MAX_CHOICES + 1
        built.options = [str(number) for number in range(1, maximum + 1)] if maximum <= MAX_CHOICES else []
        built.kind = "choice" if built.options else "number"
        built.value = str(value) if value is not None else ""
    elif isinstance(each, Text):
        built.max_length = next(rule.max for rule in each.validators if isinstance(rule, validate.Length))
        built.kind = "line" if isinstance(each, Line) else "area"
    return built


def _build_list(each: Any, built: FormField, name: str, value: Any) -> FormField:
    values = value if isinstance(value, list) else []
    if isinstance(each.inner, WholeNumber):
        built.kind = "line"
        is_plain = all(isinstance(number, int) for number in values)
        built.value = paragraph_ranges(values) if is_plain else ", ".join(map(str, values))
        return built
    built.kind = "rows"
    built.max_length = _max_length(each) or MAX_ROWS
    rows = [*values, None] if len(values) < built.max_length else values
    for index, row in enumerate(rows):
        pointer = f"{built.pointer}/{index}"
        if hasattr(each.inner, "schema"):
            values_of_row = row if isinstance(row, dict) else {}
            members = shown_fields(each.inner.schema)
            built.rows.append(
                [_build(inner, key, f"{pointer}/{key}", values_of_row.get(key)) for key, inner in members]
            )
        else:
            built.rows.append([_build(each.inner, _singular(name), pointer, row)])
    for row_fields in built.rows[len(values) :]:
        for each_field in row_fields:
            each_field.is_required = False
    if each.inner.__class__ is Reference:
        built.type_name = each.inner.type_name
    return built


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _max_length(each: Any) -> int | None:
    return next((rule.max for rule in each.validators if isinstance(rule, validate.Length)), None)


def _maximum(each: Any) -> Any:
    return next((rule.max for rule in each.validators if isinstance(rule, validate.Range)), None)


def all_fields(form: Iterable[FormField]) -> Iterator[FormField]:
    """Yield all fields, those in rows included."""
    for each in form:
        yield each
        for row in each.rows:
            yield from all_fields(row)


def _hints(type_name: str) -> dict[str, str]:
    """Return what the OpenAPI document says of the fields, without what concerns programs."""
    schema = find_schema_class(f"{type_name.title()}Schema")
    declared = schema._declared_fields if schema else {}
    texts = {name: str(each.metadata.get("description", "")) for name, each in declared.items()}
    hints = {name: NULL.sub("", text.replace("`", "")) for name, text in texts.items()} | HINTS
    return {name: hint for name, hint in hints.items() if not _repeats(hint, name, type_name)}


def _repeats(hint: str, *names: str) -> bool:
    """Whether a hint says no more than the label of its field and the type: “The kind of quote.”."""

    def words(text: str) -> set[str]:
        return {word.removesuffix("s") for word in re.findall("[a-z]+", text.lower())}

    return not words(hint) - words(" ".join(names)) - SMALL_WORDS
