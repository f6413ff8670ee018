"""Nouns: who may see them, what becomes of an id, and the rules that a noun keeps by itself."""

import datetime as dt
from contextlib import closing

import pytest
from sqlalchemy import select

from models import (
    RESOURCES,
    AdvisoryLink,
    Alias,
    Appearance,
    Citation,
    Film,
    Gone,
    InvalidReference,
    NotFound,
    Paragraph,
    Presence,
    Quote,
    Relation,
    Renamed,
    Scene,
    Status,
    Theme,
)
from models.base import random_key
from models.database import Database
from tests.models.content import BY_NAME, FILM, Everything, fill, film, quote, theme

LATER = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
OF_FILM = [name for name, (model, _) in BY_NAME.items() if hasattr(model, "film_id")]


@pytest.fixture(scope="module")
def shared(engine):
    """A database with the small content; what a test changes there is rolled back."""
    with engine.fresh() as url, closing(Database(url)) as database:
        with database.write_session() as session:
            fill(session)
        yield database


@pytest.fixture
def all_(shared):
    """The small content in a session that never commits."""
    with shared.read_session() as session:
        yield Everything(session)


def missing(all_, name):
    """Return the error that a look-up by the id of ``name`` ends in."""
    model, slug = BY_NAME[name]
    all_.session.flush()
    with pytest.raises((NotFound, Renamed)) as raised:
        model.by_slug(all_.session, slug)
    return raised.value


def listed(all_, name):
    """Whether the list of its noun has ``name``."""
    model, slug = BY_NAME[name]
    all_.session.flush()
    return slug in {found.slug for found in all_.session.scalars(model.select_where())}


class TestBySlug:
    @pytest.mark.parametrize("name", BY_NAME)
    def test_returns_what_everyone_may_see(self, all_, name):
        model, slug = BY_NAME[name]
        assert model.by_slug(all_.session, slug) is getattr(all_, name)

    @pytest.mark.parametrize("model", RESOURCES)
    def test_says_that_there_never_was_one(self, all_, model):
        with pytest.raises(NotFound, match=f"There is no {model.type_name} with the id “never”") as raised:
            model.by_slug(all_.session, "never")
        assert type(raised.value) is NotFound
        assert (raised.value.type_name, raised.value.slug) == (model.type_name, "never")

    @pytest.mark.parametrize("name", BY_NAME)
    def test_says_that_one_is_deleted(self, all_, name):
        getattr(all_, name).deleted_at = LATER
        error = missing(all_, name)
        assert type(error) is Gone
        assert str(error) == f"The {error.type_name} “{error.slug}” has been deleted."

    @pytest.mark.parametrize("name", BY_NAME)
    def test_does_not_know_a_draft(self, all_, name):
        getattr(all_, name).status = Status.DRAFT
        assert type(missing(all_, name)) is NotFound

    @pytest.mark.parametrize("name", BY_NAME)
    def test_does_not_know_a_draft_that_was_deleted_either(self, all_, name):
        getattr(all_, name).status, getattr(all_, name).deleted_at = Status.DRAFT, LATER
        assert type(missing(all_, name)) is NotFound

    def test_tells_ids_of_one_noun_from_another_s(self, all_):
        with pytest.raises(NotFound):
            Film.by_slug(all_.session, "light")


class TestADraftFilm:
    @pytest.mark.parametrize("name", OF_FILM)
    def test_hides_all_that_is_of_it(self, all_, name):
        all_.film.status = Status.DRAFT
        assert not listed(all_, name)
        assert type(missing(all_, name)) is NotFound

    @pytest.mark.parametrize("name", OF_FILM)
    def test_hides_what_was_deleted_of_it(self, all_, name):
        all_.film.status, getattr(all_, name).deleted_at = Status.DRAFT, LATER
        assert type(missing(all_, name)) is NotFound

    def test_hides_the_new_ids_of_what_was_renamed(self, all_):
        all_.session.add(Alias(type_name="scene", slug="old", resource_id=all_.storm.id))
        all_.film.status = Status.DRAFT
        all_.session.flush()
        assert type(Scene.missing_error(all_.session, "old")) is NotFound

    def test_hides_what_cites_a_paragraph(self, all_):
        assert [owner.slug for owner in all_.essay.paragraphs[1].cited_by] == [f"{FILM}-lamp-on"]
        all_.film.status = Status.DRAFT
        assert all_.essay.paragraphs[1].cited_by == []

    def test_leaves_the_vocabulary_and_the_sources(self, all_):
        all_.film.status = Status.DRAFT
        for name in ("light", "crude", "essay"):
            assert listed(all_, name)


class TestADraft:
    @pytest.mark.parametrize("name", BY_NAME)
    def test_is_not_listed_nor_counted(self, all_, name):
        assert listed(all_, name)
        getattr(all_, name).status = Status.DRAFT
        assert not listed(all_, name)

    @pytest.mark.parametrize("name", BY_NAME)
    def test_neither_is_what_was_deleted(self, all_, name):
        getattr(all_, name).deleted_at = LATER
        assert not listed(all_, name)

    def test_is_passed_over_between_scenes(self, all_):
        assert (all_.morning.previous_slug, all_.storm.next_slug) == (f"{FILM}-storm", f"{FILM}-morning")
        all_.session.rollback()
        all_.storm.status = Status.DRAFT
        all_.session.flush()
        all_.session.refresh(all_.morning, ["previous_slug"])
        assert all_.morning.previous_slug is None

    def test_does_not_cite(self, all_):
        all_.line.status = Status.DRAFT
        assert all_.essay.paragraphs[1].cited_by == []

    def test_is_not_counted_of_its_film(self, all_):
        assert (all_.film.quote_count, all_.film.scene_count) == (2, 2)
        all_.line.status, all_.storm.deleted_at = Status.DRAFT, LATER
        all_.session.flush()
        all_.session.refresh(all_.film, ["quote_count", "scene_count"])
        assert (all_.film.quote_count, all_.film.scene_count) == (1, 1)

    def test_is_what_nothing_is_unless_somebody_says_so(self, all_):
        assert all_.film.status is Status.PUBLISHED
        assert all_.film.is_visible


class TestARenamedResource:
    def test_is_found_by_its_old_id(self, all_):
        error = Film.missing_error(all_.session, "the-old-lamp-1950")
        assert type(error) is Renamed
        assert (error.type_name, error.slug, error.new_slug) == ("film", "the-old-lamp-1950", FILM)
        assert str(error) == f"The film “the-old-lamp-1950” is now called “{FILM}”."

    @pytest.mark.parametrize("model", [model for model in RESOURCES if model is not Film])
    def test_only_as_what_it_is(self, all_, model):
        assert type(model.missing_error(all_.session, "the-old-lamp-1950")) is NotFound

    @pytest.mark.parametrize("hide", [{"status": Status.DRAFT}, {"deleted_at": LATER}])
    def test_not_when_it_cannot_be_seen(self, all_, hide):
        all_.film.assign(hide)
        all_.session.flush()
        assert type(Film.missing_error(all_.session, "the-old-lamp-1950")) is NotFound

    def test_a_second_time_leads_to_the_newest(self, all_):
        all_.session.add(Alias(type_name="film", slug=FILM, resource_id=all_.film.id))
        all_.film.slug = "the-new-lamp-1950"
        all_.session.flush()
        for old in ("the-old-lamp-1950", FILM):
            assert Film.missing_error(all_.session, old).new_slug == "the-new-lamp-1950"


class TestAParagraph:
    def test_beyond_the_last_is_not_found(self, all_):
        assert type(Paragraph.missing_error(all_.session, "on-the-lamp", 4)) is NotFound

    def test_of_a_source_that_is_not_there_says_so(self, all_):
        with pytest.raises(NotFound, match="source"):
            Paragraph.missing_error(all_.session, "never", 1)

    def test_of_a_deleted_source_is_gone(self, all_):
        all_.essay.deleted_at = LATER
        all_.session.flush()
        with pytest.raises(Gone):
            Paragraph.missing_error(all_.session, "on-the-lamp", 1)


class TestTheRandomKey:
    def test_is_of_the_type_and_the_id_alone(self):
        # printf theme/light | sha256sum: the first 63 bits.
        assert random_key("theme", "light") == 0x83544FD16E9A62D0 >> 1
        assert random_key("theme", "light") != random_key("film", "light")

    @pytest.mark.parametrize("name", BY_NAME)
    def test_is_stored_so_on_every_database(self, all_, name):
        model, slug = BY_NAME[name]
        stored = all_.session.scalar(select(model.random_key).where(model.slug == slug))
        assert stored == random_key(model.type_name, slug)

    def test_fits_a_signed_number_of_64_bits(self):
        keys = [random_key("quote", str(number)) for number in range(1000)]
        assert all(0 <= key < 2**63 for key in keys)
        assert max(keys) > 2**62 > min(keys)

    def test_stays_through_a_rename(self, all_):
        before = all_.light.random_key
        all_.light.slug = "lamplight"
        all_.session.flush()
        assert all_.light.random_key == before

    def test_can_be_given(self):
        assert theme("light", random_key=7).random_key == 7


class TestATheme:
    def test_may_be_narrower_than_one(self, all_):
        assert all_.dusk.broader is all_.dark
        assert all_.dark.narrower == [all_.dusk]

    def test_is_not_narrower_than_one_that_is_narrower(self, all_):
        all_.light.broader = all_.dusk
        with pytest.raises(InvalidReference, match="“dusk” has a broader theme itself") as raised:
            all_.session.flush()
        assert raised.value.field == "broader"

    def test_with_narrower_ones_is_not_narrower_itself(self, all_):
        all_.dark.broader = all_.light
        with pytest.raises(InvalidReference, match="“dark” has narrower themes") as raised:
            all_.session.flush()
        assert raised.value.field == "broader"

    def test_without_them_any_more_may_be(self, all_):
        all_.dark.broader = all_.light
        all_.dusk.broader = None
        all_.session.flush()
        assert all_.dark.broader is all_.light

    def test_may_lose_the_broader_one(self, all_):
        all_.dusk.broader = None
        all_.session.flush()
        all_.session.refresh(all_.dark)
        assert all_.dark.narrower == []

    def test_that_is_new_keeps_to_it_too(self, all_):
        narrow = theme("narrow", broader=theme("broad"))
        all_.session.add(theme("narrower", broader=narrow))
        with pytest.raises(InvalidReference, match="“narrow” has a broader theme itself"):
            all_.session.flush()

    def test_is_not_in_a_ring_of_two(self, all_):
        all_.dark.broader = all_.dusk
        with pytest.raises(InvalidReference):
            all_.session.flush()


class TestAQuote:
    @pytest.mark.parametrize(
        ("said", "words"), [("One", 1), ("It’s two", 2), ("  to  be\nor\tnot ", 4), ("well-kept — yes", 3)]
    )
    def test_counts_the_words_of_its_text(self, said, words):
        assert quote(film(), "any", 1, text=said).word_count == words

    def test_counts_them_again_when_the_text_changes(self, all_):
        assert all_.line.word_count == 4
        all_.line.text = "Leave it on."
        all_.session.flush()
        assert all_.session.scalar(select(Quote.word_count).where(Quote.slug == all_.line.slug)) == 3

    def test_counts_them_when_it_is_assigned(self, all_):
        all_.line.assign({"text": "On."})
        assert all_.line.word_count == 1


class TestAFilm:
    def test_shows_all_its_ids_elsewhere(self):
        assert film().identifiers == {"imdb": None, "wikidata": None, "tmdb": None}

    def test_takes_those_that_are_known_and_forgets_the_others(self):
        made = film(imdb="tt0000001")
        made.identifiers = {"tmdb": "1"}
        assert made.identifiers == {"imdb": None, "wikidata": None, "tmdb": "1"}


def keys(parts):
    return {part.advisory.slug: part.id for part in parts}


class TestAPartList:
    """A list in a body becomes parts; those that stay keep their rows."""

    def test_keeps_the_row_of_a_part_that_stays(self, all_):
        [kept] = all_.storm.advisory_links
        number = kept.id
        all_.storm.assign(
            {
                "advisories": [
                    {"advisory": all_.spoiler, "severity": 2},
                    {"advisory": all_.crude, "severity": 3},
                ]
            }
        )
        all_.session.flush()
        all_.session.refresh(all_.storm)
        assert [(link.advisory.slug, link.severity) for link in all_.storm.advisory_links] == [
            ("spoiler", 2),
            ("crude", 3),
        ]
        assert keys(all_.storm.advisory_links)["crude"] == number

    def test_takes_away_what_is_not_wanted(self, all_):
        all_.storm.assign({"advisories": [], "appearances": [], "citations": []})
        all_.session.flush()
        for part in (AdvisoryLink, Appearance, Citation):
            assert all_.session.scalars(select(part).where(part.scene_id == all_.storm.id)).all() == []

    def test_changes_the_order(self, all_):
        def ordered(*names):
            wanted = [{"character": getattr(all_, name), "presence": Presence.VOICE} for name in names]
            all_.storm.assign({"appearances": wanted})
            all_.session.flush()
            all_.session.refresh(all_.storm)
            return [appearance.character for appearance in all_.storm.appearances]

        assert ordered("voice", "keeper") == [all_.voice, all_.keeper]
        assert ordered("keeper", "voice") == [all_.keeper, all_.voice]

    def test_changes_what_a_citation_lists_and_keeps_its_row(self, all_):
        [kept] = all_.storm.citations
        number, (first, _, last) = kept.id, all_.essay.paragraphs
        all_.storm.assign({"citations": [{"source": all_.essay, "cited": [last, first]}]})
        all_.session.flush()
        all_.session.refresh(all_.storm)
        assert [(one.id, one.paragraphs) for one in all_.storm.citations] == [(number, [1, 3])]

    def test_changes_what_one_claim_does_for_another(self, all_):
        all_.claim.assign({"relations": [{"target": all_.doubt, "relation": Relation.EXTENDS}]})
        all_.session.flush()
        assert all_.claim.to_record()["relations"] == [{"relation": "extends", "commentary": f"{FILM}-doubt"}]

    def test_numbers_paragraphs_as_it_is_told(self, all_):
        told = [
            {"number": number, "kind": part.kind, "word_count": 7, "sha256": part.sha256}
            for number, part in enumerate(all_.essay.paragraphs, 1)
        ]
        all_.essay.assign({"paragraphs": told})
        all_.session.flush()
        all_.session.refresh(all_.essay)
        assert [(part.number, part.word_count) for part in all_.essay.paragraphs] == [(1, 7), (2, 7), (3, 7)]

    def test_cites_another_source_for_a_quote(self, all_):
        wanted = [{"source": all_.review, "cited": [all_.review.paragraphs[0]]}]
        all_.line.assign({"citations": wanted})
        all_.session.flush()
        all_.session.refresh(all_.line)
        assert all_.line.to_record()["citations"] == [{"source": "a-review", "paragraphs": [1]}]


class TestThemesThatChangePlaces:
    def test_the_narrower_may_become_the_broader_in_one_flush(self, packed):
        with packed.write_session() as session:
            narrower, broader = (Theme.by_slug(session, slug) for slug in ("avoidance", "loneliness"))
            narrower.broader, broader.broader = None, narrower
        with packed.read_session() as session:
            assert Theme.by_slug(session, "loneliness").broader.slug == "avoidance"
            assert Theme.by_slug(session, "avoidance").broader is None
            assert Theme.by_slug(session, "avoidance").revision == 2
