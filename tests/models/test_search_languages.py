"""Golden results in many languages and scripts: what a speaker of the language expects, on both databases."""

from contextlib import closing

import pytest

from models.database import Database
from models.search import parse, search
from tests.cases import each
from tests.models.content import film, quote

#: Texts by language, and for each query the numbers of the texts that it finds; none of another language.
GOLDEN = {
    "en": (
        [
            "The USA signed it.",
            "Made in the U.S.A.",
            "She sent an e-mail of 1,000 words.",
            "Emails: 1000 a day.",
            "Conan O’Brien doesn’t mind.",
            "His well-being",
            "Her wellbeing, she has a PhD",
            "A rock'n'roll band of Ph.D. students",
        ],
        {
            "usa": "01",
            "U.S.A.": "01",
            "U.S.A": "01",
            "email": "23",
            "e-mail": "23",
            "E‑Mails": "23",
            "1000": "23",
            "1,000": "23",
            "1\u202f000": "23",
            "brien": "4",
            "obrien": "4",
            "O'Brien": "4",
            "doesnt": "4",
            "doesn": "",
            "well-being": "56",
            "wellbeing": "56",
            "well being": "5",
            "phd": "67",
            "rock": "7",
            "rock-n-roll": "7",
            '"mail of 1000"': "2",
            "emails -words": "3",
            "words -e-mail": "",
        },
    ),
    "fr": (
        [
            "L’amour est une île d’eau.",
            "Qu’il vienne, l’été est là.",
            "L´homme qu'elle aime",
            "500\u202f000 étoiles",
        ],
        {
            "amour": "0",
            "l'amour": "0",
            "d’amour": "0",
            "eau": "0",
            "L'EAU": "0",
            "amou*": "0",
            '"amour est"': "0",
            "ete": "1",
            "il": "1",
            "elle aime": "2",
            "homme": "2",
            "étoile": "3",
            "500000": "3",
        },
    ),
    "it": (["Dell’arte e dell'anima"], {"arte": "0", "anima": "0", "l'anima": "0", "dell'anima": "0"}),
    "tr": (
        ["İstanbul’da doğdu.", "İstanbul'un ışıkları", "Ankara’dan geldi"],
        {
            "istanbul": "01",
            "İSTANBUL": "01",
            "İstanbul’a": "01",
            '"istanbul"': "01",
            "ışık*": "1",
            "ankara": "2",
        },
    ),
    "de": (["Die Straße war grün."], {"strasse": "0", "STRASSE": "0", "grun": "0", "Grün": "0"}),
    "vi": (["Tình yêu là gì?"], {"tình yêu": "0", "tinh yeu": "0"}),
    "el": (["Ο Σίσυφος αγαπά τη μοναξιά."], {"ΣΊΣΥΦΟΣ": "0", "μοναξια": "0", '"αγαπα τη"': "0", "μονο": ""}),
    "ru": (
        ["Её одиночество громче слов.", "С.С.С.Р."],
        {"ее": "0", "ОДИНОЧЕСТВО": "0", "один": "", "СССР": "1"},
    ),
    "uk": (["Пам’ять не зникає."], {"пам'ять": "0", "память": "0", "памʼять": "0"}),
    "ka": (["სიყვარული მარტოობაა."], {"სიყვარული": "0", "ᲡᲘᲧᲕᲐᲠᲣᲚᲘ": "0", "სიყვ*": "0"}),
    "hy": (["Ո՞վ է սերը և ի՛նչ։"], {"ով": "0", "սերը": "0", "Սերը եւ": "0", "ինչ": "0"}),
    "ar": (["الحُبُّ أعمى في المدينة، ١٩٨٤"], {"الحب": "0", "اعمي": "0", "المدينه": "0", "1984": "0", "حب": ""}),
    "fa": (["او می‌خواهد تنها باشد."], {"میخواهد": "0", "مي\u200cخواهد": "0", "تنها": "0"}),
    "he": (
        ["הָאַהֲבָה היא תל־אביב, צה״ל"],
        {"האהבה": "0", "תל אביב": "0", "תל-אביב": "0", 'צה"ל': "0", "צהל": "0", "אהב": ""},
    ),
    "hi": (
        ["प्यार अंधा होता है।", "हिन्दी फ़िल्म, सम्बन्ध और चाँद"],
        {"प्यार": "0", "प्यर": "", "पर": "", "हिंदी": "1", "हिन्दी": "1", "फिल्म": "1", "संबंध": "1", "चांद": "1"},
    ),
    "bn": (["ভালোবাসা অন্ধ।"], {"ভালোবাসা": "0", "ভালো*": "0", "ভাল": "", '"ভালোবাসা অন্ধ"': "0"}),
    "ta": (["காதல் தனிமையை மறக்கும்."], {"காதல்": "0", "தனிமை*": "0", "கதல்": ""}),
    "te": (["ప్రేమ గుడ్డిది."], {"ప్రేమ": "0", "పరమ": ""}),
    "si": (["ආදරය අන්ධයි."], {"ආදරය": "0", "අදරය": ""}),
    "am": (["ፍቅር፡ዕውር ነው።"], {"ፍቅር": "0", "ዕውር": "0"}),
    "dv": (["ލޯބި އެއީ"], {"ލޯބި": "0", "ލބ": ""}),
    "bo": (["བོད་ཡིག་སློབ།"], {"བོད": "0", "ཡིག": "0", "བོད་ཡིག": "0"}),
    "th": (
        ["ฉันรักเธอมากกว่าใคร", "ความรักทำให้คนตาบอด พ.ศ. ๒๕๖๐"],
        {"รัก": "01", "เธอ": "0", "รักเธอ": "0", "ความรัก": "1", "คน": "1", "คนรัก": "", "รก": "", "2560": "1"},
    ),
    "lo": (["ຂ້ອຍຮັກເຈົ້າຫຼາຍ"], {"ຮັກ": "0", "ເຈົ້າ": "0", "ຮັກເຈົ້າ": "0", "ຮກ": ""}),
    "km": (
        ["ខ្ញុំស្រឡាញ់អ្នក"],
        {"ស្រឡាញ់": "0", "អ្នក": "0", "ស្រឡាញ់\u200bអ្នក": "0", "ស្រ": "0", "ឡាញ": ""},
    ),
    "my": (["ငါမင်းကိုချစ်တယ်"], {"ချစ်": "0", "မင်း": "0", "မင်းကို": "0", "ချစ်မင်း": "", "မင": ""}),
    "ko": (
        [
            "사랑을 잃고 나는 쓰네",
            "너의 사랑이 꿈이라면",
            "종이 위의 꿈, AI를 위한 3월",
            "사라는 물건을 판다",
        ],
        {
            "사랑": "01",
            "사랑은": "01",
            "\u1109\u1161\u1105\u1161\u11bc": "01",
            "꿈": "12",
            "꿈을": "12",
            "나를": "0",
            "종이": "2",
            "AI": "2",
            "AI가": "2",
            "3월": "2",
            "물": "",
            "사라": "3",
            "사랑 -꿈": "0",
            '"나는 쓰네"': "0",
            "사*": "013",
        },
    ),
    "zh": (
        ["她一个人住在北京的大学里。", "孤獨是城市的影子", "北京大学"],
        {
            "她": "0",
            "北京": "02",
            "大学": "02",
            "北京大学": "2",
            "北京 大学": "02",
            "北大": "",
            "孤獨": "1",
            "城市的影子": "1",
            "城市*": "1",
            "北京 -大学里": "2",
        },
    ),
    "ja": (
        ["彼女は東京都に住んでいる。", "ﾗﾌﾞレターをiPhoneで書く人", "かぎをかけないで"],
        {
            "東京": "0",
            "東京都": "0",
            "住んで": "0",
            "彼女": "0",
            "ラブ": "1",
            "ラブレター": "1",
            "ラフ": "",
            "iphone": "1",
            "iPhoneで": "1",
            '"iPhoneで書く"': "1",
            "かぎ": "2",
            "か\u3099き": "",
            "かき": "",
        },
    ),
    "mul": (["Ｌｏｖｅ ２０１３, 👩‍👩‍👧‍👦 ﬁn"], {"love 2013": "0", "fin": "0"}),
}


@pytest.fixture(scope="module")
def languages(engine):
    """A database with every text as a quote, whose id ends with its language and number."""
    with engine.fresh() as url, closing(Database(url)) as database:
        with database.write_session() as session:
            babel = film("babel")
            session.add(babel)
            texts = [(f"{code}-{n}", text) for code, (of, _) in GOLDEN.items() for n, text in enumerate(of)]
            session.add_all(
                quote(babel, name, number, text=text) for number, (name, text) in enumerate(texts, 1)
            )
        yield database


@each("language", GOLDEN)
def test_a_search_finds_what_a_speaker_expects(languages, language):
    with languages.read_session() as session:
        found = {
            query: sorted(hit.slug for hit in search(session, parse(query), types=["quote"]).hits)
            for query in GOLDEN[language][1]
        }
    assert found == {
        query: [f"babel-{language}-{number}" for number in numbers]
        for query, numbers in GOLDEN[language][1].items()
    }
