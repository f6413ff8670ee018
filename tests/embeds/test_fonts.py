"""Every character is drawn by a typeface that has it."""

import unicodedata

import pytest

from api.text import fonts
from api.text.drawable_text import REPLACEMENT, sanitize_text
from api.text.fonts import font_face_css, served_typefaces, typeface_for, typefaces
from api.text.layout import Paragraph
from tests.cases import each

#: Unicode name prefixes of ancient scripts and rare ideographs, which our typefaces lack.
UNSUPPORTED = (
    "TANGUT",
    "KHITAN",
    "NUSHU",
    "CJK UNIFIED IDEOGRAPH",
    "CJK COMPATIBILITY IDEOGRAPH",
    "CUNEIFORM",
)
UNSUPPORTED = (*UNSUPPORTED, "EGYPTIAN HIEROGLYPH", "ANATOLIAN HIEROGLYPH", "BAMUM", "SIGNWRITING")


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
            ("ሰ", "noto-sans-ethiopic"),
            ("မ", "noto-serif-myanmar"),
            ("«", "literata-latin"),
            ("「", "droid-sans-fallback"),
            ("Ꮳ", "unifont"),
            ("𐌀", "unifont-upper"),
        ],
    )
    def test_each_script_uses_the_first_typeface_that_has_it(self, character, family):
        assert typeface_for(character).path.name.startswith(family)

    def test_a_letter_and_its_marks_use_one_typeface(self):
        assert typeface_for("e\u0301") is typeface_for("é")

    def test_the_parts_of_an_emoji_use_one_typeface(self):
        assert typeface_for("👩\u200d💻") is typeface_for("🙂")
        assert typeface_for("1\ufe0f\u20e3") is typeface_for("🙂")

    def test_a_full_stop_of_several_scripts_uses_the_typeface_of_its_word(self):
        for text in ("শিখি।", "শিখি ।", "ਹਾਂ॥"):
            assert len(served_typefaces(text.replace(" ", ""))) == 1
            run = Paragraph(text).runs[-1]
            assert run.face is typeface_for(text[0])
        assert typeface_for("।").path.name.startswith("noto-serif-devanagari")

    def test_italic_falls_back_to_upright(self):
        assert typeface_for("a", italic=True).italic
        assert typeface_for("晩", italic=True) is typeface_for("晩")

    @pytest.mark.nightly
    def test_almost_every_character_of_the_basic_plane_has_a_glyph(self):
        missing = [character for character in map(chr, range(0x21, 0xFFFE)) if _is_missing(character)]
        assert [unicodedata.name(character) for character in missing if not _is_unsupported(character)] == []


def _is_missing(character):
    assigned = unicodedata.category(character) not in {"Cn", "Co", "Cc", "Cf", "Cs"}
    return assigned and character != REPLACEMENT and sanitize_text(character) == REPLACEMENT


def _is_unsupported(character):
    return unicodedata.name(character).startswith(UNSUPPORTED)


class TestFacesCss:
    @pytest.fixture(autouse=True)
    def in_app(self, app):
        with app.app_context():
            yield

    def test_only_needed_typefaces_are_declared(self):
        assert font_face_css("Plain words.").count("@font-face") == 1
        assert font_face_css("Plain", "slanted").count("@font-face") == 2
        assert font_face_css("Łódź, Ж").count("@font-face") == 3

    def test_a_typeface_without_italic_is_declared_for_italic_text(self):
        css = font_face_css("ក a", "ក")
        assert [rule.count("italic") for rule in css.split("@font-face") if "khmer" in rule] == [0, 1]

    def test_typefaces_for_cards_are_not_declared(self):
        assert font_face_css("晩春") == ""

    def test_every_font_is_cached_and_readable_by_any_origin(self, client):
        for face in served_typefaces("ařЖλשشकก"):
            response = client.get(f"/embed/fonts/{face.file_name}")
            assert response.status_code == 200
            assert response.data == face.path.read_bytes()
            assert response.content_type == "font/woff2"
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "immutable" in response.headers["Cache-Control"]

    @each("name", ["x.woff2", "faces.json", "..%2Ffaces.json", "unifont-400-normal.woff2"])
    def test_other_names_are_not_found(self, client, name):
        assert client.get(f"/embed/fonts/{name}").status_code == 404


class TestFiles:
    def test_every_folder_has_its_licence(self):
        folders = {face.path.parent for face in typefaces()}
        assert len(folders) > 5
        for folder in folders:
            assert "icense" in (folder / "LICENSE").read_text("utf-8")

    def test_the_declared_typefaces_are_the_files(self):
        assert {face.path for face in typefaces()} == set(fonts.TYPEFACES_DIR.glob("*/*.woff2"))
