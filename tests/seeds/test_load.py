"""Loading packs on both databases: atomic, idempotent, and one revision for each changed entry."""

import datetime as dt
import shutil
from contextlib import closing, suppress

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from api.app import create_app
from api.core.config import Settings
from models import (
    RESOURCES,
    Commentary,
    ContentGeneration,
    Film,
    InvalidReference,
    Revision,
    Scene,
    Source,
    Theme,
)
from models.database import Database
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES
from tests.databases import SEEDS
from tests.seeds.packs import ESSAY, FILM, SECOND, load_packs
from tests.statements import statements

RELEASED = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
COUNTS = {"film": 1, "source": 1, "character": 5, "scene": 6, "quote": 6, "commentary": 9, "theme": 1}
PARIS = "casablanca-1942-paris"
TOAST = "casablanca-1942-heres-looking-at-you"
LIE = "casablanca-1942-a-kind-lie"
THEME = (
    "{slug}:\n  name: {slug}\n  definition: One of the tests.\n  broader: {broader}\n  related: [{related}]\n"
)


def resource_states(database):
    """Return revision and times of every resource, by type and id."""
    with database.read_session() as session:
        return {
            (model.type_name, row.slug): (row.revision, row.created_at, row.updated_at)
            for model in RESOURCES
            for row in session.scalars(select(model))
        }


def history(database):
    """Return the number of revisions, and the content generation."""
    with database.read_session() as session:
        return session.scalar(select(func.count(Revision.id))), ContentGeneration.current(session)


def records(database):
    """Return the record of every resource, by type and id."""
    with database.read_session() as session:
        return {
            (model.type_name, row.slug): row.to_record()
            for model in RESOURCES
            for row in session.scalars(select(model))
        }


def changes(before, after):
    return {key: after[key] for key in after if after[key] != before.get(key)}


def totals(report, outcome):
    return {type_name: counts[outcome] for type_name, counts in report.items() if counts[outcome]}


def release(second, time="2027-01-01T00:00:00Z"):
    second.replace("film.yml", "2026-11-24T00:00:00Z", time)


def record(database, type_name, slug):
    """Return the newest record of a resource."""
    with database.read_session() as session:
        statement = select(Revision).where(Revision.type_name == type_name).order_by(Revision.number.desc())
        return next(revision for revision in session.scalars(statement) if revision.record["id"] == slug)


class TestFirstLoad:
    def test_everything_is_created(self, packed, second):
        report = load_packs(packed, second.root)
        assert totals(report, "created") == COUNTS
        assert not totals(report, "updated") | totals(report, "unchanged")

    def test_everything_has_revision_one_and_the_time_of_the_pack(self, packed, second):
        before = resource_states(packed)
        load_packs(packed, second.root)
        new = changes(before, resource_states(packed))
        assert len(new) == sum(COUNTS.values())
        assert set(new.values()) == {(1, RELEASED, RELEASED)}

    def test_an_entry_may_have_its_own_time(self, packed, second):
        second.replace("scenes.yml", "title: Paris", "title: Paris\n  released_at: 2027-01-01T00:00:00Z")
        load_packs(packed, second.root)
        assert resource_states(packed)["scene", PARIS] == (1, LATER, LATER)

    def test_it_adds_a_revision_for_each_entry_and_one_generation(self, packed, second):
        revisions, generation = history(packed)
        load_packs(packed, second.root)
        assert history(packed) == (revisions + sum(COUNTS.values()), generation + 1)

    def test_a_revision_is_signed_and_has_the_record(self, packed, second):
        load_packs(packed, second.root)
        revision = record(packed, "scene", PARIS)
        assert (revision.number, revision.editor, revision.created_at) == (1, "seed", RELEASED)
        assert revision.record["summary"].startswith("In Rick's memory")
        assert revision.record["position"] == 3
        assert revision.record["citations"] == [{"source": ESSAY, "paragraphs": [9]}]

    @pytest.mark.parametrize("is_loaded", [False, True])
    def test_progress_is_reported_once_for_each_entry(self, packed, second, is_loaded):
        steps = []
        if is_loaded:
            load_packs(packed, second.root)
        with packed.write_session() as session:
            check_result, _ = check_pack(read_pack(second.root), RULES, exists_elsewhere=lambda *_: True)
            load(session, check_result, step=lambda: steps.append(1))
        assert len(steps) == sum(COUNTS.values())

    def test_relations_may_form_a_circle(self, packed, second):
        circle = "disputes, commentary: casablanca-1942-neutrality-as-grief"
        extends = "extends, commentary: casablanca-1942-renunciation-is-not-for-sale"
        second.replace("commentary.yml", extends, circle, after="lives-on-hold:")
        load_packs(packed, second.root)
        with packed.read_session() as session:
            first = Commentary.by_slug(session, "casablanca-1942-lives-on-hold")
            assert first.relations[0].target.relations[0].target.relations[1].target is first

    def test_a_theme_may_be_related_to_a_later_one(self, packed, second):
        second.append("themes.yml", THEME.format(slug="one", broader="two", related="sacrifice"))
        second.append("themes.yml", THEME.format(slug="two", broader="null", related=""))
        second.replace("themes.yml", "related: []", "related: [one]")
        load_packs(packed, second.root)
        with packed.read_session() as session:
            one = Theme.by_slug(session, "one")
            assert [theme.slug for theme in one.related] == ["sacrifice"]
            assert one.broader.slug == "two"


class TestSecondLoad:
    def test_everything_is_unchanged(self, both, second):
        report = load_packs(both, second.root)
        assert totals(report, "unchanged") == COUNTS
        assert not totals(report, "updated") | totals(report, "created")

    def test_it_writes_nothing(self, both, second):
        before = resource_states(both), history(both)
        with statements(both.engine) as executed:
            load_packs(both, second.root)
        assert executed
        assert {statement.split()[0] for statement in executed} <= {"SELECT", "BEGIN"}
        assert (resource_states(both), history(both)) == before

    def test_a_new_time_alone_changes_nothing(self, both, second):
        before = resource_states(both), history(both)
        release(second)
        load_packs(both, second.root)
        assert (resource_states(both), history(both)) == before

    def test_a_new_comment_changes_nothing(self, both, second):
        before = resource_states(both), history(both)
        second.replace("scenes.yml", "# Scenes", "# What happens\n\n# Scenes")
        load_packs(both, second.root)
        assert (resource_states(both), history(both)) == before


CHANGES = [
    ("scene", PARIS, "scenes.yml", "drink to one another", "are happy"),
    ("scene", PARIS, "scenes.yml", "themes: [memory-and-nostalgia]", "themes: [letting-go, memory-and-nostalgia]"),
    ("scene", PARIS, "scenes.yml", "starts_at: null", 'starts_at: "00:40:00"'),
    ("scene", PARIS, "scenes.yml", "ilsa, presence: present", "ilsa, presence: voice"),
    ("scene", PARIS, "scenes.yml", "    - {character: casablanca-1942-ilsa, presence: present}\n", ""),
    ("scene", PARIS, "scenes.yml", "paragraphs: [9]", "paragraphs: [9, 10]"),
    ("scene", PARIS, "scenes.yml", "advisories: []", "advisories: [{advisory: spoiler, severity: 1}]"),
    ("scene", "casablanca-1942-the-airfield", "scenes.yml", "severity: 3", "severity: 2"),
    ("scene", "casablanca-1942-the-airfield", "scenes.yml", "[sacrifice, letting-go]", "[letting-go, sacrifice]"),
    ("scene", "casablanca-1942-the-airfield", "scenes.yml", "advisory: spoiler", "advisory: crude-language"),
    ("scene", "casablanca-1942-the-airfield", "scenes.yml", "[12, 13, 14]", "[12, 14]"),
    ("quote", TOAST, "quotes.yml", "speaker_certainty: inferred", "speaker_certainty: explicit"),
    ("quote", TOAST, "quotes.yml", "scene: casablanca-1942-paris", "scene: null"),
    ("quote", TOAST, "quotes.yml", "paragraphs: [9]", "paragraphs: [10]"),
    ("commentary", LIE, "commentary.yml", "relations:\n", "relations:\n    - {relation: supports, commentary: casablanca-1942-lives-on-hold}\n"),
    ("commentary", LIE, "commentary.yml", "weight: minor", "weight: core"),
    ("commentary", LIE, "commentary.yml", "quotes: []", f"quotes: [{TOAST}]"),
    ("film", FILM, "film.yml", "wikidata: null", "wikidata: Q132689"),
    ("film", FILM, "film.yml", "languages: [en]", "languages: [en, fr]"),
    ("source", ESSAY, "sources.yml", "word_count: 45", "word_count: 46"),
    ("source", ESSAY, "sources.yml", "sha256: 100f", "sha256: 200f"),
    ("theme", "sacrifice", "themes.yml", "broader: null", "broader: human-connection"),
    ("character", "casablanca-1942-sam", "characters.yml", "performer: Dooley Wilson", "performer: null"),
    ("scene", PARIS, "scenes.yml", "title: Paris", "title: Paris\n  status: draft"),
]  # fmt: skip


class TestChange:
    @pytest.fixture
    def loaded(self, both, second):
        release(second)
        return both

    @pytest.mark.parametrize("change", CHANGES)
    def test_it_updates_its_entry_alone(self, loaded, second, change):
        type_name, slug, name, old, new = change
        before, (revisions, generation) = resource_states(loaded), history(loaded)
        second.replace(name, old, new, after=f"{slug}:")
        report = load_packs(loaded, second.root)
        assert totals(report, "updated") == {type_name: 1}
        assert changes(before, resource_states(loaded)) == {(type_name, slug): (2, RELEASED, LATER)}
        assert history(loaded) == (revisions + 1, generation + 1)

    def test_all_together_equal_a_first_load(self, loaded, packed, second):
        for _, slug, name, old, new in CHANGES:
            # Some changes remove the text that others replace.
            with suppress(ValueError):
                second.replace(name, old, new, after=f"{slug}:")
        load_packs(loaded, second.root)
        load_packs(packed, second.root)
        assert records(loaded) == records(packed)

    def test_the_earlier_revision_is_kept(self, loaded, second):
        second.replace("scenes.yml", "title: Paris", "title: Lost Paris")
        load_packs(loaded, second.root)
        with loaded.read_session() as session:
            revisions = select(Revision).where(Revision.type_name == "scene").order_by(Revision.number)
            rows = session.scalars(revisions).all()
        titles = [(row.number, row.record["title"]) for row in rows if row.record["id"] == PARIS]
        assert titles == [(1, "Paris"), (2, "Lost Paris")]

    def test_it_has_the_latest_release_time_of_the_pack(self, loaded, second):
        second.replace("themes.yml", "2026-11-24T00:00:00Z", "2027-01-01T00:00:00Z")
        second.replace("scenes.yml", "title: Paris", "title: Lost Paris")
        load_packs(loaded, second.root)
        assert resource_states(loaded)["scene", PARIS][2].year == 2027

    def test_the_order_of_entries_is_content(self, loaded, second):
        scenes = read_pack(second.root).of_type("scene")
        text = second.file("scenes.yml").read_text()
        start, end = text.index(f"\n{PARIS}:"), text.index("\ncasablanca-1942-the-visit-at-night:")
        second.file("scenes.yml").write_text(text[:start] + text[end:] + text[start:end])
        assert totals(load_packs(loaded, second.root), "updated") == {"scene": 4}
        with loaded.read_session() as session:
            order = session.scalars(
                select(Scene).join(Scene.film).where(Film.slug == FILM).order_by(Scene.position)
            )
            assert [(scene.slug, scene.position) for scene in order] == [
                (scene.slug, number) for number, scene in enumerate([*scenes[:2], *scenes[3:], scenes[2]], 1)
            ]

    def test_a_changed_source_may_be_cited_by_a_quote_instead(self, loaded, second):
        text = second.file("sources.yml").read_text().partition("\n\n")[2]
        second.append("sources.yml", "\n" + text.replace(f"{ESSAY}:", "another-source:") + "\n")
        second.replace("quotes.yml", f"source: {ESSAY}", "source: another-source", after=f"{TOAST}:")
        report = load_packs(loaded, second.root)
        assert totals(report, "updated") == {"quote": 1}
        assert record(loaded, "quote", TOAST).record["citations"] == [
            {"source": "another-source", "paragraphs": [9]}
        ]

    def test_paragraphs_may_be_added_and_removed(self, loaded, second):
        last = second.file("sources.yml").read_text().rstrip("\n").rpartition("\n")[2]
        second.append("sources.yml", f"{last}\n")
        load_packs(loaded, second.root)
        second.replace("sources.yml", f"{last}\n{last}", "")
        load_packs(loaded, second.root)
        with loaded.read_session() as session:
            numbers = [paragraph.number for paragraph in Source.by_slug(session, ESSAY).paragraphs]
        assert numbers == list(range(1, 16))

    def test_a_theme_may_move_below_one_that_moves_to_the_top(self, loaded, second):
        second.append("themes.yml", THEME.format(slug="low", broader="null", related=""))
        second.append("themes.yml", THEME.format(slug="top", broader="sacrifice", related=""))
        load_packs(loaded, second.root)
        second.replace("themes.yml", "broader: sacrifice", "broader: null")
        second.replace("themes.yml", "broader: null", "broader: top", after="low:")
        load_packs(loaded, second.root)
        with loaded.read_session() as session:
            assert Theme.by_slug(session, "low").broader.slug == "top"

    def test_an_entry_removed_from_the_pack_stays_in_the_database(self, loaded, second):
        text = second.file("commentary.yml").read_text()
        second.file("commentary.yml").write_text(
            text[: text.index("\ncasablanca-1942-a-hero-who-stands-still:")]
        )
        before = resource_states(loaded)
        load_packs(loaded, second.root)
        assert resource_states(loaded) == before


class TestFailedLoad:
    """A failed load leaves the database unchanged."""

    def assert_fails(self, packed, second, error, match):
        before = resource_states(packed), history(packed)
        with pytest.raises(error, match=match):
            load_packs(packed, second.root)
        assert (resource_states(packed), history(packed)) == before

    def test_an_unknown_reference(self, packed, second):
        second.replace("commentary.yml", "self-discovery", "no-such-theme")
        self.assert_fails(packed, second, InvalidReference, "There is no theme “no-such-theme”.")

    def test_an_unknown_paragraph_of_another_pack(self, packed, second):
        other = "her-perfection-is-the-enemy-of-real"
        citation = f"source: {ESSAY}\n      paragraphs: [15]"
        second.replace("commentary.yml", citation, f"source: {other}\n      paragraphs: [63]")
        self.assert_fails(packed, second, InvalidReference, f"“{other}” has no paragraph 63.")

    def test_a_third_level_of_themes(self, packed, second):
        second.replace("themes.yml", "broader: null", "broader: avoidance")
        self.assert_fails(packed, second, InvalidReference, "has a broader theme itself")

    def test_an_integrity_error(self, packed, second):
        load_packs(packed, second.root)
        # The entries that cite these paragraphs are no longer in the pack, but still in the database.
        for name in ("scenes.yml", "quotes.yml", "commentary.yml"):
            second.file(name).unlink()
        text = second.file("sources.yml").read_text().splitlines(keepends=True)
        second.file("sources.yml").write_text("".join(text[:-8]))
        self.assert_fails(packed, second, IntegrityError, "(?i)foreign key")


def items(client, path):
    """Return the items of every page of a list."""
    items_ = []
    while path:
        page = client.get(path).get_json()
        items_ += page["data"]
        path = page["page"]["next"]
    return items_


@pytest.fixture(scope="module")
def client(engine, both_packs):
    """A client of the API over both packs."""
    with engine.fresh(both_packs) as url:
        app = create_app(Settings(database_url=url))
        yield app.test_client()
        app.extensions["database"].close()


class TestBothPacks:
    def test_a_list_can_be_filtered_by_film(self, client):
        for type_name in ("character", "scene", "quote", "commentary", "source"):
            path = f"/v1/{type_name if type_name == 'commentary' else type_name + 's'}"
            first, second = (items(client, f"{path}?limit=100&film={film}") for film in ("her-2013", FILM))
            assert len(second) == COUNTS[type_name], path
            assert not {item["id"] for item in first} & {item["id"] for item in second}, path
            assert len(items(client, f"{path}?limit=100")) == len(first) + len(second), path

    def test_films_are_listed_side_by_side(self, client):
        titles = [film["title"] for film in client.get("/v1/films").get_json()["data"]]
        assert titles == ["Casablanca", "Her"]

    def test_a_shared_theme_leads_to_scenes_of_both(self, client):
        scenes = client.get("/v1/scenes?theme=memory-and-nostalgia&limit=100").get_json()["data"]
        assert {scene["film"]["id"] for scene in scenes} == {"her-2013", FILM}

    def test_the_next_scene_is_of_the_same_film(self, client):
        first = client.get("/v1/scenes/casablanca-1942-an-evening-at-the-cafe").get_json()
        last = client.get("/v1/scenes/casablanca-1942-the-airfield").get_json()
        assert first["links"]["previous"] is None
        assert last["links"]["next"] is None


LISTS = [model.__tablename__ for model in RESOURCES]


def responses(url):
    """Return every list of the API over a database, and every cited paragraph of the second pack."""
    app = create_app(Settings(database_url=url))
    client = app.test_client()
    paths = (*LISTS, f"sources/{ESSAY}/paragraphs")
    lists = {path: items(client, f"/v1/{path}?limit=100") for path in paths}
    app.extensions["database"].close()
    return lists


@pytest.fixture(scope="module")
def expected(sqlite_engine):
    """The API's responses over both packs on SQLite, loaded into an empty database at once."""
    with sqlite_engine.fresh() as url, closing(Database(url)) as database:
        report = load_packs(database, SEEDS, SECOND)
        assert report["film"]["created"] == 2
        assert history(database)[1] == 1
        yield responses(url)


class TestTwoDatabases:
    def test_the_order_of_packs_makes_no_difference(self, database, expected):
        report = load_packs(database, SECOND, SEEDS)
        assert report["film"]["created"] == 2
        assert history(database)[1] == 1
        assert responses(database.url.render_as_string(hide_password=False)) == expected

    def test_loading_one_pack_after_the_other_makes_no_difference(self, engine, both_packs, expected):
        with engine.fresh(both_packs) as url:
            assert responses(url) == expected

    def test_a_pack_may_be_moved(self, both, tmp_path):
        before = history(both)
        load_packs(both, shutil.copytree(SECOND, tmp_path / "elsewhere"))
        assert history(both) == before


class TestBatches:
    """However few entries are written at once, the result is the same."""

    @pytest.fixture(autouse=True)
    def single_entries(self, monkeypatch):
        monkeypatch.setattr("seeds.load.BATCH_SIZE", 1)

    def test_a_first_load_is_the_same(self, packed, both, second):
        second.append("themes.yml", THEME.format(slug="one", broader="two", related="sacrifice"))
        second.append("themes.yml", THEME.format(slug="two", broader="null", related=""))
        second.replace("themes.yml", "related: []", "related: [one]")
        circle = "disputes, commentary: casablanca-1942-neutrality-as-grief"
        extends = "extends, commentary: casablanca-1942-renunciation-is-not-for-sale"
        second.replace("commentary.yml", extends, circle, after="lives-on-hold:")
        revisions, generation = history(packed)
        load_packs(packed, second.root)
        loaded = records(packed)
        assert loaded["commentary", "casablanca-1942-lives-on-hold"]["relations"][0]["relation"] == "disputes"
        assert changes(records(both), loaded).keys() == {
            *(("theme", "one"), ("theme", "two"), ("theme", "sacrifice")),
            ("commentary", "casablanca-1942-lives-on-hold"),
        }
        assert history(packed) == (revisions + sum(COUNTS.values()) + 2, generation + 1)

    def test_changes_are_the_same(self, both, second):
        release(second)
        for _, slug, name, old, new in CHANGES:
            with suppress(ValueError):
                second.replace(name, old, new, after=f"{slug}:")
        before = resource_states(both)
        report = load_packs(both, second.root)
        states = changes(before, resource_states(both))
        assert set(states.values()) == {(2, RELEASED, LATER)}
        assert len(states) == sum(totals(report, "updated").values())

    def test_a_paragraph_may_be_removed_with_its_citations(self, both, second):
        lines = second.file("sources.yml").read_text().splitlines(keepends=True)
        second.file("sources.yml").write_text("".join(lines[:-2]))
        for name in ("scenes.yml", "quotes.yml", "commentary.yml"):
            text = second.file(name).read_text()
            second.file(name).write_text(text.replace(", 15]", "]").replace("[15]", "[14]"))
        load_packs(both, second.root)
        with both.read_session() as session:
            assert len(Source.by_slug(session, ESSAY).paragraphs) == 14

    def test_nothing_is_left_of_a_load_that_fails_at_its_last_entry(self, packed, second):
        second.replace("commentary.yml", "self-discovery", "no-such-theme")
        before = resource_states(packed), history(packed)
        with pytest.raises(InvalidReference, match="There is no theme “no-such-theme”"):
            load_packs(packed, second.root)
        assert (resource_states(packed), history(packed)) == before


class TestStatements:
    """A large pack is read and written with as few statements as a small one."""

    def test_an_unchanged_pack_is_one_query_for_each_type(self, both, second):
        with statements(both.engine) as executed:
            load_packs(both, second.root)
        assert len(executed) <= len(RESOURCES) + 1

    @pytest.mark.parametrize("outcome", ["created", "updated"])
    def test_twice_as_many_quotes_are_no_more_queries(self, packed, second, outcome):
        entries = second.file("quotes.yml").read_text()
        entry = entries[entries.index(f"{TOAST}:") :].partition("\n\n")[0]

        def queries(number):
            copies = "\n\n".join(
                entry.replace(f"{TOAST}:", f"{TOAST}-{copy}:").replace("kid", f"kid {copy}")
                for copy in range(number)
            )
            second.file("quotes.yml").write_text(f"{entries}\n\n{copies}\n")
            if outcome == "updated":
                load_packs(packed, second.root)
                text = second.file("quotes.yml").read_text()
                second.file("quotes.yml").write_text(text.replace("inferred", "explicit"))
            with statements(packed.engine) as executed:
                load_packs(packed, second.root)
            return sum(statement.startswith("SELECT") for statement in executed)

        assert queries(10) >= queries(20) - 1
