"""Strict JSON: parse the body of a request, and refuse what would be stored otherwise than it was sent.

Python's parser is lenient where RFC 8259 warns of differences between parsers: the last of two equal names
wins, ``NaN`` is a number, ``1e999`` is infinite, and half of a surrogate pair is a text that no database can
store. An error here names the place as a JSON Pointer (RFC 6901).

Checks that run for every body are cheap. Pointers are only computed for a body that is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from api.http.errors import ProblemException

#: The deepest nesting of objects and lists. Create bodies need four levels.
MAX_DEPTH = 32
#: Longer integers are refused before they are converted, which would take quadratic time.
MAX_DIGITS = 20
#: The number of errors that one response lists; the detail says how many there are.
MAX_REPORTED_ERRORS = 20
MAX_QUOTED = 60
#: Escapes that may stand for what cannot be stored: NUL, and one half of a surrogate pair.
SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Fault(NamedTuple):
    """What is wrong at a place in a body; ``pointer`` is a JSON Pointer."""

    pointer: str
    detail: str

    def to_error(self) -> dict[str, Any]:
        """Return the fault as an entry of a problem's ``errors``."""
        return {"location": "json", "pointer": self.pointer, "detail": self.detail}


class _Flaw(NamedTuple):
    """Stands in a parsed body for a value that is refused; ``name`` is that of a repeated member."""

    detail: str
    name: str | None = None


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is.

    Raises:
        ProblemException: 400 ``invalid-json``, if it is not strict JSON; 422 ``invalid-body``, if it is
            another value than an object.
    """
    value = parse_json(body)
    if not isinstance(value, dict):
        raise invalid_body([Fault("", "Must be a JSON object.")])
    return value


def parse_json(body: bytes) -> Any:
    """Return the value of a body in strict JSON.

    Raises:
        ProblemException: 400 ``invalid-json``.
    """
    value, is_flawed = _decode(_text_of(body))
    if not _is_shallow(value):
        _refuse([Fault("", f"Must not be nested more than {MAX_DEPTH} levels deep.")])
    if is_flawed or SUSPECT_ESCAPE.search(body):
        faults = list(_faults(value))
        if faults:
            _refuse(faults)
    return value


def invalid_body(faults: list[Fault]) -> ProblemException:
    """Return the problem 422 ``invalid-body`` with these faults."""
    return ProblemException("invalid-body", summary(faults), _errors(faults))


def summary(faults: list[Fault]) -> str:
    """Return the detail of a problem with these faults."""
    return "1 value is not valid." if len(faults) == 1 else f"{len(faults)} values are not valid."


def pointer(*steps: Any) -> str:
    """Return the JSON Pointer of the keys and indexes that lead to a value."""
    return "".join(f"/{_printable(str(step)).replace('~', '~0').replace('/', '~1')}" for step in steps)


def _errors(faults: list[Fault]) -> list[dict[str, Any]]:
    return [fault.to_error() for fault in faults[:MAX_REPORTED_ERRORS]]


def _refuse(faults: list[Fault]) -> NoReturn:
    first = faults[0]
    detail = f"{first.pointer}: {first.detail}" if first.pointer else first.detail
    raise ProblemException("invalid-json", detail, _errors(faults))


def _text_of(body: bytes) -> str:
    if body.startswith(BYTE_ORDER_MARK):
        _refuse([Fault("", "Must not begin with a byte order mark.")])
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse([Fault("", f"Must be encoded in UTF-8; byte {error.start + 1} is not.")])


def _decode(text: str) -> tuple[Any, bool]:
    """Return the value, and whether flaws stand in it."""
    flaws: list[_Flaw] = []

    def flaw(detail: str, name: str | None = None) -> _Flaw:
        flaws.append(_Flaw(detail, name))
        return flaws[-1]

    def build(pairs: list[tuple[str, Any]]) -> Any:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        # Not `names.count`: of a megabyte of names, that would take minutes.
        ((repeated, _),) = Counter(name for name, _ in pairs).most_common(1)
        return flaw("Must not be repeated in its object.", repeated)

    def whole(digits: str) -> Any:
        return int(digits) if len(digits) <= MAX_DIGITS else flaw(f"Has more than {MAX_DIGITS} digits.")

    def decimal(digits: str) -> Any:
        number = float(digits)
        return number if math.isfinite(number) else flaw("The number is too large.")

    decoder = json.JSONDecoder(
        object_pairs_hook=build,
        parse_int=whole,
        parse_float=decimal,
        parse_constant=lambda name: flaw(f"{name} is not JSON. Use null if there is no number."),
    )
    try:
        return decoder.decode(text), bool(flaws)
    except json.JSONDecodeError as error:
        _refuse([Fault("", f"Not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.")])
    except RecursionError:
        _refuse([Fault("", f"Must not be nested more than {MAX_DEPTH} levels deep.")])


def _is_shallow(value: Any) -> bool:
    """Whether a value has at most ``MAX_DEPTH`` levels, found level by level."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return True
        children = (each for one in level for each in (one.values() if isinstance(one, dict) else one))
        level = [child for child in children if type(child) is dict or type(child) is list]
    return not level


def _faults(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[Fault]:
    """Yield the flaws in a value, with their places."""
    if isinstance(value, _Flaw):
        place = steps if value.name is None else (*steps, value.name)
        yield Fault(pointer(*place), value.detail)
    elif isinstance(value, str):
        if UNSTORABLE.search(value):
            yield Fault(pointer(*steps), "Must not contain NUL characters or lone surrogates.")
    elif isinstance(value, dict):
        for name, member in value.items():
            if UNSTORABLE.search(name):
                yield Fault(pointer(*steps, name), "A name must not contain NUL or lone surrogates.")
            yield from _faults(member, (*steps, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _faults(element, (*steps, index))


def _printable(text: str) -> str:
    """Return a text of the request for a message: short, and without what JSON cannot encode."""
    shown = text.encode("utf-8", "replace").decode()
    return shown if len(shown) <= MAX_QUOTED else f"{shown[:MAX_QUOTED]}…"
