"""Quotation marks within quotation marks: they alternate, and apostrophes stay."""

import pytest

from api.representations.nested_quotes import add_full_stop, enquote, nest
from tests.cases import each
from tests.forms import SOURCE, STYLES, expanded_item, render

pytestmark = pytest.mark.any_database


class TestEnquote:
    @each(
        ("text", "expected"),
        [
            ("On “Her”", "“On ‘Her’”"),
            ('On "Her"', "“On ‘Her’”"),
            ("On 'Her'", "“On ‘Her’”"),
            ("On „Her“ and «Lola»", "“On ‘Her’ and ‘Lola’”"),
            ("On ‚Her‘ and »Lola«", "“On ‘Her’ and ‘Lola’”"),
            ("« Her » en été", "“‘Her’ en été”"),
            ("“She said ‘no “way” out’ once”", "“‘She said “no ‘way’ out” once’”"),
            ('"A "b" c"', "“‘A “b” c’”"),
            ("‘Boys’ and ‘Girls’", "“‘Boys’ and ‘Girls’”"),
            ("‘The Boys’ Night’ Out", "“‘The Boys’ Night’ Out”"),
        ],
    )
    def test_the_marks_inside_alternate(self, text, expected):
        assert enquote(text) == expected

    @each(
        "text",
        [
            "The dogs’ day",
            "O’Brien’s '80s",
            "’Tis the Season",
            "'Tis the boys' night",
            "Rock 'n' Roll",
            "5' 10\" tall",
            "Rock ’n’ Roll",
            "“unclosed",
            "closed” only",
            "「彼女」と『孤独』",
            "L’amour d'été",
            "“”",
        ],
    )
    def test_apostrophes_primes_and_single_marks_stay(self, text):
        assert enquote(text) == f"“{text}”"

    def test_it_takes_no_quadratic_time(self):
        for text in ("“" * 20_000 + "’" * 20_000, "‘" + "s’ " * 20_000, ' "a"' * 20_000):
            assert len(enquote(text)) == len(text) + 2

    def test_outside_marks_the_outer_ones_are_double(self):
        assert nest("On ‘Her’ and 'Lola “Rennt”'") == "On “Her” and “Lola ‘Rennt’”"


@each(
    ("text", "expected"),
    [
        ("On ‘Her’", "On ‘Her.’"),
        ("Why ‘Her’?", "Why ‘Her’?"),
        ("On ‘Why “Her?”’", "On ‘Why “Her?”’"),
        ("The dogs’", "The dogs’."),
        ("", "."),
    ],
)
def test_a_full_stop_precedes_closing_marks(text, expected):
    assert add_full_stop(text) == expected


@each(
    ("title", "apa", "quoted"),
    [
        ("On “Her”", "On “Her.”", "“On ‘Her.’”"),
        ("Why “Her”?", "Why “Her”?", "“Why ‘Her’?”"),
        ("'Her' and the boys'", "“Her” and the boys'.", "“‘Her’ and the boys'.”"),
        ("«Она сказала „нет“» — и всё", "“Она сказала ‘нет’” — и всё.", "“‘Она сказала “нет”’ — и всё.”"),
    ],
)
def test_titles_in_references_alternate(client, title, apa, quoted):
    source = expanded_item(client, SOURCE) | {"title": title, "subtitle": None}
    references = {style: render(style, source) for style in STYLES}
    assert f" {apa} " in references["apa"]
    assert f" {quoted} " in references["mla"]
    assert f" {quoted} " in references["chicago"]
    # These are data, not typography.
    assert f"TI  - {title}\r\n" in render("ris", source)


def test_titles_in_attributions_alternate(client):
    quote = expanded_item(client, "/v1/quotes/her-2013-feel-by-proxy")
    quote["citations"][0]["source"]["title"] = "On “Her”"
    assert "as quoted in “On ‘Her’” (" in render("text", quote)
