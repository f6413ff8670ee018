"""Lists of a catalogue, page by page, are what the rows say that they are."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from api.query import index_planner, random_selection, statement_cache
from api.query.internal_reader import select_list
from api.query.statement_cache import ResourceReader
from api.views.reads import selection_for
from models import AdvisoryLink, Quote, QuoteTheme, Theme
from tests.bench.conftest import let_few_be_many
from tests.lists import items

KEYS = {
    "film": lambda quote: quote.film.slug,
    "position": lambda quote: quote.position,
    "created_at": lambda quote: quote.created_at.timestamp(),
    "word_count": lambda quote: quote.word_count,
    "id": lambda quote: quote.slug,
}
THEMES = ["{broad}", "{narrower}", "{broad},{common},{rare}", "{rare}"]
SORTS = ["film,position", "-film", "film,-position", "-created_at", "word_count", "-word_count,created_at"]


@pytest.fixture(scope="module")
def quotes(catalogue):
    """Every visible quote, with the themes that it is about by its own and its themes' places."""
    links = selectinload(Quote.theme_links).joinedload(QuoteTheme.theme).joinedload(Theme.broader)
    with catalogue.read_session() as session:
        notes_ = selectinload(Quote.advisory_links).joinedload(AdvisoryLink.advisory)
        found = session.scalars(select(Quote).options(joinedload(Quote.film), links, notes_)).all()
        return {quote: about(quote) for quote in found if quote.is_visible}


def notes(quote):
    return {link.advisory.slug for link in quote.advisory_links}


def about(quote):
    return {one.slug for theme in quote.themes for one in (theme, theme.broader) if one}


def in_order(quotes, sort):
    """Return ids, sorted by each key in turn, the last one first."""
    found = sorted(quotes, key=KEYS["id"])
    for key in reversed(sort.split(",")):
        found.sort(key=KEYS[key.lstrip("-")], reverse=key.startswith("-"))
    return [quote.slug for quote in found]


@pytest.fixture(scope="module")
def listed(over_catalogue):
    """Takes the query of a list; returns the ids of all its pages."""
    client = over_catalogue.test_client()
    return lambda **query: [item["id"] for item in items(client, "/v1/quotes", fields="id", **query)]


class TestPages:
    @pytest.mark.parametrize("sort", SORTS)
    def test_all_pages_are_all_rows_in_order(self, listed, quotes, sort):
        assert listed(sort=sort) == in_order(quotes, sort)

    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("themes", THEMES)
    def test_those_about_any_theme_are_there_once(self, listed, quotes, known, themes, sort):
        wanted = set(themes.format(**known).split(","))
        expected = in_order([quote for quote, themes in quotes.items() if themes & wanted], sort)
        assert listed(theme=",".join(wanted), sort=sort) == expected

    @pytest.mark.parametrize("sort", SORTS[:1] + SORTS[3:4])
    def test_those_about_all_themes(self, listed, quotes, known, sort):
        wanted = {known["broad"], known["common"]}
        expected = in_order([quote for quote, themes in quotes.items() if themes >= wanted], sort)
        assert expected
        assert listed(theme_all=",".join(sorted(wanted)), sort=sort) == expected

    @pytest.mark.parametrize("few", [index_planner.MAX_SORTED_ROWS, 1])
    @pytest.mark.parametrize("sort", SORTS)
    def test_those_in_a_language_or_with_an_advisory(self, listed, quotes, monkeypatch, sort, few):
        monkeypatch.setattr(index_planner, "MAX_SORTED_ROWS", few)
        statement_cache._page_statement.cache_clear()
        german = in_order([quote for quote in quotes if quote.language in ("de", "es")], sort)
        noted = [quote for quote in quotes if {"note-1", "note-2"} & notes(quote)]
        assert listed(language="de,es", sort=sort) == german
        assert listed(advisory="note-1,note-2", sort=sort) == in_order(noted, sort)
        statement_cache._page_statement.cache_clear()

    def test_a_theme_that_is_not_there_is_an_empty_list(self, listed, known):
        assert listed(theme="no-such-theme") == []
        assert listed(theme="no-such-theme", sort="-created_at") == []
        assert listed(theme_all=f"no-such-theme,{known['broad']}") == []


class TestWalks:
    """With many candidates a window is found on a walk: the same as by counting and sorting them all."""

    @pytest.fixture
    def few_are_many(self, monkeypatch):
        let_few_be_many(monkeypatch, ranked=60, window=20, crowd=90)

    @pytest.mark.usefixtures("few_are_many")
    @pytest.mark.parametrize("themes", [[], ["broad"], ["broad", "common"]])
    def test_it_finds_what_sorting_finds(self, over_catalogue, catalogue, known, themes):
        filters = {"theme": [known[name] for name in themes]} if themes else {}
        walked = 0
        with over_catalogue.test_request_context(), catalogue.read_session() as session:
            lots = selection_for(ResourceReader(session, select_list("quote"), ""), filters, {}, Quote)
            plain = random_selection.RandomSelection(session, lots.statement, Quote, lots.params)
            for seed in map(str, range(30)):
                walked += (
                    len(lots._scan_or_all(int.from_bytes(random_selection.draw_hash(seed, "")[:8]) >> 1))
                    == random_selection.WINDOW_SIZE
                )
                assert lots.sample(seed, 3) == plain.sample(seed, 3)
        assert walked > 20
