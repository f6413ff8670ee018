"""The text of API keys: random, recognisable, and protected against typing errors."""

import re

import pytest

from models.api_token import LENGTH, PATTERN, ApiToken, MalformedToken
from tests.databases import ROOT


class TestToken:
    def test_each_is_random_and_found_by_the_pattern(self):
        tokens = {str(ApiToken.generate()) for _ in range(100)}
        assert len(tokens) == 100
        assert {len(token) for token in tokens} == {LENGTH} == {81}
        assert all(re.fullmatch(PATTERN, token) for token in tokens)
        assert len({token.split("_")[2] for token in tokens}) == 100

    def test_the_guide_has_the_pattern_for_secret_scanners(self):
        guide = (ROOT / "docs/guides/api-keys.md").read_text("utf-8")
        assert f"`{PATTERN.replace('(', '').replace(')', '')}`" in guide

    def test_its_parts_are_found_again(self):
        token = ApiToken.generate()
        assert ApiToken.parse(str(token)) == token

    def test_its_public_id_may_be_given(self):
        first = ApiToken.generate()
        second = ApiToken.generate(first.public_id)
        assert (first.public_id, first.digest != second.digest) == (second.public_id, True)

    def test_every_single_mistyped_character_is_noticed(self):
        text = str(ApiToken.generate())
        for position, character in enumerate(text):
            wrong = "x" if character != "x" else "y"
            with pytest.raises(MalformedToken):
                ApiToken.parse(text[:position] + wrong + text[position + 1 :])

    def test_two_exchanged_characters_are_noticed(self):
        text = str(ApiToken("0" * 21 + "1", "ab" + "0" * 41))
        with pytest.raises(MalformedToken, match="typing error"):
            ApiToken.parse(text.replace("_ab", "_ba"))

    def test_its_representation_has_no_secret(self):
        token = ApiToken.generate()
        assert token.secret not in repr(token)
        assert token.secret not in f"{[token]}"

    def test_other_text_is_no_key(self):
        for text in ("", "subtext_", "x" * 81, "x" * 100_000, "\u017fubtext_" + "0" * 73, "\0" * 81):
            with pytest.raises(MalformedToken, match="begins with “subtext_”"):
                ApiToken.parse(text)
