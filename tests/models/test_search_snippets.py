"""Where a text has what was looked for, and the piece of it that is shown."""

import pytest

from models.search import extract_snippet, find_highlights, parse

LONG = " ".join(f"word{number}" for number in range(100)) + " the lamp " + "and more " * 40


def marked(text, asked):
    return [text[start:end] for start, end in find_highlights(text, parse(asked))]


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("Love loves the beloved lover.", "love", ["Love", "loves"]),
        ("Growing apart, then apart growing.", '"growing apart"', ["Growing apart"]),
        ("Growing, apart", '"growing apart" apart', ["Growing, apart"]),
        ("The lone and the lonely", "lon*", ["lone", "lonely"]),
        ("Theodore’s letters", "theodore", ["Theodore’s"]),
        ("Un cafe\u0301, un café", "cafe", ["cafe\u0301", "café"]),
        ("Die Straße", "strasse", ["Straße"]),
        ("A so\u00adft ﬁlm", "soft film", ["so\u00adft", "ﬁlm"]),
        ("İSTANBUL", "istanbul", ["İSTANBUL"]),
        ("<b>love</b> & more", "love more", ["love", "more"]),
        ("her and him", "her -him", ["her"]),
        ("nothing of the kind", "love", []),
        ("", "love", []),
        ("again and again and", '"again and again"', ["again and again"]),
        ("a b a b a", '"a b a"', ["a b a b a"]),
    ],
)
def test_what_matches_is_marked_where_it_stands(text, asked, expected):
    assert marked(text, asked) == expected


class TestSnippet:
    def test_a_short_text_is_whole(self):
        assert extract_snippet("The lamp.", parse("lamp")) == ("The lamp.", [(4, 8)])

    def test_a_long_one_is_cut_around_the_first_match(self):
        piece = extract_snippet(LONG, parse("lamp"))
        assert len(piece.text) <= 162
        assert piece.text.startswith("…word")
        assert piece.text.endswith("…")
        assert [piece.text[start:end] for start, end in piece.highlights] == ["lamp"]

    def test_it_cuts_no_word(self):
        words = {*LONG.split()}
        for asked in ("word0", "word50", "word99", "lamp", "more", "none", "word3 more"):
            assert set(extract_snippet(LONG, parse(asked)).text.strip("…").split()) <= words

    def test_without_a_match_it_is_the_beginning(self):
        piece = extract_snippet(LONG, parse("none"))
        assert LONG.startswith(piece.text.removesuffix("…"))
        assert piece.highlights == []

    def test_at_either_end_only_the_other_is_cut(self):
        assert not extract_snippet(LONG, parse("word0")).text.startswith("…")
        end = extract_snippet(LONG + "finis", parse("finis")).text
        assert end.endswith("finis")

    def test_a_text_that_is_one_run_is_cut_somewhere(self):
        for asked in ("none", "xx*"):
            assert 150 < len(extract_snippet("x" * 500, parse(asked)).text) <= 502

    def test_every_range_lies_within_it(self):
        for length in range(1, 300, 7):
            piece = extract_snippet(LONG, parse("word* lamp"), length)
            assert all(0 <= start < end <= len(piece.text) for start, end in piece.highlights)
            assert piece.highlights
