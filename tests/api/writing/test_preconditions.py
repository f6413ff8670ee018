"""Entity tags in ``If-Match`` and ``If-None-Match``: which match, and which are malformed."""

import pytest

from api.http.errors import ProblemException
from api.writing.preconditions import parse_tags
from tests.cases import each

HASH = "0123456789abcdef" * 2


@each(
    "value, validator, matches",
    [
        (f'"3.{HASH}"', "3", True),
        (f'"3.{HASH}-gzip"', "3", True),
        (f'"3.{HASH}-br"', "3", True),
        (f'"3.ab12cd.{HASH}"', "3.ab12cd", True),
        (f'"2.{HASH}" ,\t"3.{HASH}-gzip"', "3", True),
        (" * ", "3", True),
        (f'"3.{HASH}"', "13", False),
        (f'"3.{HASH}"', "3.ab12cd", False),
        (f'"3.ab12cd.{HASH}"', "3", False),
        (f'"3.ab12cd.{HASH}"', "3.ab12ce", False),
        (f'W/"3.{HASH}"', "3", False),
        ('"3"', "3", False),
        ('""', "3", False),
        ('"3.xyz"', "3", False),
    ],
)
def test_a_strong_tag_matches_by_its_revision(value, validator, matches):
    assert parse_tags(value).match(validator) is matches


@each(
    "value",
    [
        "",
        "3",
        f"3.{HASH}",
        '"3',
        '3"',
        "*, *",
        f'*, "3.{HASH}"',
        '"a""b"',
        '"a";"b"',
        "'3'",
        'w/"3"',
        '"a b"',
        '"' + "a" * 9_000 + '"',
        ", ".join(['"3"'] * 1_000),
        ", ".join(['"3"'] * 51),
        '"a\n"',
    ],
)
def test_anything_else_is_malformed(value):
    with pytest.raises(ProblemException) as caught:
        parse_tags(value)
    assert caught.value.problem.code == "bad-request"
    assert caught.value.errors[0]["pointer"] == "If-Match"


def test_weak_tags_are_told_apart():
    assert parse_tags('W/"1", W/"2"').are_all_weak
    assert not parse_tags('W/"1", "2"').are_all_weak
