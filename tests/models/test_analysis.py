"""How texts become terms."""

from models.search.text_analysis import (
    MAX_TERM_FREQUENCY,
    MAX_TERM_LENGTH,
    MAX_TOKENS,
    TEXT_BOUNDARY,
    analyse_document,
    fold,
    stem,
    tokenize,
)
from tests.cases import each


def exact(text):
    return [token.exact for token in tokenize(text)]


@each(
    ("text", "folded"),
    [
        ("Café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("Straße", "strasse"),
        ("ﬁlm", "film"),
        ("Ångström", "angstrom"),
        ("SØREN Œuvre Łódź", "soren oeuvre lodz"),
        ("İstanbul ısı", "istanbul isi"),
        ("Ｌｏｖｅ", "love"),
        ("x²", "x2"),
        ("so\u00adft", "soft"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("don’t", "don't"),
    ],
)
def test_case_accents_and_forms_are_folded(text, folded):
    assert fold(text)[0] == folded


@each(
    ("text", "terms"),
    [
        ("Face-to-face, at 9:30", ["face", "to", "face", "at", "9", "30"]),
        ("don't ’tis rock’n’roll systems'", ["dont", "tis", "rocknroll", "systems"]),
        ("snake_case", ["snake", "case"]),
        ("mail@example.org", ["mail", "example", "org"]),
        ("👍🏽 — … \x00 \ud800", []),
        ("愛してる", ["愛してる"]),
        ("½ 2", ["1", "2", "2"]),
        ("x" * 100, ["x" * MAX_TERM_LENGTH]),
    ],
)
def test_tokens_are_runs_of_letters_and_digits(text, terms):
    assert exact(text) == terms


@each(
    "words",
    [("letter", "letters", "letter's"), ("perfect", "perfection", "perfectly"), ("divorce", "divorced")],
)
def test_words_have_the_stem_of_their_inflections(words):
    assert len({stem(word) for word in words}) == 1


def test_a_possessive_has_the_stem_of_its_word():
    assert {token.stem for token in tokenize("Charles Charles's Charles’s CHARLES'")} == {"charl"}


@each("text", ["Cafe\u0301s", "ﬁlms", "so\u00adft", "İD", "e\u0301", "Straße", "don’t"])
def test_a_token_stands_where_its_letters_stand(text):
    [token] = tokenize(f"“{text}”")
    assert f"“{text}”"[token.start : token.end] == text


class TestADocument:
    def test_its_terms_stand_between_blanks_of_their_own(self):
        terms = analyse_document([("Her, her", 1)])
        assert terms.exact == f" {TEXT_BOUNDARY}  her  her  {TEXT_BOUNDARY} "
        assert terms.stem.count(" her ") == terms.length == 2

    def test_a_text_counts_as_often_as_it_weighs(self):
        terms = analyse_document([("Lamp", 3), ("a lamp", 1)])
        assert terms.stem.count(" lamp ") == 4
        assert terms.length == 5

    def test_no_phrase_goes_from_one_text_into_the_next(self):
        assert " one  two " not in analyse_document([("one", 1), ("two", 1)]).exact
        assert " one  one " not in analyse_document([("one", 2)]).exact

    def test_what_postgresql_would_not_keep_is_left_out(self):
        often = analyse_document([("word " * 1000, 1)])
        assert often.exact.count(" word ") == MAX_TERM_FREQUENCY
        assert often.stem.count(" word ") == 1000
        long = analyse_document([(" ".join(map(str, range(30_000))), 1)])
        assert len(long.exact.split()) <= MAX_TOKENS
        assert len(analyse_document([("愛" * 64 + " ", 1)] * 5000).exact) <= 110_000

    def test_of_nothing_it_is_nothing(self):
        assert analyse_document([]).length == analyse_document([("…", 1)]).length == 0
