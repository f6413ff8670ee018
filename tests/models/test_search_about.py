"""A search is narrowed by what is about a theme, wherever the theme stands, and by kind."""

import pytest
from sqlalchemy import select

from models import Commentary, Quote, Status, Theme
from models.search import parse, search
from tests.models.test_search_index import in_step


@pytest.fixture
def change(filled):
    """Change a theme in a transaction of its own."""

    def run(slug, make):
        with filled.write_session() as session:
            themes = {theme.slug: theme for theme in session.scalars(select(Theme))}
            make(themes[slug], themes)

    return run


def about(database, slug):
    """Return what of the film is about a theme, by asking for a word that all of it has."""
    with database.read_session() as session:
        owners = [
            (row.type_name, row.slug)
            for model in (Quote, Commentary)
            for row in session.scalars(select(model))
        ]
        words = {
            word
            for model in (Quote, Commentary)
            for row in session.scalars(select(model))
            for word in row.text.split()
        }
        hits = {
            (hit.type_name, hit.slug)
            for word in sorted(words)
            if any(letter.isalnum() for letter in word)
            for hit in search(session, parse(word.strip('*-"')), themes=[slug]).hits
        }
        return hits & set(owners)


def linked(database, *slugs):
    """Return the quotes and claims that carry any of these themes."""
    with database.read_session() as session:
        return {
            (row.type_name, row.slug)
            for model in (Quote, Commentary)
            for row in session.scalars(select(model))
            if {theme.slug for theme in row.themes} & set(slugs)
        }


class TestAThemesPlace:
    def test_what_is_about_it_is_found_by_it(self, filled):
        assert about(filled, "light") >= linked(filled, "light") != set()

    def test_a_theme_that_moves_takes_along_what_is_about_it(self, filled, change):
        change("light", lambda theme, themes: setattr(theme, "broader", None))
        change("dusk", lambda theme, themes: setattr(theme, "broader", None))
        change("light", lambda theme, themes: setattr(theme, "broader", themes["dusk"]))
        assert about(filled, "dusk") >= linked(filled, "light", "dusk") != set()
        assert in_step(filled)
        change("light", lambda theme, themes: setattr(theme, "broader", None))
        assert about(filled, "dusk") == linked(filled, "dusk")
        assert in_step(filled)

    def test_a_renamed_theme_is_found_by_its_new_id(self, filled, change):
        before = about(filled, "light")
        change("light", lambda theme, themes: setattr(theme, "slug", "brightness"))
        assert (about(filled, "light"), about(filled, "brightness")) == (set(), before)
        assert in_step(filled)

    @pytest.mark.parametrize("slug", ["light", "dark", "dusk"])
    def test_a_hidden_theme_leaves_the_index_in_step(self, filled, change, slug):
        change(slug, lambda theme, themes: setattr(theme, "status", Status.DRAFT))
        assert in_step(filled)


class TestAKind:
    def test_it_narrows_to_quotes_or_claims_of_it(self, filled):
        with filled.read_session() as session:
            for model in (Quote, Commentary):
                for row in session.scalars(select(model)):
                    words = parse(f'"{" ".join(row.text.split()[:2])}"')
                    hits = search(session, words, kinds=[row.kind.value])
                    assert (row.type_name, row.slug) in {(hit.type_name, hit.slug) for hit in hits.hits}
                    assert set(hits.kinds) == {row.kind.value}
                    other = search(session, words, kinds=["no-such-kind"])
                    assert other.hits == []
