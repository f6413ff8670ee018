"""Highlights of a search in a text, and the snippet around the first match."""

from models.search import extract_snippet, find_highlights, parse
from tests.cases import each

LONG = " ".join(f"word{number}" for number in range(100)) + " the lamp " + "and more " * 40


def highlighted_texts(text, query):
    return [text[start:end] for start, end in find_highlights(text, parse(query))]


@each(
    ("text", "query", "expected"),
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
        ("L’amour d’eau", "amour", ["amour"]),
        ("L’amour d’eau", "l'amour", ["L’amour"]),
        ("Conan O’Brien’s", "brien", ["Brien"]),
        ("İstanbul’da", "istanbul", ["İstanbul"]),
        ("An e-mail, emails", "email", ["e-mail", "emails"]),
        ("An e-mail, emails", "e-mail", ["e-mail", "emails"]),
        ("In the U.S.A. and USA", "usa", ["U.S.A", "USA"]),
        ("1,000 or 1000", "1000", ["1,000", "1000"]),
        ("她住在北京的北京大学", "北京", ["北京", "北京"]),
        ("她住在北京的北京大学", "北京大学 她", ["她", "北京大学"]),
        ("か\u3099き、ｶﾞ", "が カ\u3099", ["か\u3099", "ｶﾞ"]),
        ("ฉันรักเธอ", "รัก", ["รัก"]),
        ("ងខ្ញុំស្រឡាញ់", "ស្រឡាញ់", ["ស្រឡាញ់"]),
        ("ချစ်တယ်", "ချစ်", ["ချစ်"]),
        ("사랑을 위한 꿈이", "사랑은 꿈", ["사랑을", "꿈"]),
        (
            "\u1109\u1161\u1105\u1161\u11bc\u110b\u1173\u11af.",
            "사랑",
            ["\u1109\u1161\u1105\u1161\u11bc\u110b\u1173\u11af"],
        ),
        ("AI를 위한", "AI", ["AI"]),
        ("यह हिन्दी है", "हिंदी", ["हिन्दी"]),
        ("Ո՞վ է", "ով", ["Ո՞վ"]),
        ('היא צה"ל', "צהל", ['צה"ל']),
        ("㍿映画", "株式会社", ["㍿"]),
    ],
)
def test_matches_are_highlighted(text, query, expected):
    assert highlighted_texts(text, query) == expected


class TestSnippet:
    def test_a_short_text_is_not_cut(self):
        assert extract_snippet("The lamp.", parse("lamp")) == ("The lamp.", [(4, 8)])

    def test_a_long_text_is_cut_around_the_first_match(self):
        snippet = extract_snippet(LONG, parse("lamp"))
        assert len(snippet.text) <= 162
        assert snippet.text.startswith("…word")
        assert snippet.text.endswith("…")
        assert [snippet.text[start:end] for start, end in snippet.highlights] == ["lamp"]

    def test_it_never_cuts_a_word(self):
        words = {*LONG.split()}
        for query in ("word0", "word50", "word99", "lamp", "more", "none", "word3 more"):
            assert set(extract_snippet(LONG, parse(query)).text.strip("…").split()) <= words

    def test_without_a_match_it_is_the_start_of_the_text(self):
        snippet = extract_snippet(LONG, parse("none"))
        assert LONG.startswith(snippet.text.removesuffix("…"))
        assert snippet.highlights == []

    def test_a_match_at_one_end_cuts_only_the_other_end(self):
        assert not extract_snippet(LONG, parse("word0")).text.startswith("…")
        end = extract_snippet(LONG + "finis", parse("finis")).text
        assert end.endswith("finis")

    def test_a_text_without_spaces_is_cut_anywhere(self):
        for query in ("none", "xx*"):
            assert 150 < len(extract_snippet("x" * 500, parse(query)).text) <= 502

    def test_a_text_without_spaces_between_words_is_cut_around_the_match(self):
        snippet = extract_snippet("他走在城市里。" * 50 + "孤獨" + "他走在城市里。" * 50, parse("孤獨"))
        assert len(snippet.text) <= 162
        assert [snippet.text[start:end] for start, end in snippet.highlights] == ["孤獨"]

    def test_every_highlight_is_within_the_snippet(self):
        for length in range(1, 300, 7):
            snippet = extract_snippet(LONG, parse("word* lamp"), length)
            assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.highlights)
            assert snippet.highlights
