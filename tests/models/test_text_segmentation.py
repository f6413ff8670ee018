"""Words in scripts with and without spaces between them."""

from models.text_segmentation import count_words, unspaced_words
from tests.cases import each


@each(
    ("text", "words"),
    [
        ("她一个人住在城市里", "她|一个|人|住在|城市|里"),
        ("私は東京に住んでいます。", "私|は|東京|に|住|んで|い|ます"),
        ("ฉันรักเธอมาก", "ฉัน|รัก|เธอ|มาก"),
        ("ຂ້ອຍຮັກເຈົ້າ", "ຂ້ອຍ|ຮັກ|ເຈົ້າ"),
        ("ខ្ញុំស្រឡាញ់អ្នក", "ខ្ញុំ|ស្រឡាញ់|អ្នក"),
        ("ငါ မင်းကို ချစ်တယ်", "ငါ|မင်း|ကို|ချစ်|တယ်"),
        ("𠮷野家で iPhone を買う", "𠮷|野家|で|を|買う"),
        ("👍🏽 愛", "愛"),
        ("Her (2013), L’amour", ""),
        ("나는 너를 사랑해", ""),
        ("हिन्दी में प्यार", ""),
    ],
)
def test_words_without_spaces_between_them_are_found(text, words):
    assert "|".join(text[start:end] for start, end in unspaced_words(text)) == words


@each(
    ("text", "count"),
    [
        ("", 0),
        ("It isn’t — quite — e-mail.", 6),
        ("Это первое слово", 3),
        ("나는 너를 사랑해", 3),
        ("ሰላም፡ለዓለም", 2),
        ("她一个人住在城市里。", 6),
        ("ฉันรักเธอมาก", 4),
        ("Mr. Li 说：“我爱你 — 再见。”", 5),
        ("iPhoneを買う", 3),
        ("\u200bខ្ញុំ\u200bស្រឡាញ់\u200bអ្នក", 3),
        ("东\ud800京", 2),
    ],
)
def test_words_are_counted(text, count):
    assert count_words(text) == count


def test_four_hundred_chinese_characters_are_many_words():
    assert 200 < count_words("她一个人住在城市里。" * 40) <= 400
