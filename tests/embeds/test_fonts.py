"""Every character is drawn by a typeface that has it."""

import unicodedata

import pytest

from api.text import fonts
from api.text.drawable_text import REPLACEMENT, sanitize_text
from api.text.fonts import font_face_css, served_typefaces, typeface_for, typefaces
from tests.cases import each

#: Scripts of antiquity and rare ideographs, which no typeface here has.
LEFT_OUT = ("TANGUT", "KHITAN", "NUSHU", "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "CUNEIFORM")
LEFT_OUT = (*LEFT_OUT, "EGYPTIAN HIEROGLYPH", "ANATOLIAN HIEROGLYPH", "BAMUM", "SIGNWRITING")


class TestTypefaceOf:
    @each(
        ("character", "family"),
        [
            ("a", "literata-latin"),
            ("ř", "literata-latin-ext"),
            ("Ж", "literata-cyrillic"),
            ("λ", "literata-greek"),
            ("ש", "noto-serif-hebrew"),
            ("ش", "noto-naskh-arabic"),
            ("क", "noto-serif-devanagari"),
            ("ก", "noto-serif-thai"),
            ("晩", "droid-sans-fallback"),
            ("한", "droid-sans-fallback"),
            ("♪", "noto-sans-symbols"),
            ("★", "noto-sans-symbols-2"),
            ("🙂", "noto-emoji"),
            ("ሰ", "unifont"),
            ("𐌀", "unifont-upper"),
        ],
    )
    def test_each_script_is_set_in_the_first_that_has_it(self, character, family):
        assert typeface_for(character).path.name.startswith(family)

    def test_a_letter_and_its_marks_are_set_in_one(self):
        assert typeface_for("e\u0301") is typeface_for("é")

    def test_parts_of_an_emoji_are_set_in_one(self):
        assert typeface_for("👩\u200d💻") is typeface_for("🙂")
        assert typeface_for("1\ufe0f\u20e3") is typeface_for("🙂")

    def test_italic_is_set_upright_where_there_is_no_italic(self):
        assert typeface_for("a", italic=True).italic
        assert typeface_for("晩", italic=True) is typeface_for("晩")

    def test_almost_everything_in_the_basic_plane_is_drawn(self):
        missing = [character for character in map(chr, range(0x21, 0xFFFE)) if _is_missing(character)]
        assert [unicodedata.name(character) for character in missing if not _is_left_out(character)] == []


def _is_missing(character):
    assigned = unicodedata.category(character) not in {"Cn", "Co", "Cc", "Cf", "Cs"}
    return assigned and character != REPLACEMENT and sanitize_text(character) == REPLACEMENT


def _is_left_out(character):
    return unicodedata.name(character).startswith(LEFT_OUT)


class TestFacesCss:
    @pytest.fixture(autouse=True)
    def in_app(self, app):
        with app.app_context():
            yield

    def test_only_what_a_text_needs_is_named(self):
        assert font_face_css("Plain words.").count("@font-face") == 1
        assert font_face_css("Plain", "slanted").count("@font-face") == 2
        assert font_face_css("Łódź, Ж").count("@font-face") == 3

    def test_what_is_for_cards_alone_is_not(self):
        assert font_face_css("晩春") == ""

    def test_every_address_is_served_to_any_origin_for_ever(self, client):
        for face in served_typefaces("ařЖλשشकก"):
            answer = client.get(f"/embed/fonts/{face.file_name}")
            assert answer.status_code == 200
            assert answer.data == face.path.read_bytes()
            assert answer.content_type == "font/woff2"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "immutable" in answer.headers["Cache-Control"]

    @each("name", ["x.woff2", "faces.json", "..%2Ffaces.json", "unifont-400-normal.woff2"])
    def test_nothing_else_is(self, client, name):
        assert client.get(f"/embed/fonts/{name}").status_code == 404


class TestFiles:
    def test_every_folder_has_its_licence(self):
        folders = {face.path.parent for face in typefaces()}
        assert len(folders) > 5
        for folder in folders:
            assert "icense" in (folder / "LICENSE").read_text("utf-8")

    def test_every_file_is_named_and_every_name_is_a_file(self):
        assert {face.path for face in typefaces()} == set(fonts.TYPEFACES_DIR.glob("*/*.woff2"))
