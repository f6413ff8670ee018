"""Line breaks, text direction and grapheme clusters, as in browsers."""

from itertools import accumulate, pairwise

from hypothesis import given

from api.embeds.text_height import TypeSize, break_lines, height
from api.text import line_breaking
from api.text.bidi import embedding_levels
from api.text.layout import Paragraph, Span
from tests.cases import each
from tests.embeds.quotes import TEXTS
from tests.forms import hypothesis_settings

TYPE = TypeSize(20, 30)


class TestLines:
    def test_no_line_is_too_wide(self):
        paragraph = Paragraph("Sometimes I think I have felt everything I’m ever gonna feel.")
        assert all(paragraph.width(*line) <= 8 for line in paragraph.break_lines(8))

    def test_a_very_long_word_is_broken_anywhere(self):
        assert "".join(break_lines("a" * 300, 200, TYPE)) == "a" * 300
        assert len(break_lines("a" * 300, 200, TYPE)) > 10

    def test_lines_break_between_ideographs_but_not_before_punctuation(self):
        lines = break_lines("晩春、父と娘の物語。これは長い文章です。", 120, TYPE)
        assert len(lines) > 2
        assert not any(line.startswith(("。", "、")) for line in lines)

    @each(
        "words",
        [
            "ความ|รัก|ไม่ใช่|สิ่ง|ที่|เรา|ครอบ|ครอง",
            "ຄວາມຮັກ|ບໍ່|ແມ່ນ|ສິ່ງ|ທີ່|ພວກ|ເຮົາ",
            "យើង|រៀន|ជាមួយគ្នា|រាល់ថ្ងៃ",
            "ကျွန်ုပ်|တို့|ပိုင်ဆိုင်|သော|အရာ",
            "བརྩེ་|དུང་|ནི་|ང་|ཚོས",
            "ሰላም፡|ለሁሉም",
            "愛|と|は|所|有|す|る|も|の、|そ|う",
        ],
    )
    def test_scripts_without_spaces_break_between_words_or_syllables(self, words):
        breaks = [0, *line_breaking.line_breaks(words.replace("|", ""))]
        text = words.replace("|", "")
        assert "|".join(text[start:end] for start, end in pairwise(breaks)) == words

    def test_white_space_is_folded(self):
        assert break_lines(" one \n\n two\t", 400, TYPE) == ["one two"]

    def test_a_line_may_have_several_styles(self):
        assert break_lines([Span("— Theodore, "), Span("Her", italic=True)], 400, TYPE) == ["— Theodore, Her"]

    def test_no_text_has_no_height(self):
        assert height("", 400, TYPE) == 0

    @hypothesis_settings
    @given(TEXTS)
    def test_every_character_is_on_exactly_one_line(self, text):
        paragraph = Paragraph(text[:600])
        lines = paragraph.break_lines(12)
        assert "".join(paragraph.text[line.start : line.end] for line in lines).replace(" ", "") == (
            paragraph.text.replace(" ", "")
        )


class TestCharacters:
    @each(
        "clusters",
        ["a|b", "e\u0301|a", "क्षि|त्रि|य", "ক্ষু|দ্র", "👩\u200d💻|🇫🇷|1\ufe0f\u20e3", "각|ᄀᆞᆨ", "นี้|ที่", "𝒳|b"],
    )
    def test_marks_conjuncts_and_emoji_belong_to_one_cluster(self, clusters):
        text = clusters.replace("|", "")
        assert "|".join(text[start:end] for start, end in line_breaking.graphemes(text)) == clusters


class TestLevels:
    @each(
        ("text", "expected"),
        [
            ("abc", "222"),
            ("אב", "11"),
            ("אב 12", "11122"),
            ("אב (גד)", "1111111"),
            ("אב (ab) גד", "1111221111"),
        ],
    )
    def test_from_the_right(self, text, expected):
        assert "".join(map(str, embedding_levels(text, right_to_left=True))) == expected

    @each(
        ("parts", "from_the_left", "from_the_right"),
        [
            (["— ", "אב 1", ", ", "ab (2)"], "00 1112 00 222222", "11 3334 11 222222"),
            (["", "אב", ", 1"], " 11 000", " 33 112"),
            (["אב ", "ab", " אב"], "111 22 111", "111 22 111"),
            (["", "", "a"], "  0", "  2"),
        ],
    )
    def test_every_second_part_is_an_isolate(self, parts, from_the_left, from_the_right):
        ends = list(accumulate(map(len, parts)))
        isolates = list(zip(ends[::2], ends[1::2], strict=False))
        for base, expected in enumerate((from_the_left, from_the_right)):
            levels = embedding_levels("".join(parts), right_to_left=bool(base), isolates=isolates)
            assert "".join(map(str, levels)) == expected.replace(" ", "")

    def test_from_the_left(self):
        assert embedding_levels("ab אב 12", right_to_left=False) == [0, 0, 0, 1, 1, 1, 2, 2]
        assert embedding_levels("ab", right_to_left=False) == [0, 0]
