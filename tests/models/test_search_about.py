"""Searches filtered by theme, including subthemes, and by kind."""

import pytest
from sqlalchemy import select

from models import Commentary, Quote, Status, Theme
from models.search import parse, search
from tests.models.test_search_index import assert_index_current


@pytest.fixture
def change(filled):
    """A function that changes a theme in a separate transaction."""

    def run(slug, alter):
        with filled.write_session() as session:
            themes = {theme.slug: theme for theme in session.scalars(select(Theme))}
            alter(themes[slug], themes)

    return run


def found_by_theme(database, slug):
    """Return the quotes and commentary that a search with a theme filter finds for any of their words."""
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


def linked_to_themes(database, *slugs):
    """Return the quotes and commentary that are linked to any of these themes."""
    with database.read_session() as session:
        return {
            (row.type_name, row.slug)
            for model in (Quote, Commentary)
            for row in session.scalars(select(model))
            if {theme.slug for theme in row.themes} & set(slugs)
        }


class TestThemeFilter:
    def test_linked_entries_are_found(self, filled):
        assert found_by_theme(filled, "light") >= linked_to_themes(filled, "light") != set()

    def test_a_moved_theme_is_found_by_its_broader_theme(self, filled, change):
        change("light", lambda theme, themes: setattr(theme, "broader", None))
        change("dusk", lambda theme, themes: setattr(theme, "broader", None))
        change("light", lambda theme, themes: setattr(theme, "broader", themes["dusk"]))
        assert found_by_theme(filled, "dusk") >= linked_to_themes(filled, "light", "dusk") != set()
        assert_index_current(filled)
        change("light", lambda theme, themes: setattr(theme, "broader", None))
        assert found_by_theme(filled, "dusk") == linked_to_themes(filled, "dusk")
        assert_index_current(filled)

    def test_a_renamed_theme_filters_by_its_new_id(self, filled, change):
        before = found_by_theme(filled, "light")
        change("light", lambda theme, themes: setattr(theme, "slug", "brightness"))
        assert (found_by_theme(filled, "light"), found_by_theme(filled, "brightness")) == (set(), before)
        assert_index_current(filled)

    @pytest.mark.parametrize("slug", ["light", "dark", "dusk"])
    def test_the_index_is_current_after_a_theme_is_hidden(self, filled, change, slug):
        change(slug, lambda theme, themes: setattr(theme, "status", Status.DRAFT))
        assert_index_current(filled)


class TestKindFilter:
    def test_it_selects_quotes_and_commentary_of_the_kind(self, filled):
        with filled.read_session() as session:
            for model in (Quote, Commentary):
                for row in session.scalars(select(model)):
                    query = parse(f'"{" ".join(row.text.split()[:2])}"')
                    hits = search(session, query, kinds=[row.kind.value])
                    assert (row.type_name, row.slug) in {(hit.type_name, hit.slug) for hit in hits.hits}
                    assert set(hits.kinds) == {row.kind.value}
                    unknown_kind = search(session, query, kinds=["no-such-kind"])
                    assert unknown_kind.hits == []
