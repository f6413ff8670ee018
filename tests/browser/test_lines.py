"""Line breaks are those of Chromium, so that heights are known before a frame is displayed."""

import json
import urllib.request
from html import escape

import pytest

from api.app import create_app
from api.core.config import Settings
from api.embeds import text_height
from api.embeds.quote_view_model import build_view_model
from api.embeds.text_height import TypeSize, height
from api.text import fonts
from api.text.layout import Span

WIDTHS = [200, 280, 360, 440, 520, 600]
QUOTE_SIZE, BYLINE_SIZE = TypeSize(20, 30), TypeSize(15, 22)
#: Texts that the pack lacks: other scripts, and all characters at which a line may break.
OTHER_TEXTS = [
    "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.",
    "Ἐν ἀρχῇ ἦν ὁ λόγος, καὶ ὁ λόγος ἦν πρὸς τὸν θεόν, καὶ θεὸς ἦν ὁ λόγος.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy. Zażółć gęślą jaźń. Đường đi khó không khó vì ngăn sông.",
    "שלום עולם, זה משפט ארוך בעברית שצריך להישבר (לכמה שורות) ואולי גם English בפנים.",
    "هذا نص طويل بالعربية يجب أن ينكسر إلى عدة أسطر حتى نعرف هل القياس صحيح أم لا، في 2024.",
    "यह एक लंबा वाक्य है जिसे कई पंक्तियों में तोड़ा जाना चाहिए ताकि हम देख सकें।",
    "ความรักไม่ใช่สิ่งที่เราครอบครอง แต่เป็นสิ่งที่เราเรียนรู้ที่จะปล่อยให้เติบโตไปด้วยกันทุกวัน",
    "ຄວາມຮັກບໍ່ແມ່ນສິ່ງທີ່ພວກເຮົາຄອບຄອງ ແຕ່ແມ່ນສິ່ງທີ່ພວກເຮົາຮຽນຮູ້ທີ່ຈະປ່ອຍໃຫ້ເຕີບໂຕ",
    "សេចក្ដីស្រឡាញ់មិនមែនជាអ្វីដែលយើងកាន់កាប់ទេ ប៉ុន្តែជាអ្វីដែលយើងរៀនឱ្យលូតលាស់ជាមួយគ្នារាល់ថ្ងៃ",
    "ချစ်ခြင်းမေတ္တာဆိုသည်မှာ ကျွန်ုပ်တို့ပိုင်ဆိုင်သောအရာမဟုတ်ဘဲ နေ့စဉ်ကြီးထွားလာအောင် သင်ယူရသောအရာဖြစ်သည်။",
    "བརྩེ་དུང་ནི་ང་ཚོས་བདག་པོ་བྱེད་རྒྱུའི་དངོས་པོ་ཞིག་མིན། ཉིན་ལྟར་མཉམ་དུ་སྐྱེ་རུ་འཇུག་པར་སློབ་རྒྱུའི་དངོས་པོ་ཞིག་རེད།",
    "ভালোবাসা এমন কিছু নয় যা আমরা অধিকার করি; এটি প্রতিদিন একসঙ্গে বেড়ে উঠতে দিতে শিখি, ক্ষুদ্র স্ত্রী",
    "ਪਿਆਰ ਉਹ ਚੀਜ਼ ਨਹੀਂ ਜਿਸ ਉੱਤੇ ਅਸੀਂ ਕਬਜ਼ਾ ਕਰੀਏ, પ્રેમ એ એવી વસ્તુ નથી જેના પર આપણે અધિકાર કરીએ. ପ୍ରେମ ଏମିତି ଜିନିଷ ନୁହେଁ",
    "அன்பு என்பது நாம் உடைமையாக்கும் ஒன்றல்ல; ప్రేమ అనేది మనం స్వాధీనం చేసుకునేది కాదు; ಪ್ರೀತಿ ಎಂದರೆ ನಾವು ಹೊಂದುವ ವಸ್ತುವಲ್ಲ",
    "സ്നേഹം നാം കൈവശപ്പെടുത്തുന്ന ഒന്നല്ല; ආදරය යනු අප අයිති කර ගන්නා දෙයක් නොවේ; ශ්‍රී ක්‍රමය",
    "ፍቅር የምንይዘው ነገር አይደለም፤ სიყვარული ის არ არის, რასაც ვფლობთ; Սերը այն չէ, ինչին մենք տիրում ենք։",
    "“Wait – what?” she said (twice); then: “no/yes” … and/or e-mail, 3-4 x.y 1,000.50 $5.00 50% — she—he",
    "http://a.example/some/long/path?q=1&b=2#c one|two {three} <four> five\\six [seven] «huit» 'nine' ~ten",
    "one two\u00a0three four\u00a0five « oui » non ? Ah !",
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 6,
    "  folded \n\n white \t space  ",
]


@pytest.fixture(scope="module")
def in_app(server):
    """An app context whose URLs are those of the running server."""
    app = create_app(Settings(public_url=server.url))
    with app.app_context():
        yield app
    app.extensions["database"].close()


def quotes(server):
    with urllib.request.urlopen(f"{server.url}/v1/quotes?limit=100&include=film,sources") as response:
        return [build_view_model(item) for item in json.load(response)["data"]]


def byline(quote):
    """Return the spans of a quote's byline in a frame."""
    speaker = [Span(f"{quote.speaker}, ")] if quote.speaker else []
    film, source = Span(quote.film, italic=True), Span(f", as quoted in “{quote.source}”")
    return [Span("— "), *speaker, Span(quote.preposition), film, source]


def spans_to_html(spans):
    return "".join(f"<i>{escape(span.text)}</i>" if span.italic else escape(span.text) for span in spans)


def measure_heights(page, paragraphs):
    """Return the heights of paragraphs in the browser, by width. A paragraph is a list of spans and a type size."""
    upright, italic = (
        "".join(s.text for spans, _ in paragraphs for s in spans if s.italic == i) for i in (0, 1)
    )
    elements = [
        f'<p dir="auto" style="margin:0;{escape(text_height.font_css(type_))};{text_height.PARAGRAPH_CSS}">{spans_to_html(spans)}</p>'
        for spans, type_ in paragraphs
    ]
    page.set_content(f"<style>{fonts.font_face_css(upright, italic)}</style>{''.join(elements)}")
    page.wait_for_function("document.fonts.ready.then(() => document.fonts.size > 0)")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.fonts].filter(face => face.status !== 'loaded').length") == 0
    return {
        width: page.evaluate(
            "width => [...document.querySelectorAll('p')].map(p => "
            "(p.style.width = width + 'px', p.getBoundingClientRect().height))",
            width,
        )
        for width in WIDTHS
    }


class TestHeight:
    def test_it_is_correct_for_every_quote_of_the_pack(self, page, server, in_app):
        pack = quotes(server)
        assert len(pack) > 20
        paragraphs = [([Span(quote.text)], QUOTE_SIZE) for quote in pack]
        paragraphs += [(byline(quote), BYLINE_SIZE) for quote in pack]
        for width, heights in measure_heights(page, paragraphs).items():
            assert heights == [height(spans, width, type_) for spans, type_ in paragraphs]

    def test_it_is_correct_for_other_scripts_and_break_characters(self, page, in_app):
        paragraphs = [([Span(text)], QUOTE_SIZE) for text in OTHER_TEXTS]
        # Names of films are italic, also in scripts that have no italic.
        paragraphs += [([Span("— "), Span(text, italic=True)], BYLINE_SIZE) for text in OTHER_TEXTS]
        for width, heights in measure_heights(page, paragraphs).items():
            assert heights == [height(spans, width, type_) for spans, type_ in paragraphs]

    def test_only_our_fonts_are_loaded(self, page, server, in_app):
        measure_heights(page, [([Span("Words.")], QUOTE_SIZE)])
        assert page.requested_urls
        assert all(url.startswith(f"{server.url}/embed/fonts/") for url in page.requested_urls)
        assert page.errors == []
