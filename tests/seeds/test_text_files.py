"""Encodings, line ends and invisible characters: a text has the lines that an editor shows."""

import pytest

from api.entries.essay import Essay
from tests.cases import each

THEME = "released_at: 2026-11-24T00:00:00Z\n\nsacrifice:\n  name: Sacrifice\n  definition: Giving up.\n"
TEXT = "Eins zwei drei.\n\nVier fünf.\nSechs.\n"


def problems(pack):
    return [(diagnostic.line, diagnostic.message) for diagnostic in pack.diagnostics]


class TestEncodings:
    @each("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
    def test_utf_16_and_32_are_named(self, themes, encoding):
        name = "UTF-32" if encoding == "utf-32" else "UTF-16"
        if encoding != "utf-32-be":  # It has no mark here, and looks like UTF-16.
            assert problems(themes(THEME.encode(encoding))) == [
                (1, f"The file is encoded as {name}. Save the file as UTF-8.")
            ]
        assert len(problems(themes(THEME.encode(encoding)))) == 1

    @each(
        ("encoding", "line_end", "character", "byte"),
        [("latin-1", "\n", "é", "E9"), ("cp1252", "\r", "“", "93"), ("cp1252", "\r\n", "…", "85")],
    )
    def test_the_first_byte_of_another_encoding_is_shown(self, themes, encoding, line_end, character, byte):
        text = THEME.replace("Giving", f"Une {character} Giving").replace("\n", line_end)
        message = (
            f"The file is not encoded as UTF-8. The byte {byte} in column 19 would be “{character}” in Latin-1. "
            "Save the file as UTF-8."
        )
        assert problems(themes(text.encode(encoding))) == [(5, message)]

    def test_a_text_that_stops_within_a_character_is_an_error(self, themes):
        assert problems(themes("# 映画".encode()[:-1]))[0][1].startswith("The file is not encoded as UTF-8.")


class TestLines:
    @each("line_end", ["\n", "\r\n", "\r"])
    @each("mark", ["", "\ufeff"])
    def test_line_ends_and_a_byte_order_mark_change_nothing(self, themes, line_end, mark):
        pack = themes(mark + (THEME + "lost: 3\n").replace("\n", line_end))
        assert [entry.line for entry in pack.entries] == [3]
        assert pack.entries[0].body == {"name": "Sacrifice", "definition": "Giving up."}
        assert [line for line, _ in problems(pack)] == [6]

    @each(
        "blank",
        [" ", "\t", " \t ", "\u00a0", "\u3000", "\u200b", "  \u2060\u00ad", "\ufe0f", "\u2800", "\x0c"],
    )
    def test_a_line_without_a_visible_character_is_blank(self, themes, blank):
        pack = themes(THEME.replace("\n\n", f"\n{blank}\n").replace("  definition", f"{blank}\n  definition"))
        assert problems(pack) == []
        assert pack.entries[0].body == {"name": "Sacrifice", "definition": "Giving up."}

    @each(
        ("character", "name"),
        [
            ("\u2028", "U+2028 (LINE SEPARATOR)"),
            ("\u2029", "U+2029 (PARAGRAPH SEPARATOR)"),
            ("\x85", "U+0085 (NEXT LINE)"),
            ("\ufeff", "U+FEFF (BYTE ORDER MARK)"),
        ],
    )
    def test_what_only_some_programs_take_for_a_line_end_is_refused(self, themes, character, name):
        message = f"The line contains {name}, which editors do not show. Remove it."
        assert problems(themes(THEME.replace("Giving ", f"Giving{character}"))) == [(5, message)]

    def test_a_replacement_character_stands_for_a_lost_one(self, themes):
        message = "The line contains U+FFFD (REPLACEMENT CHARACTER): a character was lost. Restore it."
        assert problems(themes(THEME.replace("Giving", "Gi\ufffdving"))) == [(5, message)]


class TestEssays:
    @pytest.fixture
    def essay(self, tmp_path):
        def read(text):
            (tmp_path / "text.txt").write_bytes(text.encode())
            return Essay.read(tmp_path / "text.txt")

        return read

    @each("line_end", ["\n", "\r\n", "\r"])
    @each("mark", ["", "\ufeff"])
    def test_paragraphs_are_the_lines_of_an_editor(self, essay, line_end, mark):
        paragraphs = essay(mark + TEXT.replace("\n", line_end)).paragraphs
        assert paragraphs == ["Eins zwei drei.", "Vier fünf.", "Sechs."]

    @each("blank", ["\u200b", "\u00a0\u200e", "\u3164", "\ufeff"])
    def test_a_line_of_invisible_characters_is_no_paragraph(self, essay, blank):
        assert len(essay(TEXT.replace("\n\n", f"\n{blank}\n")).paragraphs) == 3

    @each("character", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
    def test_other_separators_do_not_end_a_paragraph(self, essay, character):
        assert len(essay(TEXT.replace("zwei ", f"zwei{character}")).paragraphs) == 3

    def test_the_hash_of_the_text_is_that_of_its_bytes(self, essay):
        assert essay("\ufeff" + TEXT).sha256 != essay(TEXT).sha256
        assert essay("\ufeff" + TEXT).measure(1) == essay(TEXT).measure(1)
