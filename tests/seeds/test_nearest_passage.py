"""The passage nearest to a quotation, and what differs, in several scripts."""

import unicodedata

from api.entries.nearest_passage import Passages
from tests.cases import each

PARAGRAPHS = [
    "Il dit : « L’amour, c’est… rien » — puis s’en va.",
    "Tình yêu không phải là sở hữu, mà là sự thấu hiểu.",
    "我们所爱的人，并不是我们想象中的那个人。",
    "彼は「もう遅い」と言った。ガラスの向こうで。",
    "Она сказала: „Я не твоя“ – и ушла.",
    "قال لها: «لا تذهبي» ثم صمت طويلا.",
    "She waited . . . and waited -- for a voice.",
    "She waited for a letter, and then for nothing at all.",
    "the the the the the the the the the the the the",
]
PASSAGES = Passages(PARAGRAPHS)


class TestForm:
    @each(
        ("quotation", "passage", "differences"),
        [
            ('Il dit : "L’amour', "Il dit : « L’amour", ["quotation marks", "spaces"]),
            ("L'amour, c'est... rien", "L’amour, c’est… rien", ["ellipses", "quotation marks"]),
            ("rien »—puis", "rien » — puis", ["spaces"]),
            ("rien » -- puis", "rien » — puis", ["dashes"]),
            ("SỞ HỮU", "sở hữu", ["capital letters"]),
            ("并不是我们,", None, None),
            ("『もう遅い』と言った", "「もう遅い」と言った", ["quotation marks"]),
            ("ｶﾞﾗｽの向こう", "ガラスの向こう", ["the form of Unicode"]),
            ("«Я не твоя» — и ушла", "„Я не твоя“ – и ушла", ["dashes", "quotation marks"]),
            ("قال لها: \u200f«لا تذهبي»", "قال لها: «لا تذهبي»", ["invisible characters"]),
            (
                "She waited… and waited — for",
                "She waited . . . and waited -- for",
                ["dashes", "ellipses", "spaces"],
            ),
        ],
    )
    def test_what_differs_only_in_form_is_named(self, quotation, passage, differences):
        found = PASSAGES.find(quotation, 1)
        assert (found.text, found.differences) == (passage, differences) if passage else not found.differences

    @each("number", range(1, 9))
    @each("form", ["NFD", "NFKD"])
    def test_another_form_of_unicode_is_named(self, number, form):
        paragraph = PARAGRAPHS[number - 1]
        quotation = unicodedata.normalize(form, paragraph)
        if quotation != paragraph:
            found = PASSAGES.find(quotation, number)
            assert (found.text, found.paragraph) == (paragraph, number)
            assert "the form of Unicode" in found.differences or found.differences == ["ellipses"]

    def test_the_cited_paragraph_comes_first(self):
        passages = Passages(["And so it goes.", "And so it goes!", "So it goes."])
        assert passages.find("and so it goes", 2).paragraph == 2
        assert passages.find("and so it goes", 3).paragraph == 1


class TestWords:
    @each(
        ("quotation", "passage"),
        [
            ("Tình yêu không phải là chiếm hữu, mà là sự thấu hiểu", "Tình yêu không phải là sở hữu, mà là sự thấu hiểu."),
            ("我们爱的人，并不是我们想象中的那个人", "我们所爱的人，并不是我们想象中的那个人"),
            ("彼は「もう早い」と言った", "彼は「もう遅い」と言った"),
            ("Она молвила: „Я не твоя“ – и ушла.", "Она сказала: „Я не твоя“ – и ушла."),
            ("waited for one letter, and then for nothing", "waited for a letter, and then for nothing"),
        ],
    )  # fmt: skip
    def test_a_passage_with_most_of_the_words_is_found(self, quotation, passage):
        found = PASSAGES.find(quotation, 1)
        assert found.text in (passage, passage.rstrip("."))
        assert not found.differences

    @each("quotation", ["Nobody said anything of the kind", "爱是一种误会", "—…—", "\u200b", "the " * 2000])
    def test_what_is_nowhere_is_not_found(self, quotation):
        assert PASSAGES.find(quotation, 1) is None

    def test_a_long_passage_is_shortened_where_it_is_displayed(self):
        found = Passages(["word " * 100]).find("Word " * 90, 1)
        assert len(found.displayed) == 301
