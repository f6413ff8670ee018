"""Resources: visibility, former ids, and the rules that models enforce."""

import datetime as dt

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
from tests.models.content import BY_NAME, FILM, Everything, film, quote, theme

LATER = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
#: Display names of types in messages, where they differ from the type names.
NAMES = {"commentary": "commentary entry"}
OF_FILM = [name for name, (model, _) in BY_NAME.items() if hasattr(model, "film_id")]


@pytest.fixture
def all_(small):
    """The small content in a session that never commits."""
    with small.read_session() as session:
        yield Everything(session)


@pytest.fixture
def each_resource(small):
    """A function that yields names, each with the small content as it was stored."""

    def iterate(names=BY_NAME):
        for name in names:
            with small.read_session() as session:
                yield name, Everything(session)

    return iterate


def lookup_error(all_, name):
    """Return the error that a look-up by the id of ``name`` raises."""
    model, slug = BY_NAME[name]
    all_.session.flush()
    with pytest.raises((NotFound, Renamed)) as raised:
        model.by_slug(all_.session, slug)
    return raised.value


def is_listed(all_, name):
    """Whether the list of its resource type has ``name``."""
    model, slug = BY_NAME[name]
    all_.session.flush()
    return slug in {row.slug for row in all_.session.scalars(model.select_where())}


class TestBySlug:
    def test_returns_what_is_visible(self, all_):
        for name, (model, slug) in BY_NAME.items():
            assert model.by_slug(all_.session, slug) is getattr(all_, name), name

    def test_an_unknown_id_is_not_found(self, all_):
        for model in RESOURCES:
            with pytest.raises(
                NotFound, match=f"No {NAMES.get(model.type_name, model.type_name)} has the id “never”"
            ) as raised:
                model.by_slug(all_.session, "never")
            assert type(raised.value) is NotFound
            assert (raised.value.type_name, raised.value.slug) == (model.type_name, "never")

    def test_a_deleted_resource_is_gone(self, each_resource):
        for name, all_ in each_resource():
            getattr(all_, name).deleted_at = LATER
            error = lookup_error(all_, name)
            assert type(error) is Gone, name
            assert (
                str(error) == f"The {NAMES.get(error.type_name, error.type_name)} “{error.slug}” was deleted."
            )

    def test_a_draft_is_not_found(self, each_resource):
        for name, all_ in each_resource():
            getattr(all_, name).status = Status.DRAFT
            assert type(lookup_error(all_, name)) is NotFound, name

    def test_a_deleted_draft_is_not_found(self, each_resource):
        for name, all_ in each_resource():
            getattr(all_, name).status, getattr(all_, name).deleted_at = Status.DRAFT, LATER
            assert type(lookup_error(all_, name)) is NotFound, name

    def test_an_id_belongs_to_one_resource_type(self, all_):
        with pytest.raises(NotFound):
            Film.by_slug(all_.session, "light")


class TestDraftFilm:
    def test_hides_everything_of_the_film(self, each_resource):
        for name, all_ in each_resource(OF_FILM):
            all_.film.status = Status.DRAFT
            assert not is_listed(all_, name), name
            assert type(lookup_error(all_, name)) is NotFound, name

    def test_hides_deleted_items_of_the_film(self, each_resource):
        for name, all_ in each_resource(OF_FILM):
            all_.film.status, getattr(all_, name).deleted_at = Status.DRAFT, LATER
            assert type(lookup_error(all_, name)) is NotFound, name

    def test_hides_the_new_ids_of_renamed_resources(self, all_):
        all_.session.add(Alias(type_name="scene", slug="old", resource_id=all_.storm.id))
        all_.film.status = Status.DRAFT
        all_.session.flush()
        assert type(Scene.missing_error(all_.session, "old")) is NotFound

    def test_hides_the_entries_that_cite_a_paragraph(self, all_):
        assert [owner.slug for owner in all_.essay.paragraphs[1].cited_by] == [f"{FILM}-lamp-on"]
        all_.film.status = Status.DRAFT
        assert all_.essay.paragraphs[1].cited_by == []

    def test_leaves_vocabulary_and_sources_visible(self, all_):
        all_.film.status = Status.DRAFT
        for name in ("light", "crude", "essay"):
            assert is_listed(all_, name), name


class TestDraft:
    def test_is_not_listed(self, each_resource):
        for name, all_ in each_resource():
            assert is_listed(all_, name), name
            getattr(all_, name).status = Status.DRAFT
            assert not is_listed(all_, name), name

    def test_a_deleted_resource_is_not_listed(self, each_resource):
        for name, all_ in each_resource():
            getattr(all_, name).deleted_at = LATER
            assert not is_listed(all_, name), name

    def test_is_skipped_between_scenes(self, all_):
        assert (all_.morning.previous_slug, all_.storm.next_slug) == (f"{FILM}-storm", f"{FILM}-morning")
        all_.session.rollback()
        all_.storm.status = Status.DRAFT
        all_.session.flush()
        all_.session.refresh(all_.morning, ["previous_slug"])
        assert all_.morning.previous_slug is None

    def test_does_not_cite(self, all_):
        all_.line.status = Status.DRAFT
        assert all_.essay.paragraphs[1].cited_by == []

    def test_is_not_counted_in_its_film(self, all_):
        assert (all_.film.quote_count, all_.film.scene_count) == (2, 2)
        all_.line.status, all_.storm.deleted_at = Status.DRAFT, LATER
        all_.session.flush()
        all_.session.refresh(all_.film, ["quote_count", "scene_count"])
        assert (all_.film.quote_count, all_.film.scene_count) == (1, 1)

    def test_is_not_the_default_status(self, all_):
        assert all_.film.status is Status.PUBLISHED
        assert all_.film.is_visible


class TestRenamedResource:
    def test_its_former_id_leads_to_the_current_one(self, all_):
        error = Film.missing_error(all_.session, "the-old-lamp-1950")
        assert type(error) is Renamed
        assert (error.type_name, error.slug, error.new_slug) == ("film", "the-old-lamp-1950", FILM)
        assert str(error) == f"The film “the-old-lamp-1950” was renamed to “{FILM}”."

    def test_its_former_id_is_unknown_to_other_resource_types(self, all_):
        for model in RESOURCES:
            if model is not Film:
                error = model.missing_error(all_.session, "the-old-lamp-1950")
                assert type(error) is NotFound, model.type_name

    @pytest.mark.parametrize(
        ("hide", "error"), [({"status": Status.DRAFT}, NotFound), ({"deleted_at": LATER}, Gone)]
    )
    def test_its_former_id_tells_what_its_id_does_while_it_is_hidden(self, all_, hide, error):
        all_.film.assign(hide)
        all_.session.flush()
        assert type(Film.missing_error(all_.session, "the-old-lamp-1950")) is error

    def test_after_two_renames_both_former_ids_lead_to_the_current_one(self, all_):
        all_.session.add(Alias(type_name="film", slug=FILM, resource_id=all_.film.id))
        all_.film.slug = "the-new-lamp-1950"
        all_.session.flush()
        for old in ("the-old-lamp-1950", FILM):
            assert Film.missing_error(all_.session, old).new_slug == "the-new-lamp-1950"


class TestParagraph:
    def test_after_the_last_one_is_not_found(self, all_):
        assert type(Paragraph.missing_error(all_.session, "on-the-lamp", 4)) is NotFound

    def test_of_an_unknown_source_names_the_source(self, all_):
        with pytest.raises(NotFound, match="source"):
            Paragraph.missing_error(all_.session, "never", 1)

    def test_of_a_deleted_source_is_gone(self, all_):
        all_.essay.deleted_at = LATER
        all_.session.flush()
        with pytest.raises(Gone):
            Paragraph.missing_error(all_.session, "on-the-lamp", 1)


class TestRandomKey:
    def test_depends_on_type_and_id_alone(self):
        # printf theme/light | sha256sum: the first 63 bits.
        assert random_key("theme", "light") == 0x83544FD16E9A62D0 >> 1
        assert random_key("theme", "light") != random_key("film", "light")

    def test_is_stored_on_every_database(self, all_):
        for name, (model, slug) in BY_NAME.items():
            stored = all_.session.scalar(select(model.random_key).where(model.slug == slug))
            assert stored == random_key(model.type_name, slug), name

    def test_fits_a_signed_number_of_64_bits(self):
        link_ids = [random_key("quote", str(number)) for number in range(1000)]
        assert all(0 <= key < 2**63 for key in link_ids)
        assert max(link_ids) > 2**62 > min(link_ids)

    def test_survives_a_rename(self, all_):
        before = all_.light.random_key
        all_.light.slug = "lamplight"
        all_.session.flush()
        assert all_.light.random_key == before

    def test_can_be_set(self):
        assert theme("light", random_key=7).random_key == 7


class TestThemeHierarchy:
    def test_a_theme_may_have_a_broader_one(self, all_):
        assert all_.dusk.broader is all_.dark
        assert all_.dark.narrower == [all_.dusk]

    def test_a_subtheme_has_no_subthemes(self, all_):
        all_.light.broader = all_.dusk
        with pytest.raises(InvalidReference, match="“dusk” has a broader theme itself") as raised:
            all_.session.flush()
        assert raised.value.field == "broader"

    def test_a_theme_with_subthemes_has_no_broader_one(self, all_):
        all_.dark.broader = all_.light
        with pytest.raises(InvalidReference, match="“dark” has narrower themes") as raised:
            all_.session.flush()
        assert raised.value.field == "broader"

    def test_a_theme_that_lost_its_subthemes_may_have_a_broader_one(self, all_):
        all_.dark.broader = all_.light
        all_.dusk.broader = None
        all_.session.flush()
        assert all_.dark.broader is all_.light

    def test_a_theme_may_lose_its_broader_one(self, all_):
        all_.dusk.broader = None
        all_.session.flush()
        all_.session.refresh(all_.dark)
        assert all_.dark.narrower == []

    def test_new_themes_are_checked_too(self, all_):
        narrow = theme("narrow", broader=theme("broad"))
        all_.session.add(theme("narrower", broader=narrow))
        with pytest.raises(InvalidReference, match="“narrow” has a broader theme itself"):
            all_.session.flush()

    def test_two_themes_are_not_broader_than_each_other(self, all_):
        all_.dark.broader = all_.dusk
        with pytest.raises(InvalidReference):
            all_.session.flush()


class TestWordCount:
    @pytest.mark.parametrize(
        ("text", "words"), [("One", 1), ("It’s two", 2), ("  to  be\nor\tnot ", 4), ("well-kept — yes", 3)]
    )
    def test_is_the_number_of_words_in_the_text(self, text, words):
        assert quote(film(), "any", 1, text=text).word_count == words

    def test_follows_a_change_of_the_text(self, all_):
        assert all_.line.word_count == 4
        all_.line.text = "Leave it on."
        all_.session.flush()
        assert all_.session.scalar(select(Quote.word_count).where(Quote.slug == all_.line.slug)) == 3

    def test_follows_an_assigned_text(self, all_):
        all_.line.assign({"text": "On."})
        assert all_.line.word_count == 1


class TestFilmIdentifiers:
    def test_all_keys_exist_even_if_unknown(self):
        assert film().identifiers == {"imdb": None, "wikidata": None, "tmdb": None}

    def test_an_assignment_replaces_all(self):
        lamp = film(imdb="tt0000001")
        lamp.identifiers = {"tmdb": "1"}
        assert lamp.identifiers == {"imdb": None, "wikidata": None, "tmdb": "1"}


def link_ids(links):
    return {link.advisory.slug: link.id for link in links}


class TestOwnedRows:
    """An assigned list becomes rows; those that stay are kept."""

    def test_a_link_that_stays_keeps_its_row(self, all_):
        [link] = all_.storm.advisory_links
        number = link.id
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
        assert link_ids(all_.storm.advisory_links)["crude"] == number

    def test_rows_that_are_not_assigned_are_deleted(self, all_):
        all_.storm.assign({"advisories": [], "appearances": [], "citations": []})
        all_.session.flush()
        for model in (AdvisoryLink, Appearance, Citation):
            assert all_.session.scalars(select(model).where(model.scene_id == all_.storm.id)).all() == []

    def test_the_order_can_change(self, all_):
        def ordered(*names):
            appearances = [{"character": getattr(all_, name), "presence": Presence.VOICE} for name in names]
            all_.storm.assign({"appearances": appearances})
            all_.session.flush()
            all_.session.refresh(all_.storm)
            return [appearance.character for appearance in all_.storm.appearances]

        assert ordered("voice", "keeper") == [all_.voice, all_.keeper]
        assert ordered("keeper", "voice") == [all_.keeper, all_.voice]

    def test_a_citation_of_other_paragraphs_keeps_its_row(self, all_):
        [citation] = all_.storm.citations
        number, (first, _, last) = citation.id, all_.essay.paragraphs
        all_.storm.assign({"citations": [{"source": all_.essay, "cited": [last, first]}]})
        all_.session.flush()
        all_.session.refresh(all_.storm)
        assert [(citation.id, citation.paragraphs) for citation in all_.storm.citations] == [(number, [1, 3])]

    def test_a_relation_between_commentary_can_change(self, all_):
        all_.claim.assign({"relations": [{"target": all_.doubt, "relation": Relation.EXTENDS}]})
        all_.session.flush()
        assert all_.claim.to_record()["relations"] == [
            {"relation": "extends", "commentary": f"{FILM}-doubt", "asserted_by": "source", "note": None}
        ]

    def test_paragraphs_have_the_assigned_numbers(self, all_):
        paragraphs = [
            {"number": number, "kind": paragraph.kind, "word_count": 7, "sha256": paragraph.sha256}
            for number, paragraph in enumerate(all_.essay.paragraphs, 1)
        ]
        all_.essay.assign({"paragraphs": paragraphs})
        all_.session.flush()
        all_.session.refresh(all_.essay)
        assert [(paragraph.number, paragraph.word_count) for paragraph in all_.essay.paragraphs] == [
            (1, 7),
            (2, 7),
            (3, 7),
        ]

    def test_a_quote_can_cite_another_source(self, all_):
        citations = [{"source": all_.review, "cited": [all_.review.paragraphs[0]]}]
        all_.line.assign({"citations": citations})
        all_.session.flush()
        all_.session.refresh(all_.line)
        assert all_.line.to_record()["citations"] == [{"source": "a-review", "paragraphs": [1]}]


class TestSwappedThemes:
    def test_a_subtheme_may_become_the_broader_theme_in_one_flush(self, packed):
        with packed.write_session() as session:
            narrower, broader = (Theme.by_slug(session, slug) for slug in ("avoidance", "loneliness"))
            before = narrower.revision
            narrower.broader, broader.broader = None, narrower
        with packed.read_session() as session:
            assert Theme.by_slug(session, "loneliness").broader.slug == "avoidance"
            assert Theme.by_slug(session, "avoidance").broader is None
            assert Theme.by_slug(session, "avoidance").revision == before + 1
