"""The safeguards of quoting hold in every script: counts of words, copied words, and repeated quotes."""

import shutil
import unicodedata

import pytest

from api.entries.comparable_words import RUN_WORDS, WordRuns, first_shared, words
from api.entries.text_rules import MAX_WORDS_PER_QUOTE
from models import Quote
from tests.cases import each
from tests.seeds.packs import ESSAY, ESSAYS

#: A sentence of more than eight words, and half of it, in scripts with spaces between words and without.
SENTENCES = {
    "Latin": ("Ogni sera si siede alla finestra e aspetta una voce che non verrà.", "aspetta una voce che non verrà"),
    "Cyrillic": ("Каждый вечер она садится у окна и ждёт голоса, который не придёт.", "и ждёт голоса, который не придёт"),
    "Greek": ("Κάθε βράδυ κάθεται στο παράθυρο και περιμένει μια φωνή που δεν θα έρθει.", "μια φωνή που δεν θα έρθει"),
    "Hebrew": ("בכל ערב היא יושבת ליד החלון ומחכה לקול שלא יבוא לעולם.", "ומחכה לקול שלא יבוא לעולם"),
    "Arabic": ("كُلَّ مساءٍ تجلسُ قرب النافذة وتنتظر صوتًا لن يأتي أبدًا هنا.", "وتنتظر صوتا لن يأتي أبدا"),
    "Devanagari": ("हर शाम वह खिड़की के पास बैठकर उस आवाज़ की राह देखती है।", "उस आवाज़ की राह देखती है"),
    "Bengali": ("প্রতি সন্ধ্যায় সে জানালার পাশে বসে এমন এক কণ্ঠের অপেক্ষা করে।", "এমন এক কণ্ঠের অপেক্ষা করে"),
    "Tamil": ("ஒவ்வொரு மாலையும் அவள் சன்னல் அருகே அமர்ந்து வராத ஒரு குரலுக்காக இன்னும் காத்திருக்கிறாள்.", "வராத ஒரு குரலுக்காக"),
    "Hangul": ("매일 저녁 그녀는 창가에 앉아 결코 오지 않을 목소리를 조용히 기다린다.", "결코 오지 않을 목소리를"),
    "Ethiopic": ("ማታ፡ማታ፡በመስኮቱ፡አጠገብ፡ተቀምጣ፡የማይመጣ፡ድምፅ፡ሁልጊዜ፡ትጠብቃለች።", "የማይመጣ፡ድምፅ፡ሁልጊዜ፡ትጠብቃለች"),
    "Georgian": ("ყოველ საღამოს ის ფანჯარასთან ზის და ელოდება ხმას, რომელიც არ მოვა.", "ელოდება ხმას, რომელიც არ მოვა"),
    "Armenian": ("Ամեն երեկո նա նստում է պատուհանի մոտ և սպասում մի ձայնի։", "և սպասում մի ձայնի"),
    "Han": ("每天晚上，她坐在窗边，等待一个永远不会到来的声音。", "等待一个声音"),
    "Kana": ("毎晩、彼女は窓辺に座り、決して来ることのない声を待っている。", "声を待っている"),
    "Thai": ("ทุกเย็นเธอนั่งอยู่ริมหน้าต่างและรอเสียงที่ไม่มีวันมาถึง", "รอเสียงที่"),
    "Lao": ("ທຸກແລງລາວນັ່ງຢູ່ແຄມປ່ອງຢ້ຽມແລະລໍຖ້າສຽງທີ່ບໍ່ເຄີຍມາ", "ລໍຖ້າສຽງ"),
    "Khmer": ("រាល់ល្ងាចនាងអង្គុយនៅមាត់បង្អួចហើយរង់ចាំសំឡេងដែលមិនមក", "រង់ចាំសំឡេង"),
    "Burmese": ("ညနေတိုင်း သူမသည် ပြတင်းပေါက်နားတွင် ထိုင်ပြီး မလာမည့်အသံကို စောင့်နေသည်။", "စောင့်နေသည်"),
}  # fmt: skip
UNSPACED = ("Han", "Kana", "Thai", "Lao", "Khmer", "Burmese")


def spread(text, character):
    """Put a character between all others, except before marks, which it would part from their letters."""
    return "".join(f"{character}{one}" if unicodedata.category(one)[0] == "L" else one for one in text)


@pytest.fixture(scope="module")
def runs():
    """An index of all sentences."""
    texts = [f"Before it. {sentence} After it." for sentence, _ in SENTENCES.values()]
    return WordRuns(texts, RUN_WORDS)


class TestCopiedWords:
    @each("script", SENTENCES)
    def test_a_copied_sentence_is_found(self, runs, script):
        sentence = SENTENCES[script][0]
        assert first_shared(f"As somebody writes: {sentence}", [runs])

    @each("script", SENTENCES)
    def test_half_of_one_is_not(self, runs, script):
        half = SENTENCES[script][1]
        assert len(words(half)) < 8
        assert first_shared(f"As somebody writes: {half}", [runs]) is None

    @each("script", SENTENCES)
    @each("form", ["NFC", "NFD", "NFKC", "NFKD"])
    def test_no_form_of_unicode_hides_it(self, runs, script, form):
        assert first_shared(unicodedata.normalize(form, SENTENCES[script][0]), [runs])

    @each("script", SENTENCES)
    def test_neither_do_capitals_and_punctuation(self, runs, script):
        sentence = SENTENCES[script][0]
        assert first_shared(sentence.upper(), [runs])
        assert first_shared("«" + sentence.replace(",", " —").replace(" ", "\u00a0… ") + "»", [runs])

    @each("script", SENTENCES)
    @each("character", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\ufe0f"])
    def test_neither_do_invisible_characters(self, runs, script, character):
        assert first_shared(spread(SENTENCES[script][0], character), [runs])

    @each("script", UNSPACED)
    @each("separator", [" ", "·", "\n"])
    def test_nor_spaces_where_the_script_has_none(self, runs, script, separator):
        assert first_shared(spread(SENTENCES[script][0], separator), [runs])

    @each(
        ("one", "other"),
        [
            ("L’amour d'eau ‘O`Brien’", "lamour deau obrien"),
            ("Straße ﬁn ΣΊΣΥΦΟΣ İstanbul", "STRASSE FIN σίσυφος istanbul"),
            ("مــــحبة", "محبة"),
            ("ｱｲｼﾃﾙ", "アイシテル"),
            ("Ｈｅｌｌｏ", "hello"),
            ("smørrebrød", "smorrebrod"),
        ],
    )
    def test_the_words_of_two_spellings_are_equal(self, one, other):
        assert words(one) == words(other)

    def test_a_run_has_the_letters_of_its_source_without_its_punctuation(self, runs):
        assert first_shared("毎晩、彼女は窓辺に座り、決して来ることのない", [runs]).startswith(
            "毎晩彼女は窓辺に"
        )
        shared = first_shared("Каждый вечер, она САДИТСЯ у окна и ждёт.", [runs])
        assert shared == "каждый вечер она садится у окна и ждёт"


class TestPacks:
    @pytest.fixture
    def essays(self, tmp_path):
        """A folder with the text of the second pack's source, to which every sentence is appended."""
        folder = shutil.copytree(ESSAYS, tmp_path / "essays")
        with (folder / f"{ESSAY}.txt").open("a", encoding="utf-8") as text:
            text.writelines(f"{sentence}\n" for sentence, _ in SENTENCES.values())
        return folder

    @pytest.mark.parametrize("script", ["Cyrillic", "Han", "Thai"])
    def test_a_copied_sentence_is_an_error(self, second, essays, script):
        line = second.replace("film.yml", "editor_note: null", f"editor_note: {SENTENCES[script][0]}")
        (message,) = second.messages("own-words", essays=essays)
        assert message.startswith(f"film.yml:{line}: error [own-words] casablanca-1942: “")
        assert message.endswith("” is in the source. Rephrase it in your own words.")

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("爱" * 400, 400),
            ("我爱你", None),
            ("사랑은 소유가 아니라 이해다 " * 10, 40),
            ("one two " * 18, 36),
        ],
    )
    def test_words_of_all_scripts_are_counted(self, second, text, count):
        second.replace("quotes.yml", "text: Here's looking at you, kid.", f"text: {text.strip()}")
        expected = (
            [f"The quotation has {count} words. At most {MAX_WORDS_PER_QUOTE} are allowed."] if count else []
        )
        found = [one.message for one in second.diagnostics() if one.rule == "quote-length"]
        assert found == expected

    def test_the_database_counts_them_alike(self):
        assert Quote(text="我们所爱的人不是我们想象中的那个人。").word_count == 10
        assert Quote(text="Here's — looking at you, kid.").word_count == 6
