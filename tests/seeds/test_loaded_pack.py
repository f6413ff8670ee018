"""A start reads the pack only if a file of it, the code or the content has changed since it was loaded."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from api.core.config import Settings
from models import Film, LoadedPack, Theme, migrations
from models.database import Database
from seeds import fingerprint as fingerprints
from seeds import pack as packs
from subtext_cli import preparation
from subtext_cli.preparation_lock import preparation_lock
from tests.cases import each
from tests.seeds.packs import FILM, SECOND, load_packs
from tests.seeds.test_load import history, records, resource_states
from tests.statements import statements


@pytest.fixture
def start(packed, second, monkeypatch):
    """A function that starts with the second pack, as ``subtext serve`` does; it returns the files it read."""
    monkeypatch.setattr(preparation, "SEEDS", second.root)
    read, original = [], packs.read_mapping
    monkeypatch.setattr(packs, "read_mapping", lambda path: read.append(path.name) or original(path))

    def run():
        read.clear()
        preparation.prepare(packed)
        return sorted(read)

    return run


EVERY_FILE = [
    *("characters.yml", "commentary.yml", "film.yml", "quotes.yml", "scenes.yml", "sources.yml", "themes.yml")
]


@pytest.mark.any_database
class TestStart:
    def test_the_first_one_loads_the_pack_and_the_second_reads_nothing(self, start, packed):
        assert start() == EVERY_FILE
        before = resource_states(packed), history(packed)
        assert start() == []
        assert (resource_states(packed), history(packed)) == before

    def test_when_nothing_changed_it_only_selects(self, start, packed):
        start()
        with statements(packed.engine) as executed:
            start()
        # SQLite's pragmas list the columns; one that sets something has an equals sign.
        assert {statement.split()[0] for statement in executed} <= {"SELECT", "BEGIN", "PRAGMA"}
        assert not [statement for statement in executed if "PRAGMA" in statement and "=" in statement]
        assert "BEGIN IMMEDIATE" not in executed

    @pytest.mark.parametrize(
        "change",
        [
            lambda second: second.replace("scenes.yml", "title: Paris", "title: Lost Paris"),
            lambda second: second.append("themes.yml", "# A comment.\n"),
            lambda second: (second.root / "films" / FILM / "notes.yml~").write_text("A backup."),
            lambda second: second.file("commentary.yml").unlink(),
            lambda second: (second.root / "advisories.yml").write_text("released_at: 2026-11-24T00:00:00Z\n"),
        ],
    )
    def test_a_changed_file_is_read(self, start, second, change):
        start()
        change(second)
        assert start() != []
        assert start() == []

    def test_the_same_content_in_other_files_is_another_pack(self, second):
        before = fingerprints.fingerprint(second.root)
        quotes, scenes = (second.file(name).read_bytes() for name in ("quotes.yml", "scenes.yml"))
        second.file("quotes.yml").write_bytes(scenes)
        second.file("scenes.yml").write_bytes(quotes)
        assert fingerprints.fingerprint(second.root) != before

    def test_a_pack_may_be_moved(self, second):
        assert fingerprints.fingerprint(second.root) == fingerprints.fingerprint(SECOND)

    @each("folder", ["api/resources/quotes", "models/migrations/versions", "seeds"])
    def test_changed_code_is_another_fingerprint(self, second, tmp_path, monkeypatch, folder):
        monkeypatch.setattr(fingerprints, "ROOT", tmp_path)
        (tmp_path / folder).mkdir(parents=True)
        before = fingerprints.fingerprint(second.root)
        (tmp_path / folder / "rules.py").write_text("MAX_WORDS = 1\n")
        assert fingerprints.fingerprint(second.root) != before


@pytest.mark.any_database
class TestChangedContent:
    def test_an_edit_is_compared_with_the_pack_and_kept(self, start, packed):
        start()
        with packed.write_session() as session:
            Film.by_slug(session, FILM).synopsis = "Edited."
        edited = records(packed)
        assert start() == EVERY_FILE
        assert records(packed) == edited
        assert start() == []

    def test_an_entry_that_was_renamed_is_created_again(self, start, packed):
        start()
        with packed.write_session() as session:
            Theme.by_slug(session, "sacrifice").slug = "giving-up"
        start()
        assert {("theme", "giving-up"), ("theme", "sacrifice")} <= records(packed).keys()

    def test_another_pack_that_was_loaded_since_is_a_change(self, start, packed, second):
        start()
        second.replace("scenes.yml", "title: Paris", "title: Lost Paris")
        load_packs(packed, second.root)
        second.replace("scenes.yml", "title: Lost Paris", "title: Paris")
        start()
        assert records(packed)["scene", "casablanca-1942-paris"]["title"] == "Paris"

    def test_the_command_always_reads_the_pack(self, start, packed, second, monkeypatch):
        start()
        with packed.engine.begin() as connection:
            # Not through the models, so that the content generation is the same.
            connection.execute(text("DELETE FROM advisory_links WHERE quote_id IS NOT NULL"))
            connection.execute(text("UPDATE scenes SET pack_digest = NULL"))
        assert start() == []
        report = preparation.load_packs(packed, (second.root,))
        assert report["scene"]["unchanged"] == 6
        with packed.engine.connect() as connection:
            unread = text("SELECT count(*) FROM scenes WHERE film_id = :film AND pack_digest IS NULL")
            film = connection.scalar(text("SELECT id FROM films WHERE slug = :slug"), {"slug": FILM})
            assert connection.scalar(unread, {"film": film}) == 0


@pytest.mark.any_database
class TestFailure:
    def test_a_broken_pack_is_reported_every_time(self, start, second, capsys):
        start()
        second.replace("commentary.yml", "weight: core", "weight: heavy")
        for _ in range(2):
            with pytest.raises(SystemExit, match="1 error: nothing was changed"):
                start()
            assert "error [form]" in capsys.readouterr().err

    def test_a_file_that_nobody_reads_is_reported(self, start, second):
        start()
        second.file("quotes.yml").rename(second.file("quote.yml"))
        with pytest.raises(SystemExit, match="nothing was changed"):
            start()

    def test_a_pack_that_is_repaired_is_the_one_that_was_loaded(self, start, second):
        start()
        second.replace("commentary.yml", "weight: core", "weight: heavy")
        with pytest.raises(SystemExit):
            start()
        second.replace("commentary.yml", "weight: heavy", "weight: core")
        assert start() == []

    def test_a_pack_that_the_database_rejects_was_not_loaded(self, start, packed, second):
        second.replace("themes.yml", "broader: null", "broader: avoidance")
        for _ in range(2):
            with pytest.raises(SystemExit, match="has a broader theme itself"):
                start()
        with packed.read_session() as session:
            assert not LoadedPack.is_current(session, fingerprints.fingerprint(second.root))


class TestTwoStartsAtOnce:
    def test_the_pack_is_loaded_once(self, engine):
        def start(url):
            with closing(Database(url)) as database:
                preparation.prepare(database)

        with engine.fresh() as url, ThreadPoolExecutor() as pool:
            list(pool.map(start, [url] * 2))
            with closing(Database(url)) as database:
                revisions, generation = history(database)
                assert generation == 1
                assert revisions == len(records(database))

    def test_an_empty_postgresql_database_is_migrated_once(self, postgresql_engine):
        def migrate(url):
            with closing(Database(url)) as database, preparation_lock(database):
                preparation.migrate_schema(database)

        with postgresql_engine.fresh(None) as url, ThreadPoolExecutor() as pool:
            list(pool.map(migrate, [url] * 2))
            with closing(Database(url)) as database:
                assert migrations.is_current(database.engine)


class TestNewerDatabase:
    def test_a_start_leaves_it_as_it_is(self, packed, capsys):
        """After an upgrade that was undone, the previous version serves what the newer one left."""
        with packed.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        before = history(packed)
        with statements(packed.engine) as executed:
            preparation.prepare_for_serving(
                Settings(database_url=packed.url.render_as_string(hide_password=False))
            )
        assert executed == []
        assert history(packed) == before
        captured = capsys.readouterr()
        assert "is at migration 9999 of a newer version. It is served as it is" in captured.err
        assert captured.out.startswith("Subtext on ")
