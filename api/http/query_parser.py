"""Strict parsing of query strings: every invalid parameter is reported, with the allowed values."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from api.http.errors import ProblemException
from api.http.parameter_hints import hint_for_unknown
from api.http.response_cache.tracked_request import IGNORED_PARAMETERS, TrackedArgs

MAX_QUERY_BYTES = 30_000
#: The number of errors that one response lists; the detail states how many there are.
MAX_REPORTED_ERRORS = 20


class StrictParser(FlaskParser):
    """Rejects unknown and repeated parameters, which webargs ignores."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Any, schema: Schema) -> Any:
        """Return the query parameters. Only parameters with a list of values may be repeated."""
        if len(req.query_string) > MAX_QUERY_BYTES:
            raise ProblemException(
                "uri-too-long", f"The query string must be at most {MAX_QUERY_BYTES} bytes long."
            )
        self.check_encoding(req.query_string, schema)
        args = self.select_parameters(req.args, schema)
        repeated = {
            name: ["Must not be repeated."]
            for name, field in schema.fields.items()
            if len(args.getlist(name)) > 1 and not isinstance(field, fields.List)
        }
        if repeated:
            raise ValidationError(repeated)
        return MultiDictProxy(args, schema)

    def check_encoding(self, query: bytes, schema: Schema) -> None:
        """Raise a problem if a parameter is not UTF-8: Werkzeug replaces what it cannot decode."""
        if b"%" not in query and query.isascii():
            return
        for pair in query.split(b"&"):
            name = unquote_to_bytes(pair.partition(b"=")[0]).decode("utf-8", "replace")
            if self.uses_parameter(name, schema) and not _is_utf8(unquote_to_bytes(pair)):
                raise ProblemException(
                    "bad-request",
                    f"The query parameter “{name[:80]}” is not encoded as UTF-8.",
                )

    def uses_parameter(self, name: str, schema: Schema) -> bool:
        """Whether the parser looks at a parameter: at almost all of them, because unknown ones are errors."""
        return name not in IGNORED_PARAMETERS

    def select_parameters(self, args: MultiDict[str, str], schema: Schema) -> MultiDict[str, str]:
        """Return the parameters to validate."""
        return args.all() if isinstance(args, TrackedArgs) else args

    def handle_error(
        self,
        error: ValidationError,
        req: Any,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Any,
    ) -> NoReturn:
        """Raise a problem with the errors, in the order of the parameters in the query string."""
        messages_by_location: dict[Any, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
        messages_by_parameter = {
            (location, name): messages
            for location, by_field in messages_by_location.items()
            for name, messages in (by_field if isinstance(by_field, dict) else {"": by_field}).items()
        }
        order = {name: index for index, name in enumerate(req.args)}
        errors = sorted(messages_by_parameter.items(), key=lambda item: order.get(item[0][1], len(order)))
        detail = f"{len(errors)} parameter{' is' if len(errors) == 1 else 's are'} not valid."
        reported = [
            _error_object(*parameter, messages, schema)
            for parameter, messages in errors[:MAX_REPORTED_ERRORS]
        ]
        raise ProblemException("invalid-parameters", detail, reported)


class TolerantParser(StrictParser):
    """Ignores unknown parameters, for web pages: feed readers and other sites append their own to URLs."""

    DEFAULT_UNKNOWN_BY_LOCATION = StrictParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": EXCLUDE}

    def uses_parameter(self, name: str, schema: Schema) -> bool:
        return name in schema.fields

    def select_parameters(self, args: MultiDict[str, str], schema: Schema) -> MultiDict[str, str]:
        return MultiDict([(name, value) for name in schema.fields for value in args.getlist(name)])


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _error_object(location: str, name: str, messages: Any, schema: Schema) -> dict[str, Any]:
    field = schema.fields.get(name)
    pointer = name.encode("utf-8", "replace").decode()[:80]
    if field is None:
        allowed_names = sorted(schema.fields)
        if name in getattr(schema, "path_filters", ()):
            detail = f"The path already determines the {name}. Remove this parameter."
        else:
            detail = f"Unknown parameter “{pointer}”.{hint_for_unknown(pointer, allowed_names)}"
        return {"location": location, "pointer": pointer, "detail": detail, "allowed": allowed_names}
    detail = " ".join(dict.fromkeys(flatten_messages(messages)))
    allowed = getattr(field, "allowed", None)
    return {"location": location, "pointer": pointer, "detail": detail} | (
        {"allowed": allowed} if allowed else {}
    )


def flatten_messages(messages: Any) -> list[str]:
    """Return the sentences in marshmallow's nested messages."""
    if isinstance(messages, dict):
        return [sentence for part in messages.values() for sentence in flatten_messages(part)]
    if isinstance(messages, list):
        return [sentence for part in messages for sentence in flatten_messages(part)]
    return [str(messages)]
