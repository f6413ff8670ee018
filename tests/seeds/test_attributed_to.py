"""Whom a quote is attributed to, as a pack writes it."""

import pytest

from models import Quote
from tests.seeds.packs import FILM, load_packs

ESSAY_QUOTE = f"{FILM}-everybody-is-stored-there"
FILM_QUOTE = f"{FILM}-heres-looking-at-you"


def write(second, text, slug=ESSAY_QUOTE):
    """Attribute a quote by this YAML; return the line."""
    return second.replace("quotes.yml", "  kind: ", f"  attributed_to: {text}\n  kind: ", after=slug)


@pytest.mark.any_database
class TestCheck:
    @pytest.mark.parametrize("text", ["null", "A film critic", '"<b>A</b> & \\u202eB"', "愛" * 200])
    def test_these_are_accepted(self, second, text):
        write(second, text)
        assert second.messages() == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("愛" * 201, "between 1 and 200"),
            ("x" * 10_000, "between 1 and 200"),
            ('""', "between 1 and 200"),
            ('" A critic"', "Must not start or end with white space."),
            *(
                (f'"A{escape}critic"', "Must be on one line")
                for escape in (r"\n", r"\t", r"\N", r"\L", r"\P")
            ),
            (r'"A\0critic"', "Must not contain control characters"),
            ("[A critic]", "Not a valid string."),
            ("2026", "Not a valid string."),
        ],
    )
    def test_these_are_faults_with_their_place(self, second, text, message):
        line = write(second, text)
        [diagnostic] = second.messages("form")
        assert diagnostic.startswith(f"quotes.yml:{line}: error [form] {ESSAY_QUOTE}: attributed_to: ")
        assert message in diagnostic

    def test_the_words_of_the_film_are_attributed_to_nobody_else(self, second):
        line = write(second, "A film critic", FILM_QUOTE)
        [diagnostic] = second.messages("form")
        assert diagnostic.startswith(
            f"quotes.yml:{line}: error [form] {FILM_QUOTE}: attributed_to: Must be null"
        )
        assert "Only with the voice “essay”" in diagnostic


@pytest.mark.any_database
class TestLoad:
    def test_it_can_be_set_and_removed(self, packed, second):
        load_packs(packed, second.root)
        names = []
        for old, new in (
            ("  kind: ", "  attributed_to: A critic\n  kind: "),
            ("  attributed_to: A critic\n", ""),
        ):
            second.replace("quotes.yml", old, new, after=ESSAY_QUOTE)
            assert load_packs(packed, second.root)["quote"]["updated"] == 1
            with packed.read_session() as session:
                quote = Quote.by_slug(session, ESSAY_QUOTE)
                names.append((quote.attributed_to, quote.to_record()["attributed_to"], quote.revision))
        assert names == [("A critic", "A critic", 2), (None, None, 3)]
