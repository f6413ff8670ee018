"""The words of embeds around a quote, in the language that ``lang=`` asks for."""

import json
import re
import string
from dataclasses import fields

import pytest

from api.embeds.interface_language import STRINGS, InterfaceLanguage, interface_language, language_codes
from api.embeds.quote_view_model import build_view_model
from api.representations import shared_wording
from models import Certainty, SourceKind
from tests.cases import each
from tests.embeds.conftest import FLAGGED, SLUG

pytestmark = pytest.mark.any_database


def leaves(strings):
    """Return the strings of a language by their path."""
    return {
        (key, *path): text
        for key, value in strings.items()
        for path, text in (leaves(value) if isinstance(value, dict) else {(): value}).items()
    }


class TestStrings:
    def test_every_language_has_every_string_with_the_same_placeholders(self):
        texts = {code: leaves(strings) for code, strings in json.loads(STRINGS.read_text("utf-8")).items()}
        assert len(texts) > 1
        english = texts["en"]
        for other in texts.values():
            assert other.keys() == english.keys()
            for path, text in other.items():
                assert text.strip()
                assert placeholders(text) == placeholders(english[path]), path

    def test_it_has_a_string_for_each_certainty_and_kind_of_source(self):
        names = {field.name for field in fields(InterfaceLanguage)}
        assert {certainty.value for certainty in Certainty} - {"explicit"} <= names
        for code in language_codes():
            assert interface_language(code).own_words.keys() == {kind.value for kind in SourceKind} | {
                "source"
            }

    @each("kind", [kind.value for kind in SourceKind])
    def test_english_is_that_of_the_other_formats(self, kind):
        quote = {"citations": [{"source": {"kind": kind}}]}
        assert interface_language().own_words[kind] == shared_wording.describe_own_words(quote)

    @each(
        ("tag", "code"),
        [
            ("", "en"),
            ("de", "de"),
            ("de-AT", "de"),
            ("DE", "de"),
            ("de_DE", "de"),
            (" de-CH-1996 ", "de"),
            ("fr", "en"),
            ("x" * 9000, "en"),
            ("\0", "en"),
        ],
    )
    def test_a_tag_selects_a_language_or_else_english(self, tag, code):
        assert interface_language(tag).code == code


class TestCount:
    @each(
        ("tag", "number", "is_exact", "text"),
        [
            ("en", 0, True, "0 quotes"),
            ("en", 1, True, "1 quote"),
            ("en", 1, False, "more than 1 quotes"),
            ("en", 1234, True, "1,234 quotes"),
            ("de", 1, True, "1 Zitat"),
            ("de", 10_000, False, "mehr als 10.000 Zitate"),
        ],
    )
    def test_it_is_in_words_with_grouped_digits(self, tag, number, is_exact, text):
        assert interface_language(tag).count_quotes(number, is_exact=is_exact) == text


class TestEnglish:
    def test_speakers_and_notes_are_those_of_the_other_formats(self, client):
        quotes = client.get("/v1/quotes?include=film,sources&limit=100").json["data"]
        for quote in quotes:
            words = build_view_model_in(client, quote)
            is_film = quote["voice"] == "film"
            own_words = shared_wording.describe_own_words(quote)
            writer = shared_wording.author_name(quote["citations"][0]["source"])
            speaker = shared_wording.speaker_name(quote) if is_film else writer or own_words.capitalize()
            assert (words.speaker, words.note) == (speaker, shared_wording.content_note(quote))


class TestGerman:
    def test_note_and_speaker_are_in_german(self, client):
        quote = client.get(f"/v1/quotes/{FLAGGED}?include=film,sources").json
        quote |= {"voice": "film", "speaker": {"label": "A voice"}, "speaker_certainty": "inferred"}
        german = build_view_model_in(client, quote, interface_language("de"))
        assert german.speaker == "A voice (Zuschreibung erschlossen)"
        assert german.note.startswith("Inhaltshinweis: ")
        assert " von 3)" in german.note
        assert german.source_marks == ("„", "“")


def placeholders(text):
    return sum(1 for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def build_view_model_in(client, quote, *words):
    with client.application.app_context():
        return build_view_model(quote, *words)


class TestFrame:
    def test_its_words_are_in_the_language_asked_for(self, client):
        page = client.get(f"/embed/quotes/{FLAGGED}?lang=de").text
        assert '<html lang="de" ' in page
        assert "<b>Zitat anzeigen</b>" in page
        assert ", zitiert nach „" in page
        assert "Weiterlesen" in client.get(f"/embed/quotes/{SLUG}?lang=de&clamp=1").text

    def test_an_error_is_in_the_language_asked_for(self, client):
        for path in ("/embed/quotes/no-such", "/embed/films/no-such"):
            page = client.get(f"{path}?lang=de").text
            assert '<html lang="de" ' in page
            assert re.search(
                r"Diese?s? Zitate? (ist|sind) nicht verfügbar\. <a [^>]*>Andere Zitate ansehen</a>", page
            )

    def test_an_error_in_english_says_so(self, client):
        page = client.get("/embed/films/her-2013?lang=de&limit=0").text
        assert '<html lang="en" ' in page
        assert "Browse other quotes" in page

    @each("lang", ["", "fr", "<script>", "e" * 3000, "%00", "de%00"])
    def test_any_other_language_is_english(self, client, lang):
        page = client.get(f"/embed/quotes/{SLUG}?lang={lang}").text
        assert page == client.get(f"/embed/quotes/{SLUG}").text


class TestSnippet:
    def test_every_format_is_in_the_language_asked_for(self, client):
        german = client.get(f"/quotes/{SLUG}/snippet?lang=de").json
        for name in ("html", "xhtml", "markdown", "text", "pinned"):
            assert ", zitiert nach „" in german[name], name
            assert "as quoted in" not in german[name], name
        assert (
            client.get(f"/quotes/{SLUG}/snippet?lang=en").json == client.get(f"/quotes/{SLUG}/snippet").json
        )

    def test_an_unknown_language_is_an_error_that_names_the_others(self, client):
        [error] = client.get(f"/quotes/{SLUG}/snippet?lang=xx").json["errors"]
        assert error == {"location": "query", "pointer": "lang", "detail": "Must be one of: en, de."}
