"""Strict JSON bodies: what is refused, and the place that the problem names."""

from contextlib import suppress

import pytest

from api.http.errors import ProblemException
from api.writing.json_body import MAX_DEPTH, parse_json, parse_object, pointer
from tests.cases import each

NESTED = b"[" * 40 + b"]" * 40


def refusal(body):
    with pytest.raises(ProblemException) as caught:
        parse_object(body)
    return caught.value


@each(
    "body, place, words",
    [
        (b'{"a": 1, "a": 1}', "/a", "repeated"),
        (b'{"a": [{}, {"b": 1, "c": 2, "b": 3}]}', "/a/1/b", "repeated"),
        (b'{"a/b": {"~": NaN}}', "/a~1b/~0", "NaN is not JSON"),
        (b'{"a": [1, -Infinity]}', "/a/1", "-Infinity"),
        (b'{"a": 1e999}', "/a", "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "/a", "20 digits"),
        (b'{"a": {"b": "x\\ud800"}}', "/a/b", "surrogates"),
        (b'{"a": ["\\udc00\\ud800"]}', "/a/0", "surrogates"),
        (b'{"a": "\\u0000"}', "/a", "NUL"),
        (b'{"a\\ud800": 1}', "/a?", "name"),
        (b'{"a": ' + NESTED + b"}", "", f"{MAX_DEPTH} levels"),
        (b"[" * 100_000, "", f"{MAX_DEPTH} levels"),
        (b'{"a": "\xff"}', "", "byte 8"),
        (b'\xef\xbb\xbf{"a": 1}', "", "byte order mark"),
        (b'{"a": 1} {}', "", "column 10"),
        (b'{"a": 1,}', "", "column 9"),
        (b"{'a': 1}", "", "line 1"),
        (b'{"a": "\x01"}', "", "control character"),
        (b"", "", "Not valid JSON"),
        (b'{"a": 01}', "", "column 8"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_place(body, place, words):
    problem = refusal(body)
    assert problem.problem.code == "invalid-json"
    assert [error["pointer"] for error in problem.errors] == [place]
    assert words in problem.errors[0]["detail"]


@each("body", [b"[]", b'"text"', b"null", b"1"])
def test_another_value_than_an_object_is_an_invalid_body(body):
    assert refusal(body).problem.code == "invalid-body"


@each(
    "body, value",
    [
        (b'{"a": "\\ud83d\\ude00\\\\u0000 \xc3\xa9"}', {"a": "\U0001f600\\u0000 é"}),
        (b' {"a": [1, 2.5, -3e2, true, null, {}]}\n', {"a": [1, 2.5, -300.0, True, None, {}]}),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    ],
)
def test_strict_json_is_parsed(body, value):
    assert value is None or parse_json(body) == value


def test_at_most_twenty_faults_are_listed():
    problem = refusal(b'{"a": [' + b", ".join([b"NaN"] * 30) + b"]}")
    assert [error["pointer"] for error in problem.errors] == [f"/a/{index}" for index in range(20)]


@each(
    "body",
    [
        b'{"a": [' + b"[],".ljust(3) * 340_000 + b"0]}",
        b"{" + b",".join(b'"k%d":0' % number for number in range(90_000)) + b"}",
        b"{" + b",".join([b'"k":0'] * 170_000) + b"}",
        b'{"a": "' + b"\\ud83d\\ude00" * 80_000 + b'"}',
        b'{"a": ' + b"9" * 1_000_000 + b"}",
    ],
)
def test_a_megabyte_of_anything_is_parsed_or_refused(body):
    # Quadratic algorithms would take minutes.
    with suppress(ProblemException):
        assert parse_object(body)


def test_pointers_are_short():
    assert pointer("a" * 100, 3) == f"/{'a' * 60}…/3"
