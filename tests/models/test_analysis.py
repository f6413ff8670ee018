"""Text analysis: how texts become search terms."""

import sys

from models.search.folding import fold
from models.search.korean import korean_noun, one_syllable_noun
from models.search.stemming import stem
from models.search.text_analysis import MAX_TERM_FREQUENCY, MAX_TOKENS, TEXT_BOUNDARY, analyse_document
from models.search.tokenizer import MAX_TERM_LENGTH, character_pairs, tokenize
from tests.cases import each


def exact(text):
    return [token.exact for token in tokenize(text) if token.exact]


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
def test_case_accents_and_compatibility_characters_are_folded(text, folded):
    assert fold(text)[0] == folded


@each(
    ("text", "terms"),
    [
        ("Face-to-face, at 9:30", ["face", "to", "face", "at", "9", "30"]),
        ("don't ’tis rock’n’roll systems'", ["dont", "tis", "rocknroll", "systems"]),
        ("snake_case", ["snake", "case"]),
        ("mail@example.org", ["mail", "example", "org"]),
        ("👍🏽 — … \x00 \ud800", []),
        ("愛してるiPhone", ["愛", "し", "て", "る", "iphone"]),
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
def test_inflections_of_a_word_have_the_same_stem(words):
    assert len({stem(word) for word in words}) == 1


def test_no_stemmer_of_another_language_is_loaded():
    stem("letters")
    loaded = {name for name in sys.modules if name.startswith("snowballstemmer.")}
    assert loaded == {f"snowballstemmer.{name}" for name in ("english_stemmer", "basestemmer", "among")}


def test_a_possessive_has_the_stem_of_its_word():
    assert {token.stem for token in tokenize("Charles Charles's Charles’s CHARLES'")} == {"charl"}


@each("text", ["Cafe\u0301s", "ﬁlms", "so\u00adft", "İD", "e\u0301", "Straße", "don’t"])
def test_a_token_has_the_position_of_its_letters(text):
    [token] = tokenize(f"“{text}”")
    assert f"“{text}”"[token.start : token.end] == text


@each(
    ("word", "noun"),
    [
        ("사랑을", "사랑"),
        ("사랑에서는", "사랑"),
        ("친구들과", "친구"),
        ("나는", "나"),
        ("마을", "마을"),
        ("아이", "아이"),
        ("종이", "종이"),
        ("속도", "속도"),
        ("도로", "도로"),
        ("서울로", "서울"),
    ],
)
def test_a_korean_noun_has_no_particles(word, noun):
    assert korean_noun(word) == noun


@each(
    ("word", "noun"), [("꿈이라면", "꿈"), ("물도", "물"), ("나에게는", "나"), ("꿈", None), ("사랑을", None)]
)
def test_a_korean_noun_of_one_syllable_is_found_in_its_word(word, noun):
    assert one_syllable_noun(word) == noun


@each(
    ("text", "variants"),
    [
        ("e-mail", ["email"]),
        ("state-of-the-art", ["stateoftheart"]),
        ("1-2 e.g. v1.2", []),
        ("Ph.D.", ["phd"]),
        ("L’amour", ["lamour"]),
        ("O’Brien", ["brien"]),
        ("don’t she’ll c’mon", ["mon"]),
        ("İstanbul’da", ["istanbulda"]),
        ("AI를", ["ai를"]),
        ("꿈을", ["꿈"]),
    ],
)
def test_a_word_has_its_other_spellings_as_variants(text, variants):
    assert [token.stem for token in tokenize(text) if not token.exact] == variants


@each(
    ("text", "pairs"),
    [("東京都", ["東京", "京都"]), ("東、京", []), ("東a京", []), ("รัก", ["รัก"]), ("ချစ်", []), ("ab", [])],
)
def test_pairs_are_of_adjacent_characters(text, pairs):
    assert character_pairs(list(tokenize(text))) == pairs


class TestDocument:
    def test_its_terms_are_each_surrounded_by_spaces(self):
        terms = analyse_document([("Her, her", 1)])
        assert terms.exact == f" {TEXT_BOUNDARY}  her  her  {TEXT_BOUNDARY} "
        assert terms.stem.count(" her ") == terms.length == 2

    def test_a_text_is_counted_as_often_as_its_weight(self):
        terms = analyse_document([("Lamp", 3), ("a lamp", 1)])
        assert terms.stem.count(" lamp ") == 4
        assert terms.length == 5

    def test_no_phrase_spans_two_texts(self):
        assert " one  two " not in analyse_document([("one", 1), ("two", 1)]).exact
        assert " one  one " not in analyse_document([("one", 2)]).exact

    def test_terms_beyond_the_limits_of_postgresql_are_omitted(self):
        repeated_word = analyse_document([("word " * 1000, 1)])
        assert repeated_word.exact.count(" word ") == MAX_TERM_FREQUENCY
        assert repeated_word.stem.count(" word ") == 1000
        long = analyse_document([(" ".join(map(str, range(30_000))), 1)])
        assert len(long.exact.split()) <= MAX_TOKENS
        assert len(analyse_document([("愛" * 64 + " ", 1)] * 5000).exact) <= 110_000

    def test_a_text_without_words_has_no_terms(self):
        assert analyse_document([]).length == analyse_document([("…", 1)]).length == 0
