"""Parsing of search queries, and the errors for invalid ones."""

import pytest

from models import InvalidQuery
from models.search import parse
from tests.cases import each


def clauses(text):
    return [
        ("-" if clause.negated else "") + f"{clause.kind}:{' '.join(clause.exact)}"
        for clause in parse(text).clauses
    ]


@each(
    ("text", "expected"),
    [
        ("love", ["word:love"]),
        ("Love  HER", ["word:love", "word:her"]),
        ('"growing apart"', ["phrase:growing apart"]),
        ("“growing apart” «du und ich»", ["phrase:growing apart", "phrase:du und ich"]),
        ("lo*", ["prefix:lo"]),
        ("love -her", ["word:love", "-word:her"]),
        ('love -"growing apart" -lo*', ["word:love", "-phrase:growing apart", "-prefix:lo"]),
        ("face-to-face", ["word:face to face"]),
        ("love -face-to-face", ["word:love", "-phrase:face to face"]),
        ("well-kno*", ["word:well", "prefix:kno"]),
        ("love - her", ["word:love", "word:her"]),
        ("love --her", ["word:love", "-word:her"]),
        ("lo*ve", ["word:lo", "word:ve"]),
        ("*love", ["word:love"]),
        ("'lo*'", ["prefix:lo"]),
        ('"lo* her"', ["phrase:lo her"]),
        ('"growing apart', ["word:growing", "word:apart"]),
        ('love "" "…"', ["word:love"]),
        ('lo"ve', ["word:lo", "word:ve"]),
        ("love AND her OR NOT him", ["word:love", "word:and", "word:her", "word:or", "word:not", "word:him"]),
        ("NEAR(love", ["word:near", "word:love"]),
        ("exact:love", ["word:exact", "word:love"]),
        ("love\x00her\ud800", ["word:love", "word:her"]),
        ("love loves LOVE", ["word:love"]),
        ("love -love", ["word:love", "-word:love"]),
        ("愛* 東京タワー", ["phrase:愛", "phrase:東 京 タ ワ ー"]),
        ("iPhoneを", ["word:iphone", "phrase:を"]),
        ("사랑을 꿈은 나의", ["prefix:사랑", "word:꿈", "prefix:나의"]),
        ("AI를 L’eau", ["word:ai", "word:eau"]),
        ('צה"ל "שלום"', ["word:צהל", "phrase:שלום"]),
    ],
)
def test_a_query_is_parsed_into_clauses(text, expected):
    assert clauses(text) == expected


@each(
    ("text", "reason"),
    [
        ("", "at least one letter"),
        ("  … 👍🏽 \x00 \ud800 ", "at least one letter"),
        ('""', "at least one letter"),
        ("-love", "only excludes words"),
        ('-"growing apart" -lo*', "only excludes words"),
        ("x" * 201, "at most 200 characters"),
        ("love " * 10_000, "at most 200 characters"),
        (" ".join(map(str, range(17))), "at most 16 words"),
        ("l*", "at least two letters"),
        ("love -l*", "at least two letters"),
    ],
)
def test_an_invalid_query_is_refused_with_the_reason(text, reason):
    with pytest.raises(InvalidQuery, match=reason):
        parse(text)


@each("text", ["x" * 200, " ".join(map(str, range(16))), "a " * 100])
def test_queries_at_the_limits_are_accepted(text):
    assert parse(text).clauses


def test_a_clause_has_the_positions_of_its_words():
    text = "love “growing apart”"
    [_, phrase] = parse(text).clauses
    assert [text[token.start : token.end] for token in phrase.tokens] == ["growing", "apart"]


def test_equal_texts_are_equal_queries():
    assert parse("love -her") == parse("love -her")
    assert hash(parse("love")) == hash(parse("love"))
