"""What an editor writes into a form arrives in the body as it was written."""

from marshmallow import ValidationError

from api.core.resource_registry import TYPE_BY_COLLECTION
from api.desk.blueprint import EDITABLE
from api.desk.form_bodies import parse_form
from api.desk.forms import all_fields, build_form, shown_fields
from api.entries.entry_schemas import entry_schema
from api.schemas.fields import Text

TYPES = [TYPE_BY_COLLECTION[collection] for collection in EDITABLE]
TWO_LINES = "One line\nand another"


def texts_of(members):
    """Yield the texts that a form has, by name: those in the rows of its lists, too."""
    for name, each in members:
        inner = getattr(each, "inner", each)
        if isinstance(inner, Text):
            yield name, inner
        elif hasattr(inner, "schema"):
            yield from texts_of(shown_fields(inner.schema))


def accepts_lines(text):
    try:
        return text.deserialize(TWO_LINES) == TWO_LINES
    except ValidationError:
        return False


def sent(form):
    """Return what a browser sends of a form: of boxes, only those that are checked."""
    shown = {each.pointer: each for each in all_fields(form) if each.kind != "rows"}
    return {
        pointer: "true" if each.kind == "flag" else str(each.value)
        for pointer, each in shown.items()
        if each.kind != "flag" or each.value
    }


class TestRows:
    def test_boxes_in_rows_arrive_as_they_were(self):
        authors = [
            {"given": "Yasujirō", "family": "Ozu", "family_first": True},
            {"literal": "The Wall of Wisdom"},
        ]
        body = parse_form("source", sent(build_form("source", {"authors": authors})), {})
        assert [{n: v for n, v in author.items() if v is not None} for author in body["authors"]] == authors


class TestLineBreaks:
    def test_a_text_that_may_have_some_has_a_field_of_several_lines_and_no_other_has(self):
        """Browsers drop line breaks from the value of a field of one line."""
        seen = set()
        for type_name in TYPES:
            kinds = {}
            for each in all_fields(build_form(type_name, {})):
                kinds.setdefault(each.pointer.rpartition("/")[2], set()).add(each.kind)
            for name, text in texts_of(shown_fields(entry_schema(type_name))):
                expected = {"area"} if accepts_lines(text) else {"line"}
                assert kinds[name] == expected, (type_name, name)
                seen |= expected
        assert seen == {"area", "line"}

    def test_they_arrive_as_in_json(self):
        form = {
            "/text": TWO_LINES.replace("\n", "\r\n"),
            "/relations/0/note": TWO_LINES.replace("\n", "\r\n"),
        }
        body = parse_form("commentary", form, {})
        assert body["text"] == body["relations"][0]["note"] == TWO_LINES
