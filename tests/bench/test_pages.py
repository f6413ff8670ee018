"""The pages of a list over a catalogue contain the rows that the models contain, in order."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from api.query import index_planner, random_selection, resource_reader
from api.query.internal_reader import select_list
from api.query.resource_reader import ResourceReader
from api.views.reads import selection_for
from models import AdvisoryLink, Quote, QuoteTheme, Theme
from tests.bench.conftest import lower_selection_limits
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
    """Every visible quote, with its themes and their broader themes."""
    links = selectinload(Quote.theme_links).joinedload(QuoteTheme.theme).joinedload(Theme.broader)
    with catalogue.read_session() as session:
        advisory_links = selectinload(Quote.advisory_links).joinedload(AdvisoryLink.advisory)
        rows = session.scalars(select(Quote).options(joinedload(Quote.film), links, advisory_links)).all()
        return {quote: theme_slugs(quote) for quote in rows if quote.is_visible}


def advisory_slugs(quote):
    return {link.advisory.slug for link in quote.advisory_links}


def theme_slugs(quote):
    return {one.slug for theme in quote.themes for one in (theme, theme.broader) if one}


def sorted_slugs(quotes, sort):
    """Return the slugs of quotes, sorted by several keys."""
    rows = sorted(quotes, key=KEYS["id"])
    for key in reversed(sort.split(",")):
        rows.sort(key=KEYS[key.lstrip("-")], reverse=key.startswith("-"))
    return [quote.slug for quote in rows]


@pytest.fixture(scope="module")
def list_ids(catalogue_app):
    """A function that returns the ids on all pages of the list of quotes for a query."""
    client = catalogue_app.test_client()
    return lambda **query: [item["id"] for item in items(client, "/v1/quotes", fields="id", **query)]


class TestPages:
    @pytest.mark.parametrize("sort", SORTS)
    def test_pages_contain_all_rows_in_order(self, list_ids, quotes, sort):
        assert list_ids(sort=sort) == sorted_slugs(quotes, sort)

    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("themes", THEMES)
    def test_theme_selects_each_matching_quote_once(self, list_ids, quotes, sample, themes, sort):
        selected = set(themes.format(**sample).split(","))
        expected = sorted_slugs([quote for quote, themes in quotes.items() if themes & selected], sort)
        assert list_ids(theme=",".join(selected), sort=sort) == expected

    @pytest.mark.parametrize("sort", SORTS[:1] + SORTS[3:4])
    def test_theme_all_selects_quotes_with_every_theme(self, list_ids, quotes, sample, sort):
        selected = {sample["broad"], sample["common"]}
        expected = sorted_slugs([quote for quote, themes in quotes.items() if themes >= selected], sort)
        assert expected
        assert list_ids(theme_all=",".join(sorted(selected)), sort=sort) == expected

    @pytest.mark.parametrize("max_sorted", [index_planner.MAX_SORTED_ROWS, 1])
    @pytest.mark.parametrize("sort", SORTS)
    def test_language_and_advisory_select_matching_quotes(
        self, list_ids, quotes, monkeypatch, sort, max_sorted
    ):
        monkeypatch.setattr(index_planner, "MAX_SORTED_ROWS", max_sorted)
        resource_reader._list_text.cache_clear()
        in_languages = sorted_slugs([quote for quote in quotes if quote.language in ("de", "es")], sort)
        flagged = [quote for quote in quotes if {"note-1", "note-2"} & advisory_slugs(quote)]
        assert list_ids(language="de,es", sort=sort) == in_languages
        assert list_ids(advisory="note-1,note-2", sort=sort) == sorted_slugs(flagged, sort)
        resource_reader._list_text.cache_clear()

    def test_an_unknown_theme_selects_nothing(self, list_ids, sample):
        assert list_ids(theme="no-such-theme") == []
        assert list_ids(theme="no-such-theme", sort="-created_at") == []
        assert list_ids(theme_all=f"no-such-theme,{sample['broad']}") == []


class TestWalks:
    """With many candidates, an index scan selects the same items as counting and sorting all of them."""

    @pytest.fixture
    def low_limits(self, monkeypatch):
        lower_selection_limits(monkeypatch, ranked=60, window=20, crowd=90)

    @pytest.mark.usefixtures("low_limits")
    @pytest.mark.parametrize("themes", [[], ["broad"], ["broad", "common"]])
    def test_a_scan_selects_what_sorting_selects(self, catalogue_app, catalogue, sample, themes):
        filters = {"theme": [sample[name] for name in themes]} if themes else {}
        scan_count = 0
        with catalogue_app.test_request_context(), catalogue.read_session() as session:
            selection = selection_for(ResourceReader(session, select_list("quote"), ""), filters, {}, Quote)
            unlimited_selection = random_selection.RandomSelection(
                session, selection.statement, Quote, selection.params
            )
            for seed in map(str, range(30)):
                scan_count += (
                    len(selection._scan_or_all(int.from_bytes(random_selection.draw_hash(seed, "")[:8]) >> 1))
                    == random_selection.WINDOW_SIZE
                )
                assert selection.sample(seed, 3) == unlimited_selection.sample(seed, 3)
        assert scan_count > 20
