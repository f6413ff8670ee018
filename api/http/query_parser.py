"""Reading query strings strictly: every fault is named, with what is allowed instead."""

from __future__ import annotations

from typing import Any, NoReturn

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from api.http.errors import ProblemException
from api.schemas.fields import did_you_mean

MAX_QUERY_BYTES = 30_000
#: Faults that one answer names; who sends more is told how many there are.
MAX_REPORTED_ERRORS = 20


class StrictParser(FlaskParser):
    """Refuses what stock parsing lets pass: unknown parameters and repeated ones."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Any, schema: Schema) -> Any:
        """Return the parameters; a parameter that takes one value may be given once."""
        if len(req.query_string) > MAX_QUERY_BYTES:
            raise ProblemException(
                "uri-too-long", f"The query string may hold at most {MAX_QUERY_BYTES} bytes."
            )
        given = self.select_parameters(req.args, schema)
        twice = {
            name: ["Given more than once; it takes one value."]
            for name, field in schema.fields.items()
            if len(given.getlist(name)) > 1 and not isinstance(field, fields.List)
        }
        if twice:
            raise ValidationError(twice)
        return MultiDictProxy(given, schema)

    def select_parameters(self, parameters: MultiDict[str, str], schema: Schema) -> MultiDict[str, str]:
        """Return the parameters that are looked at: all of them."""
        return parameters

    def handle_error(
        self,
        error: ValidationError,
        req: Any,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Any,
    ) -> NoReturn:
        """Refuse with a problem that names each fault."""
        found: dict[Any, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        said = {
            (location, name): messages
            for location, by_field in found.items()
            for name, messages in (by_field if isinstance(by_field, dict) else {"": by_field}).items()
        }
        order = {name: place for place, name in enumerate(req.args)}
        faults = sorted(said.items(), key=lambda fault: order.get(fault[0][1], len(order)))
        number = f"{len(faults)} parameter{' is' if len(faults) == 1 else 's are'} not valid."
        shown = [_error_object(*place, messages, schema) for place, messages in faults[:MAX_REPORTED_ERRORS]]
        raise ProblemException("invalid-parameters", number, shown)


class TolerantParser(StrictParser):
    """Does not look at what it does not know: readers and sites add to the addresses that they are given."""

    DEFAULT_UNKNOWN_BY_LOCATION = StrictParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": EXCLUDE}

    def select_parameters(self, parameters: MultiDict[str, str], schema: Schema) -> MultiDict[str, str]:
        return MultiDict([(name, value) for name in schema.fields for value in parameters.getlist(name)])


def _error_object(location: str, name: str, messages: Any, schema: Schema) -> dict[str, Any]:
    field = schema.fields.get(name)
    pointer = name.encode("utf-8", "replace").decode()[:80]
    if field is None:
        known = sorted(schema.fields)
        if name in getattr(schema, "dropped", ()):
            detail = f"The path says already which {name}; it is no parameter here."
        else:
            detail = f"Unknown parameter “{pointer}”.{did_you_mean(pointer, known)}"
        return {"location": location, "pointer": pointer, "detail": detail, "allowed": known}
    fault = {"location": location, "pointer": pointer, "detail": " ".join(dict.fromkeys(_flatten(messages)))}
    allowed = getattr(field, "allowed", None)
    return fault | ({"allowed": allowed} if allowed else {})


def _flatten(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [text for part in messages.values() for text in _flatten(part)]
    return [str(text) for text in messages] if isinstance(messages, list) else [str(messages)]
