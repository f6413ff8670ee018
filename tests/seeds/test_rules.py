"""The rules of ``subtext check``. Each diagnostic has file, line, rule, entry and message."""

import hashlib
import re
import shutil

import pytest

from api.entries.essay import Essay
from api.schemas.fields import RESERVED_SLUGS
from seeds.check import check_pack
from seeds.pack import read_pack
from seeds.recorded_revisions import FILE_NAME
from seeds.rules import RULES
from tests.databases import SEEDS
from tests.seeds.packs import (
    CLAIM,
    ESSAY,
    ESSAYS,
    FILM,
    REPLY,
    REPLY_CLAIM,
    REPLY_THESIS,
    SECOND,
    THESIS,
    PackCopy,
    add_reply,
    remove,
    withdraw,
)

THEME = "{slug}:\n  name: A theme\n  definition: One of the tests.\n  broader: {broader}\n  related: [{related}]\n"
SLUG_FORM = "An id must match [a-z0-9]+(-[a-z0-9]+)* and have at most 80 characters."
LIE = "casablanca-1942-a-kind-lie"
PARIS = "casablanca-1942-paris"
NIGHT = "casablanca-1942-the-visit-at-night"
NO_STRING, QUOTE_IT = "Not a valid string. YAML reads this value as", "Put it in quotation marks."
TOAST = "casablanca-1942-heres-looking-at-you"


def theme(slug, *, broader="null", related=""):
    return THEME.format(slug=slug, broader=broader, related=related)


class TestUneditedPacks:
    def test_the_second_breaks_no_rule(self, second):
        assert second.messages(essays=ESSAYS) == []

    def test_the_first_breaks_no_rule(self):
        _, diagnostics = check_pack(read_pack(SEEDS), RULES)
        assert [str(diagnostic) for diagnostic in diagnostics if diagnostic.level == "error"] == []

    def test_both_packs_together_break_no_rule(self):
        _, diagnostics = check_pack(read_pack(SEEDS, SECOND), RULES, essays=ESSAYS)
        assert [str(diagnostic) for diagnostic in diagnostics if diagnostic.level == "error"] == []

    def test_the_second_alone_lacks_the_shared_themes(self):
        _, diagnostics = check_pack(read_pack(SECOND), RULES)
        assert {diagnostic.rule for diagnostic in diagnostics} == {"reference"}


class TestRules:
    def test_each_has_a_test_class_in_this_module(self):
        tested = {name.removeprefix("Test").lower() for name in globals() if name.startswith("Test")}
        assert {rule.__name__.replace("_", "") for rule in RULES} <= tested

    def test_the_step_callback_is_called_after_each(self):
        steps = []
        check_pack(read_pack(SECOND), RULES, step=lambda: steps.append(1))
        assert len(steps) == len(RULES)

    def test_diagnostics_are_in_the_order_of_files_and_lines(self, second):
        second.replace("scenes.yml", "the-airfield:", "the-runway:")
        second.replace("characters.yml", "performer:", "actor:")
        places = [(diagnostic.file, diagnostic.line) for diagnostic in second.diagnostics()]
        assert places == sorted(places)
        assert len({file for file, _ in places}) > 1


class TestIdForm:
    @pytest.mark.parametrize("end", ["A-Kind-Lie", "a--kind-lie", "a-kind-lie-", "ä-kind-lie", "a_kind_lie"])
    def test_an_id_is_a_slug(self, second, end):
        line = second.replace("commentary.yml", "a-kind-lie", end)
        assert second.messages() == [
            f"commentary.yml:{line}: error [id-form] casablanca-1942-{end}: {SLUG_FORM}"
        ]

    def test_an_id_has_no_line_break(self, second):
        line = second.replace("commentary.yml", f"{LIE}:", f'"{LIE}\\n":')
        assert second.messages() == [f"commentary.yml:{line}: error [id-form] {LIE}\\n: {SLUG_FORM}"]

    def test_an_id_has_at_most_80_characters(self, second):
        longest = LIE.ljust(80, "x")
        second.replace("commentary.yml", LIE, longest)
        assert second.messages() == []
        line = second.replace("commentary.yml", longest, longest + "x")
        assert second.messages() == [f"commentary.yml:{line}: error [id-form] {longest}x: {SLUG_FORM}"]

    @pytest.mark.parametrize("word", sorted(RESERVED_SLUGS))
    def test_an_id_is_not_a_reserved_word(self, second, word):
        line = second.append("themes.yml", theme(word))
        message = "This word is reserved for routes and cannot be an id."
        assert second.messages("id-form") == [f"themes.yml:{line}: error [id-form] {word}: {message}"]

    @pytest.mark.parametrize("slug", ['"\\ud800"', '"a\\0b"', '"\\e[2J"'])
    def test_unprintable_characters_are_escaped(self, second, slug):
        second.append("themes.yml", theme(slug))
        messages = second.messages("id-form")
        assert len(messages) == 1
        assert messages[0].isprintable()
        messages[0].encode()


class TestIdUnique:
    def test_an_id_is_unique_in_its_type(self, second, tmp_path):
        second_copy = PackCopy(shutil.copytree(second.root, tmp_path / "again"))
        second_file, first_file = second_copy.file("themes.yml"), second.file("themes.yml")
        _, diagnostics = check_pack(read_pack(second.root, second_copy.root), RULES)
        duplicates = [
            diagnostic
            for diagnostic in diagnostics
            if diagnostic.rule == "id-unique" and diagnostic.entry == "sacrifice"
        ]
        message = f"This id is already used at {first_file}:{second.line('themes.yml', 'sacrifice:')}."
        assert [(diagnostic.file, diagnostic.line, diagnostic.message) for diagnostic in duplicates] == [
            (second_file, 4, message)
        ]

    def test_another_type_may_have_the_same_id(self, second):
        second.append("advisories.yml", "released_at: 2026-11-24T00:00:00Z\nsacrifice: {name: x}\n")
        assert second.messages("id-unique") == []


class TestIdOfFilm:
    def test_an_id_begins_with_the_film_s_id(self, second):
        line = second.replace("commentary.yml", LIE, "a-kind-lie")
        message = "The id must begin with the film's id: “casablanca-1942-…”."
        assert second.messages() == [f"commentary.yml:{line}: error [id-of-film] a-kind-lie: {message}"]

    def test_the_folder_of_a_film_has_its_id(self, second):
        line = second.replace("film.yml", "casablanca-1942:", "casablanca:")
        message = "The folder is called “casablanca-1942”. Its name must be the film's id."
        assert second.messages("id-of-film") == [f"film.yml:{line}: error [id-of-film] casablanca: {message}"]

    def test_an_entry_may_name_its_film(self, second):
        second.replace("commentary.yml", "title: A kind lie", "title: A kind lie\n  film: casablanca-1942")
        assert second.messages() == []

    def test_an_entry_belongs_to_the_film_of_its_folder(self, second):
        line = second.replace("commentary.yml", "title: A kind lie", "film: her-2013\n  title: A kind lie")
        message = "This entry is in the folder of the film “casablanca-1942”."
        assert second.messages("id-of-film") == [
            f"commentary.yml:{line}: error [id-of-film] {LIE}: {message}"
        ]

    def test_a_linked_folder_has_the_name_of_the_link(self, second, tmp_path):
        films = second.root / "films"
        (films / "casablanca-1942").rename(tmp_path / "elsewhere")
        (films / "casablanca-1942").symlink_to(tmp_path / "elsewhere")
        assert second.messages() == []


class TestReference:
    @pytest.mark.parametrize(
        ("name", "old", "new", "type_name"),
        [
            ("scenes.yml", "themes: [avoidance]", "themes: [no-such]", "theme"),
            ("scenes.yml", "character: casablanca-1942-sam", "character: no-such", "character"),
            ("scenes.yml", "source: casablanca-a-man-who-stays", "source: no-such", "source"),
            ("scenes.yml", "advisory: spoiler", "advisory: no-such", "advisory"),
            ("quotes.yml", "speaker: casablanca-1942-rick", "speaker: no-such", "character"),
            ("quotes.yml", "scene: casablanca-1942-paris", "scene: no-such", "scene"),
            ("commentary.yml", "quotes: [casablanca-1942-only-good-manners]", "quotes: [no-such]", "quote"),
            (
                "commentary.yml",
                "commentary: casablanca-1942-lives-on-hold",
                "commentary: no-such",
                "commentary",
            ),
            ("sources.yml", "films: [casablanca-1942]", "films: [no-such]", "film"),
            ("themes.yml", "broader: null", "broader: no-such", "theme"),
            ("themes.yml", "related: []", "related: [no-such]", "theme"),
        ],
    )
    def test_a_reference_names_an_existing_entry(self, second, name, old, new, type_name):
        line = second.replace(name, old, new)
        messages = second.messages("reference")
        assert len(messages) == 1
        assert re.match(
            rf"{name}:{line}: error \[reference\] \S+: There is no {type_name} “no-such”\.", messages[0]
        )

    def test_a_reference_in_a_long_list_has_its_own_line(self, second):
        line = second.replace(
            "scenes.yml", "casablanca-1942-laszlo", "casablanca-1942-lazlo", after=f"{NIGHT}:"
        )
        message = "There is no character “casablanca-1942-lazlo”. Did you mean “casablanca-1942-laszlo”?"
        assert second.messages() == [f"scenes.yml:{line}: error [reference] {NIGHT}: {message}"]

    def test_a_reference_names_an_entry_of_the_same_film(self, second):
        line = second.replace("quotes.yml", "scene: casablanca-1942-paris", "scene: her-2013-time-alone")
        _, diagnostics = check_pack(read_pack(SEEDS, second.root), RULES)
        results = [
            (diagnostic.line, diagnostic.rule, diagnostic.message)
            for diagnostic in diagnostics
            if diagnostic.entry == TOAST
        ]
        message = "The scene “her-2013-time-alone” does not belong to the film “casablanca-1942”."
        assert results == [(line, "reference", message)]

    def test_a_film_whose_id_is_a_prefix_is_another_film(self, second):
        sequel = shutil.copytree(
            second.root / "films/casablanca-1942", second.root / "films/casablanca-1942-two"
        )
        for path in sequel.glob("*.yml"):
            path.write_text(path.read_text().replace("casablanca-1942", "casablanca-1942-two"))
        assert second.messages() == []
        line = second.replace("quotes.yml", f"scene: {PARIS}", "scene: casablanca-1942-two-paris")
        message = "The scene “casablanca-1942-two-paris” does not belong to the film “casablanca-1942”."
        assert second.messages() == [f"quotes.yml:{line}: error [reference] {TOAST}: {message}"]

    def test_references_to_a_malformed_entry_are_not_reported(self, second):
        second.replace("scenes.yml", "title: Paris", "titel: Paris")
        assert {message.split("]")[0] for message in second.messages()} == {
            f"scenes.yml:{line}: error [form"
            for line in (second.line("scenes.yml", f"{PARIS}:"), second.line("scenes.yml", "titel:"))
        }


class TestListedOnce:
    @pytest.mark.parametrize(
        ("name", "old", "new", "slug"),
        [
            ("scenes.yml", "[sacrifice, letting-go]", "[sacrifice, sacrifice, sacrifice]", "sacrifice"),
            ("quotes.yml", "[avoidance, letting-go]", "[avoidance, avoidance]", "avoidance"),
            (
                "sources.yml",
                "films: [casablanca-1942]",
                "films: [casablanca-1942, casablanca-1942]",
                "casablanca-1942",
            ),
        ],
    )
    def test_a_list_has_no_duplicates(self, second, name, old, new, slug):
        line = second.replace(name, old, new)
        messages = second.messages("listed-once")
        assert len(messages) == 1
        assert messages[0].startswith(f"{name}:{line}: error [listed-once] ")
        assert messages[0].endswith(f": “{slug}” is listed more than once.")

    def test_a_duplicate_is_reported_at_its_second_line(self, second):
        second.replace("scenes.yml", "casablanca-1942-ilsa", "casablanca-1942-rick", after=f"{PARIS}:")
        line = second.line("scenes.yml", "casablanca-1942-rick", after=f"{PARIS}:") + 1
        message = "“casablanca-1942-rick” is listed more than once."
        assert second.messages() == [f"scenes.yml:{line}: error [listed-once] {PARIS}: {message}"]

    def test_an_entry_cites_a_source_once(self, second):
        duplicate = f"- source: {ESSAY}\n      paragraphs: [5]\n    - source: {ESSAY}\n      paragraphs: [6]"
        second.replace("scenes.yml", f"- source: {ESSAY}\n      paragraphs: [5, 6]", duplicate)
        assert [message.rpartition(": ")[2] for message in second.messages()] == [
            f"“{ESSAY}” is listed more than once."
        ]

    def test_a_commentary_entry_has_one_relation_to_another(self, second):
        duplicate = "{relation: disputes, commentary: casablanca-1942-lives-on-hold}"
        line = second.replace(
            "commentary.yml", "advisories:", f"  - {duplicate}\n  advisories:", after="lives-on-hold}"
        )
        message = "“casablanca-1942-lives-on-hold” is listed more than once."
        entry = "casablanca-1942-a-trade-in-everything"
        assert second.messages() == [f"commentary.yml:{line}: error [listed-once] {entry}: {message}"]

    def test_no_entry_refers_to_itself(self, second):
        line = relate(second, LIE, "disputes", LIE) + 1
        message = f"“{LIE}” refers to itself."
        assert second.messages() == [f"commentary.yml:{line}: error [listed-once] {LIE}: {message}"]

    def test_a_theme_is_not_broader_than_itself(self, second):
        line = second.replace("themes.yml", "broader: null", "broader: sacrifice")
        message = f"themes.yml:{line}: error [listed-once] sacrifice: “sacrifice” refers to itself."
        assert message in second.messages()


class TestThemeHierarchy:
    def test_it_has_one_level(self, second):
        second.append("themes.yml", theme("low", broader="middle"))
        line = second.line("themes.yml", "broader: middle")
        second.append("themes.yml", theme("middle", broader="sacrifice"))
        message = "“middle” is a subtheme itself. A broader theme must be a top-level theme."
        assert second.messages("theme-hierarchy") == [
            f"themes.yml:{line}: error [theme-hierarchy] low: {message}"
        ]

    def test_a_broader_theme_is_not_related_as_well(self, second):
        second.append("themes.yml", theme("low", broader="sacrifice", related="sacrifice"))
        line = second.line("themes.yml", "related: [sacrifice]")
        message = "A theme must not list its broader theme as related."
        assert second.messages("theme-hierarchy") == [
            f"themes.yml:{line}: error [theme-hierarchy] low: {message}"
        ]


class TestBroaderTheme:
    def test_a_theme_with_its_broader_theme_is_a_warning(self, second):
        second.append("themes.yml", theme("keeping-quiet", broader="sacrifice"))
        line = second.replace("scenes.yml", "themes: [sacrifice", "themes: [keeping-quiet, sacrifice")
        slug = "casablanca-1942-the-airfield"
        message = "“keeping-quiet” is a subtheme of “sacrifice”. List the subtheme only."
        assert second.messages("broader-theme") == [
            f"scenes.yml:{line}: warning [broader-theme] {slug}: {message}"
        ]

    def test_two_subthemes_of_one_theme_are_none(self, second):
        second.append("themes.yml", theme("keeping-quiet", broader="sacrifice"))
        second.append("themes.yml", theme("giving-up", broader="sacrifice"))
        second.replace("scenes.yml", "themes: [sacrifice", "themes: [keeping-quiet, giving-up")
        assert second.messages("broader-theme") == []


class TestRelatedBothWays:
    def test_related_themes_list_each_other(self, second):
        second.append("themes.yml", theme("other", related="sacrifice"))
        line = second.line("themes.yml", "related: [sacrifice]")
        message = "“sacrifice” does not list “other” as related. Both themes must do so."
        assert second.messages("related-both-ways") == [
            f"themes.yml:{line}: error [related-both-ways] other: {message}"
        ]

    def test_themes_that_list_each_other_are_valid(self, second):
        second.append("themes.yml", theme("other", related="sacrifice"))
        second.replace("themes.yml", "related: []", "related: [other]")
        assert second.messages("related-both-ways") == []

    def test_a_theme_outside_the_pack_is_not_checked(self, second):
        second.replace("themes.yml", "related: []", "related: [letting-go]")
        assert second.messages() == []


class TestCitedParagraph:
    @pytest.mark.parametrize("paragraphs", ["[6, 5]", "[5, 5]", "[5, 6, 5]"])
    def test_paragraphs_are_listed_once_and_ascending(self, second, paragraphs):
        line = second.replace("scenes.yml", "paragraphs: [5, 6]", f"paragraphs: {paragraphs}")
        message = "Paragraphs must be in ascending order without duplicates."
        entry = "casablanca-1942-an-evening-at-the-cafe"
        assert second.messages() == [f"scenes.yml:{line}: error [cited-paragraph] {entry}: {message}"]

    def test_a_cited_paragraph_exists(self, second):
        line = second.replace("commentary.yml", "paragraphs: [12]", "paragraphs: [12, 17]")
        message = f"“{ESSAY}” has 16 paragraphs, so 17 does not exist."
        assert second.messages() == [f"commentary.yml:{line}: error [cited-paragraph] {LIE}: {message}"]


class TestScenesInOrder:
    def test_the_scenes_of_a_part_have_the_films_order(self, second):
        scenes = f"[{FILM}-the-airfield, {FILM}-paris]"
        narration = (
            f"  narration: [{{title: The end first, scenes: {scenes}, paragraphs: [5]}}]\n  editor_note"
        )
        line = second.replace("sources.yml", "  editor_note", narration)
        message = (
            "The scenes of a part must be in the film's order, which is that of scenes.yml. If the source "
            "tells them in another order, divide the part."
        )
        assert second.messages() == [f"sources.yml:{line}: error [scenes-in-order] {ESSAY}: {message}"]


class TestQuoteLength:
    def test_a_quotation_has_at_most_35_words(self, second):
        second.replace("quotes.yml", "Here's looking at you, kid.", "Word " + "word " * 33 + "word")
        assert second.messages() == []
        line = second.replace("quotes.yml", "word word", "word word word")
        message = "The quotation has 36 words. At most 35 are allowed."
        assert second.messages() == [f"quotes.yml:{line}: error [quote-length] {TOAST}: {message}"]

    def test_a_source_is_quoted_with_at_most_500_words_in_all(self, second):
        text = second.file("quotes.yml").read_text().partition(f"{TOAST}:")[2].partition("\n\n")[0]
        quoted = sum(len(quote.body["text"].split()) for quote in read_pack(second.root).of_type("quote"))
        for number in range(99):
            second.append("quotes.yml", f"\n{TOAST}-{number}:{text.replace('kid', str(number))}\n")
        line = second.line("sources.yml", f"{ESSAY}:")
        message = f"{quoted + 99 * 5} words are quoted from this source. At most 500 are allowed."
        assert second.messages() == [f"sources.yml:{line}: error [quote-length] {ESSAY}: {message}"]


class TestUsedTheme:
    def test_an_unused_theme_is_a_warning(self, second):
        line = second.append("themes.yml", theme("unused"))
        message = "No entry uses this theme."
        assert second.messages() == [f"themes.yml:{line}: warning [used-theme] unused: {message}"]


class TestSourceText:
    def test_the_hash_is_that_of_the_text(self, second):
        sha256 = hashlib.sha256((ESSAYS / f"{ESSAY}.txt").read_bytes()).hexdigest()
        line = second.replace("sources.yml", sha256, "a" * 64)
        message = f"The SHA-256 of the text is {sha256}."
        assert second.messages(essays=ESSAYS) == [
            f"sources.yml:{line}: error [source-text] {ESSAY}: {message}"
        ]

    def test_every_paragraph_of_the_text_is_listed(self, second):
        last = second.file("sources.yml").read_text().rstrip("\n").rpartition("\n")[2]
        second.replace("sources.yml", last, "")
        line = second.line("sources.yml", "paragraphs:")
        message = "The text has 16 paragraphs, but 15 are listed."
        assert second.messages(essays=ESSAYS) == [
            f"sources.yml:{line}: error [source-text] {ESSAY}: {message}"
        ]

    @pytest.mark.parametrize(
        ("old", "new"), [("word_count: 45", "word_count: 44"), ("sha256: 100f", "sha256: 200f")]
    )
    def test_a_paragraph_has_its_words_and_hash(self, second, old, new):
        line = second.replace("sources.yml", old, new)
        words, sha256 = Essay.read(ESSAYS / f"{ESSAY}.txt").measure(5)
        message = f"Paragraph 5 has {words} words and the SHA-256 {sha256}."
        assert second.messages(essays=ESSAYS) == [
            f"sources.yml:{line}: error [source-text] {ESSAY}: {message}"
        ]

    def test_a_text_that_is_not_utf_8_is_an_error(self, second, tmp_path):
        (tmp_path / f"{ESSAY}.txt").write_bytes(b"caf\xe9")
        line = second.line("sources.yml", f"{ESSAY}:")
        message = (
            f"{tmp_path / ESSAY}.txt:1: The file is not encoded as UTF-8. The byte E9 in column 4 would be “é” in "
            "Latin-1. Save the file as UTF-8."
        )
        assert second.messages(essays=tmp_path) == [
            f"sources.yml:{line}: error [source-text] {ESSAY}: {message}"
        ]

    @pytest.mark.parametrize("slug", ["../essays/x", "/etc/hostname", "x" * 5000, '"\\0"', '"\\ud800"'])
    def test_an_invalid_id_opens_no_file(self, second, slug):
        second.replace("sources.yml", f"{ESSAY}:", f"? {slug}\n:")
        assert second.messages("source-text", essays=ESSAYS) == []
        assert len(second.messages("id-form", essays=ESSAYS)) == 1

    def test_without_a_folder_nothing_is_reported(self, second):
        second.replace("sources.yml", "sha256: 100f", "sha256: 200f")
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            (None, ""),
            ("notes.txt", ""),
            (f"{ESSAY}.md", f" Rename {ESSAY}.md."),
            (f"{ESSAY.capitalize()}.txt", f" Rename {ESSAY.capitalize()}.txt."),
        ],
    )
    def test_a_folder_without_the_text_is_an_error(self, second, tmp_path, name, hint):
        folder = tmp_path / "texts"
        folder.mkdir()
        if name:
            (folder / name).write_text("Once.")
        line = second.line("sources.yml", f"{ESSAY}:")
        message = f"{folder} has no file {ESSAY}.txt, so nothing is compared with the text.{hint}"
        assert second.messages(essays=folder) == [
            f"sources.yml:{line}: error [source-text] {ESSAY}: {message}"
        ]

    @pytest.mark.parametrize(
        ("packs", "level"),
        [
            # The texts of packs that a pack builds on belong to others.
            ((SEEDS, SECOND), "notice"),
            ((SECOND, SEEDS), "warning"),
        ],
    )
    def test_a_folder_without_the_text_of_the_last_pack_is_a_warning(self, packs, level):
        _, diagnostics = check_pack(read_pack(*packs), RULES, essays=ESSAYS)
        (missing,) = [diagnostic for diagnostic in diagnostics if diagnostic.rule == "source-text"]
        assert (missing.level, missing.entry) == (level, "her-perfection-is-the-enemy-of-real")

    def test_a_folder_without_one_of_the_texts_of_a_pack_is_a_warning(self, second):
        body = second.file("sources.yml").read_text("utf-8").partition(f"{ESSAY}:")[2]
        line = second.append("sources.yml", f"another-essay:{body}")
        (message,) = second.messages("source-text", essays=ESSAYS)
        assert message.startswith(f"sources.yml:{line}: warning [source-text] another-essay: ")


class TestOmission:
    def test_a_quotation_from_within_a_sentence_says_so(self, second):
        assert second.messages("omission") == []
        second.replace("quotes.yml", "  omitted_before: true\n", "")
        (message,) = second.messages("omission")
        assert "warning [omission]" in message
        assert message.endswith("The quotation begins within a sentence. Add omitted_before: true.")


class TestVerbatim:
    def test_a_quotation_is_in_the_cited_paragraph(self, second):
        line = second.replace("quotes.yml", "Here's looking at you, kid.", "Here's looking at you, child.")
        message = (
            "Paragraph 9 does not contain this text. "
            "The nearest passage, in paragraph 9, is “Here's looking at you, kid.”."
        )
        assert second.messages(essays=ESSAYS) == [f"quotes.yml:{line}: error [verbatim] {TOAST}: {message}"]

    def test_a_wrong_paragraph_is_reported_with_the_right_one(self, second):
        second.replace("quotes.yml", "paragraphs: [9]", "paragraphs: [10]")
        line = second.line("quotes.yml", "Here's looking at you, kid.")
        message = "Paragraph 10 does not contain this text. Found in: 9."
        assert second.messages("verbatim", essays=ESSAYS) == [
            f"quotes.yml:{line}: error [verbatim] {TOAST}: {message}"
        ]

    def test_a_missing_paragraph_is_reported_by_another_rule(self, second):
        second.replace("quotes.yml", "paragraphs: [9]", "paragraphs: [99]")
        assert second.messages("verbatim", essays=ESSAYS) == []
        assert len(second.messages("cited-paragraph", essays=ESSAYS)) == 1

    @pytest.mark.parametrize(
        ("text", "differences"),
        [
            ("Here’s looking at you, kid.", "quotation marks"),
            ("here's looking at YOU, kid.", "capital letters"),
            ("Here's looking\u00a0at you, kid.", "spaces"),
            ("Here's looking\\nat you, kid.", "line breaks and spaces"),
            ("Here's look\u00ading at you, kid.", "invisible characters"),
            ("\u200bHere's looking at you, kid.", "invisible characters"),
            ("Here‘s looking at you, ｋid.", "quotation marks and the form of Unicode"),
        ],
    )
    def test_a_quotation_that_differs_in_its_form_is_told_so(self, second, text, differences):
        second.replace("quotes.yml", "text: Here's looking at you, kid.", f'text: "{text}"')
        message = (
            f"Paragraph 9 contains “Here's looking at you, kid.”, which differs only in {differences}. "
            "Copy it exactly."
        )
        assert [one.message for one in second.diagnostics(ESSAYS) if one.rule == "verbatim"] == [message]

    @pytest.mark.parametrize(
        ("text", "passage"),
        [
            ("A sacrifice which costs nothing is only good manners.", "A sacrifice that costs nothing is only good manners."),
            ("A sacrifice costs nothing is only good manners.", "A sacrifice that costs nothing is only good manners."),
            ("A great sacrifice that costs nothing is only good manners.", "A sacrifice that costs nothing is only good manners."),
            ("it is only good manners.", "nothing is only good manners."),
            ("We part with sadness.", None),
            ("good manors", None),
        ],
    )  # fmt: skip
    def test_a_quotation_with_other_words_is_shown_the_nearest_passage(self, second, text, passage):
        second.replace("quotes.yml", "text: Here's looking at you, kid.", f"text: {text}")
        nearest = f" The nearest passage, in paragraph 13, is “{passage}”." if passage else ""
        messages = [one.message for one in second.diagnostics(ESSAYS) if one.rule == "verbatim"]
        assert messages == [f"Paragraph 9 does not contain this text.{nearest}"]

    def test_the_nearest_passage_may_be_in_another_paragraph(self, second):
        second.replace(
            "quotes.yml", "text: Here's looking at you, kid.", "text: A sacrifice that COSTS nothing"
        )
        messages = [one.message for one in second.diagnostics(ESSAYS) if one.rule == "verbatim"]
        assert messages == [
            "Paragraph 9 does not contain this text. Paragraph 13 contains “A sacrifice that costs nothing”, which "
            "differs only in capital letters. Copy it exactly."
        ]

    def test_unprintable_differences_are_escaped(self, second, tmp_path):
        text = (ESSAYS / f"{ESSAY}.txt").read_text("utf-8").replace("looking at", "looking\u202fat")
        (tmp_path / f"{ESSAY}.txt").write_text(text, "utf-8")
        (message,) = second.messages("verbatim", essays=tmp_path)
        assert "contains “Here's looking\\u202fat you, kid.”, which differs only in spaces." in message


class TestRepeatedQuote:
    def repeat(self, second, text, **changes):
        """Append a copy of a quote with another text and other fields; return its line and the diagnostics."""
        quotes = second.file("quotes.yml").read_text("utf-8")
        entry = quotes[quotes.index(f"{TOAST}:") :].partition("\n\n")[0]
        copy = entry.replace(f"{TOAST}:", f"{TOAST}-again:").replace("Here's looking at you, kid.", text)
        for old, new in changes.values():
            assert old in copy
            copy = copy.replace(old, new)
        line = second.append("quotes.yml", f"\n{copy}\n")
        line = second.line("quotes.yml", "text:", after=f"{TOAST}-again:")
        return line, [(one.line, one.message) for one in second.diagnostics() if one.rule == "repeated-quote"]

    SCENE = ("scene: casablanca-1942-paris", "scene: casablanca-1942-the-airfield")
    PARAGRAPH = ("paragraphs: [9]", "paragraphs: [12]")

    @pytest.mark.parametrize(
        "text",
        [
            "Here's looking at you, kid.",
            "HERE’S looking at you — kid!",
            "“Here\u200bs  looking at you: kid…”",
            "Here's looking at yóu, kid",
        ],
    )
    def test_equal_words_are_an_error(self, second, text):
        line, errors = self.repeat(second, f"'{text.replace(chr(39), chr(39) * 2)}'")
        first = f"{second.file('quotes.yml')}:{second.line('quotes.yml', f'{TOAST}:')}"
        assert errors == [(line, f"“{TOAST}” at {first} has the same words. Remove one of them.")]

    @pytest.mark.parametrize("changes", [{"scene": SCENE}, {"paragraph": PARAGRAPH}])
    def test_so_are_those_in_one_scene_or_one_paragraph(self, second, changes):
        assert len(self.repeat(second, "Here's looking at you, kid.", **changes)[1]) == 1

    def test_a_line_that_recurs_has_two_quotes(self, second):
        recurring = {"scene": self.SCENE, "paragraph": self.PARAGRAPH}
        assert self.repeat(second, "Here's looking at you, kid.", **recurring)[1] == []

    def test_other_words_are_another_quote(self, second):
        assert self.repeat(second, "Here's looking at you.")[1] == []


class TestOwnWords:
    MESSAGE = "“{run}” is in the source. Rephrase it in your own words."
    RUN = "nobody lives in casablanca everybody is stored there"

    @pytest.mark.parametrize(
        ("name", "old"),
        [
            ("film.yml", "editor_note: null"),
            (
                "characters.yml",
                "description: The American who owns the café, and who claims to take nobody's side.",
            ),
            (
                "scenes.yml",
                "summary: In Rick's memory, he and Ilsa are in love in Paris, and drink to one another.",
            ),
            ("commentary.yml", "title: A kind lie"),
            ("quotes.yml", "label: Rick's toast"),
            (
                "themes.yml",
                "definition: Giving up what one wants most, for someone or something held dearer.",
            ),
        ],
    )
    def test_no_text_shares_eight_words_with_the_essay(self, second, name, old):
        field = old.partition(":")[0]
        line = second.replace(name, old, f"{field}: Nobody lives in Casablanca, everybody is stored there")
        messages = second.messages(essays=ESSAYS)
        assert len(messages) == 1
        assert messages[0].startswith(f"{name}:{line}: error [own-words] ")
        assert messages[0].endswith(self.MESSAGE.format(run=self.RUN))

    @pytest.mark.parametrize(
        "text",
        ["Nobody lives in Casablanca; everybody is stored", "Nobody lives in Casablanca; everybody is"],
    )
    def test_six_and_seven_shared_words_are_a_notice(self, second, text):
        line = second.replace("commentary.yml", "title: A kind lie", f"title: {text}")
        run = "nobody lives in casablanca everybody is"
        message = f"“{run}” is in the source too. Can you say it in other words?"
        assert second.messages(essays=ESSAYS) == [
            f"commentary.yml:{line}: notice [own-words] {LIE}: {message}"
        ]

    def test_five_shared_words_are_none(self, second):
        second.replace("commentary.yml", "title: A kind lie", "title: Nobody lives in Casablanca; everybody")
        assert second.messages(essays=ESSAYS) == []

    def test_shared_words_are_found_across_paragraphs_case_and_apostrophes(self, second):
        text = "text: Some say that RICKS CAFÉ cannot sell the ‘house’ rule"
        second.replace("commentary.yml", "text: The café, it is argued", f"{text}, it is argued")
        run = "that ricks café cannot sell the house rule"
        assert second.messages(essays=ESSAYS)[0].endswith(self.MESSAGE.format(run=run))

    def test_a_text_in_a_mapping_has_its_own_line(self, second):
        sentence = "Nobody lives in Casablanca, everybody is stored there"
        severities = f'severities:\n    "1": x\n    "2": {sentence}\n    "3": x\n'
        advisory = f"released_at: 2026-11-24T00:00:00Z\nnote:\n  name: x\n  description: x\n  {severities}"
        second.append("advisories.yml", advisory)
        line = second.line("advisories.yml", '"2"')
        message = self.MESSAGE.format(run=self.RUN)
        assert second.messages(essays=ESSAYS) == [f"advisories.yml:{line}: error [own-words] note: {message}"]

    def test_quotations_and_a_sources_titles_are_exempt(self, second):
        second.replace(
            "sources.yml",
            "kind: essay",
            "kind: essay\n  label: Nobody lives in Casablanca; everybody is stored there",
        )
        assert second.messages(essays=ESSAYS) == []


class TestCoverage:
    def test_an_uncited_paragraph_is_a_warning(self, second):
        second.replace("commentary.yml", "paragraphs: [12]", "paragraphs: [13]")
        second.replace("scenes.yml", "paragraphs: [12, 13, 14]", "paragraphs: [13, 14]")
        line = second.line("sources.yml", "309b4e24")
        assert second.messages() == [
            f"sources.yml:{line}: warning [coverage] {ESSAY}: No entry cites paragraph 12."
        ]

    def test_a_heading_need_not_be_cited(self, second):
        headings = [line for line in second.file("sources.yml").read_text().splitlines() if "heading" in line]
        assert len(headings) == 3
        assert second.messages("coverage") == []


def relate(second, entry_id, relation, target):
    """Add a relation to a commentary entry; return the line of its relations."""
    none_yet = " []" if entry_id == THESIS else ""
    relations = f"relations:\n    - {{relation: {relation}, commentary: {target}}}"
    return second.replace("commentary.yml", f"relations:{none_yet}", relations, after=f"\n{entry_id}:")


class TestOneSidedRelation:
    def test_a_relation_is_declared_on_one_side(self, second):
        hero = "casablanca-1942-a-hero-who-stands-still"
        relate(second, THESIS, "disputes", hero)
        line = second.line("commentary.yml", "{relation: disputes", after=f"\n{hero}:")
        message = f"“{THESIS}” also relates to “{hero}”. Declare a relation on one side only."
        assert second.messages() == [f"commentary.yml:{line}: error [one-sided-relation] {hero}: {message}"]


class TestEditorsRelation:
    LIE, THESIS = LIE, THESIS

    def messages(self, second, relation):
        relations = f"relations: [{{{relation}, commentary: {self.LIE}}}]"
        line = second.replace("commentary.yml", "relations: []", relations, after=f"\n{self.THESIS}:")
        prefix = f"commentary.yml:{line}: error [editors-relation] {self.THESIS}: "
        return [message.removeprefix(prefix) for message in second.messages("editors-relation")]

    def test_the_editors_say_why_one_claim_disputes_another(self, second):
        assert self.messages(second, "relation: disputes, asserted_by: editor, note: They conflict.") == []

    @pytest.mark.parametrize(
        ("relation", "message"),
        [
            ("relation: disputes, asserted_by: editor", "Say in note why one claim disputes the other"),
            ("relation: supports, asserted_by: editor, note: So", "Only disputes can be the editors' view"),
        ],
    )
    def test_anything_else_is_the_sources(self, second, relation, message):
        (found,) = self.messages(second, relation)
        assert found.startswith(message)

    def test_relations_of_the_editors_entries_are_theirs(self, second):
        second.replace("commentary.yml", "weight: core", "weight: core\n  asserted_by: editor")
        (found,) = self.messages(second, "relation: disputes")
        assert found.startswith("The editors assert this entry, and so its relations")

    def test_they_need_no_note_there(self, second):
        second.replace("commentary.yml", "weight: core", "weight: core\n  asserted_by: editor")
        assert self.messages(second, "relation: supports, asserted_by: editor") == []


class TestSourceOfCommentary:
    """A claim belongs to one source, and argues within it. What the rules say of one holds for each."""

    def cite_both(self, second, more=""):
        citation = f"citations:{more}\n    - {{source: {ESSAY}, paragraphs: [5]}}\n"
        return second.replace("commentary.yml", "citations:\n", citation, after=f"\n{REPLY_CLAIM}:")

    @pytest.fixture
    def second(self, second):
        add_reply(second)
        return second

    def test_two_sources_on_one_film_are_valid(self, second):
        assert second.messages() == []

    def test_the_source_is_by_default_the_one_that_is_cited(self, second):
        citations = f"source: {REPLY}\n  citations:"
        second.replace("commentary.yml", "citations:", citations, after=f"\n{REPLY_CLAIM}:")
        assert second.messages() == []

    def test_an_entry_that_cites_several_must_say_which(self, second):
        line = second.line("commentary.yml", REPLY_CLAIM)
        self.cite_both(second)
        message = (
            f"Set the source that the entry belongs to, since its citations name several: {ESSAY}, {REPLY}."
        )
        assert second.messages("form") == [
            f"commentary.yml:{line}: error [form] {REPLY_CLAIM}: source: {message}"
        ]

    def test_a_claim_of_a_source_cites_only_its_own(self, second):
        line = self.cite_both(second)
        second.replace(
            "commentary.yml", "citations:", f"source: {REPLY}\n  citations:", after=f"\n{REPLY_CLAIM}:"
        )
        message = f"A claim of a source cites only its own source, “{REPLY}”."
        assert second.messages("form") == [
            f"commentary.yml:{line + 2}: error [form] {REPLY_CLAIM}: citations.0.source: {message}"
        ]

    def test_the_editors_may_cite_several_and_discuss_one_of_them(self, second):
        self.cite_both(second)
        own = f"asserted_by: editor\n  source: {REPLY}\n  citations:"
        second.replace("commentary.yml", "citations:", own, after=f"\n{REPLY_CLAIM}:")
        second.replace("commentary.yml", "extends", "extends, asserted_by: editor", after=f"\n{REPLY_CLAIM}:")
        assert second.messages() == []

    def test_the_editors_discuss_a_source_that_they_cite(self, second):
        own = f"asserted_by: editor\n  source: {ESSAY}\n  citations:"
        line = second.replace("commentary.yml", "citations:", own, after=f"\n{REPLY_CLAIM}:")
        message = f"Must be a source that the citations name: {REPLY}."
        assert second.messages("form") == [
            f"commentary.yml:{line + 1}: error [form] {REPLY_CLAIM}: source: {message}"
        ]

    def test_an_unknown_source_is_named(self, second):
        line = second.replace("commentary.yml", f"source: {REPLY}", f"source: {REPLY}r", after=REPLY_CLAIM)
        (message,) = second.messages("reference")
        assert message.startswith(
            f"commentary.yml:{line}: error [reference] {REPLY_CLAIM}: There is no source"
        )

    def test_a_claim_must_lead_to_a_thesis_of_its_own_source(self, second):
        line = second.replace("commentary.yml", REPLY_THESIS, THESIS, after=f"\n{REPLY_CLAIM}:")
        message = (
            "Its relations lead to no thesis of its source. Say which entry it supports, extends or disputes."
        )
        assert second.messages() == [
            f"commentary.yml:{line - 1}: warning [path-to-thesis] {REPLY_CLAIM}: {message}"
        ]

    def test_a_source_without_a_thesis_has_no_path(self, second):
        second.replace("commentary.yml", "kind: thesis", "kind: interpretation", after=f"\n{REPLY_THESIS}:")
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("relation", "is_allowed"), [("disputes", True), ("supports", True), ("extends", False)]
    )
    def test_the_editors_may_relate_claims_of_different_sources(self, second, relation, is_allowed):
        own = f"{relation}, asserted_by: editor, note: They see the letters alike."
        second.replace("commentary.yml", "disputes", own, after=f"\n{REPLY_THESIS}:")
        assert (second.messages("editors-relation") == []) == is_allowed


class TestRelationCycle:
    def test_no_commentary_entry_supports_itself(self, second):
        waiting, trade = "casablanca-1942-lives-on-hold", "casablanca-1942-a-trade-in-everything"
        relate(second, waiting, "supports", LIE)
        relate(second, LIE, "extends", trade)
        places = [
            (second.line("commentary.yml", "relations:", after=f"\n{claim}:"), claim)
            for claim in (trade, waiting, LIE)
        ]
        message = "This entry supports or extends itself through other entries. Remove a relation."
        assert second.messages() == [
            f"commentary.yml:{line}: error [relation-cycle] {claim}: {message}" for line, claim in places
        ]

    def test_an_entry_that_only_leads_to_a_cycle_is_not_on_it(self, second):
        waiting, trade = "casablanca-1942-lives-on-hold", "casablanca-1942-a-trade-in-everything"
        relate(second, waiting, "supports", LIE)
        relate(second, LIE, "extends", trade)
        dispute = f"relation: disputes, commentary: {trade}"
        second.replace("commentary.yml", dispute, dispute.replace("disputes", "extends"))
        messages = second.messages("relation-cycle")
        assert [message.split()[3] for message in messages] == [f"{slug}:" for slug in (trade, waiting, LIE)]

    def test_a_dispute_makes_no_cycle(self, second):
        relate(second, "casablanca-1942-lives-on-hold", "supports", LIE)
        relate(second, LIE, "disputes", "casablanca-1942-a-trade-in-everything")
        assert second.messages() == []


class TestPathToThesis:
    MESSAGE = (
        "Its relations lead to no thesis of its source. Say which entry it supports, extends or disputes."
    )
    RELATION = f"relations:\n    - {{relation: extends, commentary: {THESIS}}}"

    def warnings(self, second, *slugs):
        lines = [second.line("commentary.yml", "relations:", after=f"\n{slug}:") for slug in slugs]
        return [
            f"commentary.yml:{line}: warning [path-to-thesis] {slug}: {self.MESSAGE}"
            for line, slug in zip(lines, slugs, strict=True)
        ]

    def test_an_entry_without_relations_is_a_warning(self, second):
        second.replace("commentary.yml", self.RELATION, "relations: []", after=f"\n{LIE}:")
        assert second.messages() == self.warnings(second, LIE)

    def test_an_entry_that_leads_to_such_an_entry_only_is_one_too(self, second):
        waiting = "casablanca-1942-lives-on-hold"
        second.replace("commentary.yml", self.RELATION, "relations: []", after=f"\n{LIE}:")
        second.replace("commentary.yml", THESIS, LIE, after=f"\n{waiting}:")
        assert second.messages() == self.warnings(second, waiting, LIE)

    def test_a_dispute_with_an_entry_that_leads_to_one_is_a_path(self, second):
        second.replace("commentary.yml", "extends", "disputes", after=f"\n{LIE}:")
        assert second.messages() == []

    def test_a_dispute_that_only_the_editors_see_is_none(self, second):
        extends = f"{{relation: extends, commentary: {THESIS}}}"
        disputes = f'{{relation: disputes, commentary: {THESIS}, asserted_by: editor, note: "Rick lies."}}'
        second.replace("commentary.yml", extends, disputes, after=f"\n{LIE}:")
        assert second.messages() == self.warnings(second, LIE)

    def test_a_film_without_a_thesis_has_no_path(self, second):
        second.replace("commentary.yml", "kind: thesis", "kind: interpretation")
        assert second.messages() == []

    def test_an_entry_outside_the_pack_may_lead_to_one(self, second):
        second.vocabularies.add(("commentary", "casablanca-1942-elsewhere"))
        second.replace("commentary.yml", THESIS, "casablanca-1942-elsewhere", after=f"\n{LIE}:")
        assert second.messages() == []


class TestSceneWithoutCommentary:
    def test_a_scene_without_commentary_is_a_warning(self, second):
        second.replace("commentary.yml", "scenes: [casablanca-1942-the-marseillaise]", "scenes: []")
        line = second.line("scenes.yml", "casablanca-1942-the-marseillaise:")
        message = (
            "[scene-without-commentary] casablanca-1942-the-marseillaise: No commentary refers to this scene."
        )
        assert second.messages() == [f"scenes.yml:{line}: warning {message}"]

    def test_a_film_without_commentary_is_no_warning(self, second):
        second.file("commentary.yml").unlink()
        assert second.messages("scene-without-commentary") == []


class TestFlaggedParagraph:
    MANNERS = "casablanca-1942-only-good-manners"

    def unflag(self, second):
        flagged = "advisories:\n    - {advisory: spoiler, severity: 1}"
        return second.replace("quotes.yml", flagged, "advisories: []", after=f"{self.MANNERS}:")

    def test_an_unflagged_entry_on_strongly_flagged_paragraphs_is_a_notice(self, second):
        line = self.unflag(second)
        message = (
            "Other entries flag the same paragraphs strongly (spoiler). Does this entry need an advisory?"
        )
        assert second.messages() == [
            f"quotes.yml:{line}: notice [flagged-paragraph] {self.MANNERS}: {message}"
        ]

    def test_lightly_flagged_paragraphs_are_no_notice(self, second):
        self.unflag(second)
        second.replace("scenes.yml", "severity: 3", "severity: 2")
        assert second.messages() == []


class TestWeakerAdvisory:
    def flag_quote(self, second, severity):
        flags = f"advisories: [{{advisory: demeaning-language, severity: {severity}}}]"
        second.replace("quotes.yml", "advisories: []", flags, after=f"\n{TOAST}:")

    @pytest.mark.parametrize("severity", [1, 2, 3])
    def test_a_quote_that_is_flagged_more_strongly_is_a_notice(self, second, severity):
        rude = "casablanca-1942-cruelty-without-style"
        second.replace("commentary.yml", "severity: 2", "severity: 1", after=f"\n{rude}:")
        line = second.replace("commentary.yml", "quotes: [", f"quotes: [{TOAST}, ", after=f"\n{rude}:")
        self.flag_quote(second, severity)
        message = f"“{TOAST}” has demeaning-language {severity}, this entry 1. Is that right?"
        expected = f"commentary.yml:{line}: notice [weaker-advisory] {rude}: {message}"
        assert second.messages("weaker-advisory") == ([expected] if severity > 1 else [])

    def test_an_entry_without_the_advisory_is_none(self, second):
        second.replace("commentary.yml", "quotes: []", f"quotes: [{TOAST}]", after=f"\n{LIE}:")
        self.flag_quote(second, 3)
        assert second.messages("weaker-advisory") == []


class TestOpeningWord:
    def begin(self, second, text, language="en"):
        second.replace("commentary.yml", "language: en", f"language: {language}", after=f"\n{LIE}:")
        return second.replace(
            "commentary.yml", "text: >-\n    At the airfield", f"text: >-\n    {text}", after=f"\n{LIE}:"
        )

    @pytest.mark.parametrize("word", ["This", "these", "Such", "It", "She", "Their"])
    def test_a_text_that_begins_with_a_word_that_refers_back_is_a_warning(self, second, word):
        line = self.begin(second, f"{word} lie")
        message = (
            f"“{word}” refers to nothing where this text is shown alone. Begin with whom or what you mean."
        )
        assert second.messages() == [f"commentary.yml:{line}: warning [opening-word] {LIE}: {message}"]

    @pytest.mark.parametrize("opening", ["Thistles in the desert", "Italy", "Shell-shocked"])
    def test_other_words_are_none(self, second, opening):
        self.begin(second, opening)
        assert second.messages() == []

    def test_the_title_of_the_film_is_none(self, second):
        second.replace("film.yml", "title: Casablanca", "title: It")
        self.begin(second, "It")
        assert second.messages() == []
        second.replace("film.yml", "title: It", "title: It Happened")
        assert len(second.messages("opening-word")) == 1

    def test_other_languages_have_other_words(self, second):
        self.begin(second, "Such a lie", language="pl")
        assert second.messages() == []
        second.replace("commentary.yml", "language: pl", "language: en-GB")
        assert len(second.messages("opening-word")) == 1


class TestHiddenView:
    @pytest.mark.parametrize("phrase", ["for the essay", "To the essay", "for the review"])
    def test_a_view_that_no_verb_states_is_a_notice(self, second, phrase):
        line = second.replace("commentary.yml", "text: Laszlo is", f"text: Laszlo is, {phrase},")
        source = phrase.split()[-1]
        message = f"“{phrase}” does not tell what the {source} does. Write “the {source} says that …”."
        hero = "casablanca-1942-a-hero-who-stands-still"
        assert second.messages() == [f"commentary.yml:{line}: notice [hidden-view] {hero}: {message}"]

    def test_other_words_for_a_source_are_none(self, second):
        second.replace("commentary.yml", "text: Laszlo is", "text: Laszlo is, for the essayist,")
        assert second.messages() == []


class TestForm:
    def test_an_unknown_field_is_reported_with_the_nearest_and_all_fields(self, second):
        line = second.replace("characters.yml", "performer:", "perfomer:")
        messages = second.messages()
        entry = "casablanca-1942-rick"
        opening = f"characters.yml:{line}: error [form] {entry}: perfomer: Unknown field. Did you mean “performer”? Allowed: "
        assert len(messages) == 1
        assert messages[0].startswith(opening)
        assert "description, performer, performers, advisories, citations, editor_note" in messages[0]

    def test_an_unknown_field_inside_a_list_has_its_line(self, second):
        line = second.replace("scenes.yml", "presence: mentioned", "presence: mentioned, since: x")
        assert second.messages() == [
            f"scenes.yml:{line}: error [form] {NIGHT}: appearances.2.since: Unknown field."
        ]

    def test_a_missing_field_is_named_at_the_entry(self, second):
        second.replace("scenes.yml", "  title: Paris\n", "")
        line = second.line("scenes.yml", f"{PARIS}:")
        message = "title: Missing data for required field."
        assert second.messages() == [f"scenes.yml:{line}: error [form] {PARIS}: {message}"]

    @pytest.mark.parametrize(
        ("name", "old", "new", "message"),
        [
            ("film.yml", "title: Casablanca", "title: 1942", f"title: {NO_STRING} a number. {QUOTE_IT}"),
            ("film.yml", "title: Casablanca", "title: null", "title: Field may not be null."),
            ("film.yml", "title: Casablanca", "title: [a]", f"title: {NO_STRING} a list. {QUOTE_IT}"),
            ("film.yml", "release_year: 1942", 'release_year: "1942"', "release_year: Must be an integer."),
            ("film.yml", "release_year: 1942", "release_year: 1942.5", "release_year: Must be an integer."),
            ("film.yml", "release_year: 1942", "release_year: yes", "release_year: Must be an integer."),
            ("film.yml", "release_year: 1942", "release_year: true", "release_year: Must be an integer."),
            ("film.yml", "release_year: 1942", f"release_year: 0x{'f' * 5000}", "release_year: Must be an integer."),
            ("film.yml", "release_year: 1942", "release_year: .nan", "release_year: Must be an integer."),
            ("film.yml", "directors: [Michael Curtiz]", "directors: Michael Curtiz", "directors: Not a valid list."),
            ("film.yml", "languages: [en]", "languages: [English]", "languages.0: “English” is not a BCP 47 language tag. Use a tag such as en or pt-BR."),
            ("film.yml", "imdb: tt0034583", "imdb: 34583", f"identifiers.imdb: {NO_STRING} a number. {QUOTE_IT}"),
            ("scenes.yml", "starts_at: null", 'starts_at: "1:20"', "starts_at: Invalid timecode “1:20”. Use the format 00:12:34."),
            ("scenes.yml", "presence: present", "presence: singing", "appearances.0.presence: Unknown value “singing”."),
            ("quotes.yml", "speaker: casablanca-1942-rick", "speaker: {a: b}", f"speaker: {NO_STRING} a mapping. {QUOTE_IT}"),
            ("quotes.yml", "paragraphs: [6]", "paragraphs: []", "citations.0.paragraphs: Length must be between 1 and 500."),
            ("quotes.yml", "paragraphs: [6]", 'paragraphs: ["6"]', "citations.0.paragraphs.0: Must be an integer."),
            ("commentary.yml", "kind: thesis", f"kind: 0x{'f' * 5000}", "kind: Unknown value “inf”."),
            ("commentary.yml", "scope: both", "scope: bot", "scope: Unknown value “bot”. Did you mean “both”?"),
            ("commentary.yml", "weight: core", "weight: [core]", "weight: Unknown value “['core']”. Did you mean “core”?"),
            ("commentary.yml", "relations: []", "relations: [supports]", "relations.0: Invalid input type."),
            ("sources.yml", "published_on: null", "published_on: 1942", "published_on: Not a valid date."),
            ("sources.yml", "source_url: null", "source_url: javascript:x", "source_url: Must be an http or https URL, not “javascript:x”."),
        ],
    )  # fmt: skip
    def test_an_invalid_value_is_reported_at_its_line(self, second, name, old, new, message):
        line = second.replace(name, old, new)
        messages = second.messages("form")
        assert len(messages) == 1
        assert re.fullmatch(rf"{name}:{line}: error \[form\] \S+: {re.escape(message)}", messages[0])

    @pytest.mark.parametrize("severity", ["0", "4", "one", "null", "true", "1.5"])
    def test_a_severity_is_one_to_three(self, second, severity):
        line = second.replace("scenes.yml", "severity: 3", f"severity: {severity}")
        messages = second.messages()
        assert len(messages) == 1
        opening = f"scenes.yml:{line}: error [form] casablanca-1942-the-airfield: advisories.0.severity: "
        assert messages[0].startswith(opening)

    @pytest.mark.parametrize("yaml_text", ["a\\0b", "a\\u0007b", "a\\rb", "a\\ud800b", "a\\x7fb"])
    def test_control_characters_are_refused(self, second, yaml_text):
        line = second.replace("commentary.yml", "title: A kind lie", f'title: "{yaml_text}"')
        message = "title: Must not contain control characters or lone surrogates."
        assert second.messages() == [f"commentary.yml:{line}: error [form] {LIE}: {message}"]

    @pytest.mark.parametrize("yaml_text", ["a\\nb", "a\\tb", "a\\u0085b", "a\\u2028b", "a\\u009bb"])
    def test_a_label_is_on_one_line(self, second, yaml_text):
        line = second.replace("commentary.yml", "label: A kind lie", f'label: "{yaml_text}"')
        message = "label: Must be on one line, without line breaks, tabs and other control characters."
        assert second.messages() == [f"commentary.yml:{line}: error [form] {LIE}: {message}"]

    @pytest.mark.parametrize("yaml_text", ['" A kind lie"', '"\\u00a0A kind lie"'])
    def test_white_space_around_a_text_is_refused(self, second, yaml_text):
        line = second.replace("commentary.yml", "title: A kind lie", f"title: {yaml_text}")
        message = "title: Must not start or end with white space."
        assert second.messages() == [f"commentary.yml:{line}: error [form] {LIE}: {message}"]

    @pytest.mark.parametrize("title", ['""', "x" * 301])
    def test_the_length_of_a_text_is_limited(self, second, title):
        line = second.replace("commentary.yml", "title: A kind lie", f"title: {title}")
        message = "title: Length must be between 1 and 300."
        assert second.messages() == [f"commentary.yml:{line}: error [form] {LIE}: {message}"]

    def test_a_long_name_needs_a_label(self, second):
        second.replace("characters.yml", "  label: Sam\n  name: Sam", f"  name: {'S' * 120}")
        assert second.messages() == []
        second.replace("commentary.yml", "  label: A kind lie\n  title: A kind lie", f"  title: {'x' * 121}")
        assert [message.partition("[form] ")[2] for message in second.messages()] == [
            f"{LIE}: label: Length must be between 1 and 120."
        ]

    def test_a_scene_ends_after_it_starts(self, second):
        times = 'starts_at: "00:10:00"\n  ends_at: "00:09:59"'
        line = second.replace("scenes.yml", "starts_at: null\n  ends_at: null", times, after=f"{PARIS}:") + 1
        message = "ends_at: Must not be before starts_at."
        assert second.messages() == [f"scenes.yml:{line}: error [form] {PARIS}: {message}"]

    @pytest.mark.parametrize("end", ["null", '"00:10:00"', '"00:10:01"'])
    def test_a_scene_may_end_when_it_starts_or_at_no_known_time(self, second, end):
        second.replace(
            "scenes.yml", "starts_at: null\n  ends_at: null", f'starts_at: "00:10:00"\n  ends_at: {end}'
        )
        assert second.messages() == []

    def test_a_speaker_needs_a_certainty(self, second):
        line = second.replace("quotes.yml", "speaker_certainty: inferred", "speaker_certainty: null")
        message = "speaker_certainty: Set speaker and speaker_certainty together, or neither."
        assert second.messages() == [f"quotes.yml:{line}: error [form] {TOAST}: {message}"]

    def test_a_quote_of_the_essay_has_no_speaker(self, second):
        line = second.line("quotes.yml", "speaker: casablanca-1942-rick")
        second.replace("quotes.yml", "voice: film", "voice: essay")
        message = "speaker: Must be null, since the essay's own words have no speaker."
        assert second.messages() == [f"quotes.yml:{line}: error [form] {TOAST}: {message}"]

    def test_a_quote_cites_one_paragraph(self, second):
        line = second.replace("quotes.yml", "paragraphs: [9]", "paragraphs: [9, 10]") - 2
        message = "citations: Must cite exactly one paragraph."
        assert second.messages() == [f"quotes.yml:{line}: error [form] {TOAST}: {message}"]

    def test_an_advisory_describes_each_severity(self, second):
        advisory = 'note:\n  name: x\n  description: x\n  severities: {"1": a, "2": b}\n'
        second.append("advisories.yml", f"released_at: 2026-11-24T00:00:00Z\n{advisory}")
        assert second.messages() == [
            "advisories.yml:5: error [form] note: severities: Must have exactly these keys: 1, 2, 3."
        ]

    def test_a_key_that_is_not_a_string_is_an_unknown_field(self, second):
        line = second.replace("commentary.yml", "title: A kind lie", "title: A kind lie\n  12: x") + 1
        opening = f"commentary.yml:{line}: error [form] {LIE}: 12: Unknown field. Allowed: "
        assert [message[: len(opening)] for message in second.messages()] == [opening]

    def test_every_error_of_an_entry_is_reported(self, second):
        second.replace("quotes.yml", "kind: dialogue\n  voice: film", "kind: talk\n  voice: radio")
        assert len(second.messages()) == 2


class TestUnreadableFiles:
    """A broken file is a single error: references to its entries are not reported."""

    def test_references_to_an_unreadable_file_are_not_reported(self, second):
        second.file("quotes.yml").write_text("x: [\n")
        assert [diagnostic.rule for diagnostic in second.diagnostics() if diagnostic.level == "error"] == [
            "yaml"
        ]

    @pytest.mark.parametrize("name", ["film.yml", "characters.yml", "scenes.yml", "commentary.yml"])
    def test_a_broken_file_is_the_only_error(self, second, name):
        """Nor is what the file could have used reported as unused, uncited or without commentary."""
        line = second.append(name, "x: [\n") + 1
        assert [(str(one.file.name), one.line) for one in second.diagnostics()] == [(name, line)]

    @pytest.mark.parametrize("name", ["sources.yml", "themes.yml"])
    def test_a_broken_vocabulary_is_the_only_error(self, second, name):
        second.append(name, "x: [\n")
        assert [one.file.name for one in second.diagnostics()] == [name]

    @pytest.mark.parametrize(
        ("name", "old"),
        [("quotes.yml", TOAST), ("commentary.yml", LIE), ("scenes.yml", PARIS), ("themes.yml", "sacrifice")],
    )
    def test_an_entry_without_fields_is_the_only_error(self, second, name, old):
        line = second.replace(name, f"{old}:", f"{old}: lost\nanother-{old}:")
        errors = [one for one in second.diagnostics() if (one.line, one.rule) != (line + 1, "id-of-film")]
        assert [(one.file.name, one.line, one.rule) for one in errors] == [(name, line, "form")]

    def test_an_invalid_entry_makes_nothing_unused(self, second):
        line = second.replace("commentary.yml", "weight: core", "weight: heavy")
        assert [(one.line, one.rule) for one in second.diagnostics()] == [(line, "form")]

    def test_a_missing_film_is_reported_at_its_folder(self, second):
        second.file("film.yml").unlink()
        assert {diagnostic.rule for diagnostic in second.diagnostics()} == {"pack", "position", "released-at"}


class TestWithdrawn:
    def test_a_withdrawn_id_is_not_used(self, second):
        withdraw(second, CLAIM)
        (message,) = second.messages("withdrawn")
        assert message.endswith("This id is withdrawn, and an id is never used again.")

    def test_it_is_not_referred_to(self, second):
        remove(second, "scenes.yml", PARIS)
        withdraw(second, PARIS, "scene")
        assert second.messages("withdrawn")
        assert all(
            message.endswith(f"The scene “{PARIS}” is withdrawn.") for message in second.messages("withdrawn")
        )

    def test_what_replaces_it_exists(self, second):
        remove(second, "commentary.yml", CLAIM)
        withdraw(second, CLAIM, moved_to=f"{FILM}-nothing")
        (message,) = second.messages("withdrawn")
        assert "that it has moved to" in message

    def test_it_is_not_withdrawn_itself(self, second):
        remove(second, "commentary.yml", CLAIM)
        withdraw(second, f"{FILM}-old", moved_to=CLAIM)
        withdraw(second, CLAIM)
        (message,) = second.messages("withdrawn")
        assert message.endswith(f"“{CLAIM}” is withdrawn itself. Name what replaces both.")

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("withdrawn: []\nother: 1\n", "The file must have one key, withdrawn"),
            ("[]\n", "must be a mapping"),
            ("withdrawn:\n  - {id: a, type: line, reason: b}\n", "type: "),
            ("withdrawn:\n  - {id: a, type: quote}\n", "reason: Missing data"),
            ("withdrawn:\n  - a\n", "Invalid input type"),
            ("withdrawn:\n  - {id: other-film-line, type: quote, reason: b}\n", "The id of another film"),
        ],
    )
    def test_a_mistake_is_named(self, second, content, expected):
        (second.root / "films" / FILM / "withdrawn.yml").write_text(content, "utf-8")
        (message,) = second.messages()
        assert message.startswith("withdrawn.yml:")
        assert expected in message


class TestRevision:
    def test_without_the_file_nothing_is_said(self, second):
        assert second.messages("revision") == []

    def test_a_recorded_pack_is_current(self, second, record):
        record()
        assert second.messages("revision") == []

    def test_a_change_is_a_warning(self, second, record):
        record()
        second.replace("commentary.yml", "weight: minor", "weight: core", after=LIE)
        (message,) = second.messages("revision")
        assert f"warning [revision] {LIE}: The entry has changed since revision 1 was recorded." in message

    def test_so_is_a_new_entry(self, second, record):
        path = record()
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if LIE not in line), "utf-8")
        (message,) = second.messages("revision")
        assert f"{LIE}: The revision of the entry is not recorded." in message

    def test_so_is_one_that_vanished(self, second, record):
        record()
        remove(second, "commentary.yml", CLAIM)
        (message,) = second.messages("revision")
        assert message.startswith("revisions.yml:")
        assert "has vanished" in message
        withdraw(second, CLAIM)
        assert second.messages("revision") == []

    @pytest.mark.parametrize(
        "content",
        [
            "line:\n  a: {revision: 1, digest: a}\n",
            "quote:\n  a: {revision: 0, digest: a}\n",
            "quote:\n  a: {revision: 1}\n",
            "quote:\n  a: {revision: 1, digest: a, updated_at: tomorrow}\n",
            "quote: 1\n",
        ],
    )
    def test_a_mistake_is_named(self, second, content):
        (second.root / FILE_NAME).write_text(content, "utf-8")
        (message,) = second.messages("form")
        assert message.startswith("revisions.yml:")
