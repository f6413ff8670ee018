"""A mirror of a running service: equal to it after every kind of change."""

from contextlib import closing

import pytest
from sqlalchemy import select

from models.database import Database
from tests.exports.exporting import run_export
from tests.models.history import epoch, generation
from tests.purging import run_purge
from tests.seeds.replication.edits import CREATE, edit, must, theme
from tests.seeds.replication.importing import run_import
from tests.seeds.replication.mirroring import assert_equal, mirror, mirror_process, origin

# Each test starts a server and the command several times.
pytestmark = pytest.mark.slow


@pytest.fixture
def copy(engine):
    """The URL of an empty database."""
    with engine.fresh() as url:
        yield url


def test_it_is_equal_after_the_first_run_and_after_changes(engine, copy, tmp_path):
    with origin(engine, tmp_path) as (service, editor):
        assert "Applied 249 changes" in mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
        edit(editor)
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
        assert "Applied 0 changes" in mirror(copy, service)
        with closing(Database(copy)) as database:
            assert generation(database) == generation(editor.database)


def test_ids_are_followed_to_an_item_that_is_deleted_in_the_end(engine, copy, tmp_path):
    with origin(engine, tmp_path) as (service, editor):
        must(editor.put("/v1/themes/one", theme("One"), headers=CREATE))
        mirror(copy, service)
        must(editor.patch("/v1/themes/one", {"label": "First"}))
        must(editor.rename("/v1/themes/one", "two"))
        must(editor.rename("/v1/themes/two", "three"))
        must(editor.delete("/v1/themes/three"))
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)


def test_it_can_begin_after_many_changes(engine, copy, tmp_path):
    with origin(engine, tmp_path) as (service, editor):
        edit(editor)
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)


def test_an_item_of_the_pack_that_was_deleted_before_comes_back(engine, copy, tmp_path):
    item = "/v1/commentary/her-2013-the-bond-and-the-essays-own-test"
    with origin(engine, tmp_path) as (service, editor):
        must(editor.delete(item))
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
        _, last = editor.get(f"{item}/revisions").get_json()["data"]
        must(editor.send("POST", f"{item}/revisions/{last['pin']}/restore", tag="*"))
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)


def test_its_export_can_be_imported(engine, copy, tmp_path):
    with origin(engine, tmp_path) as (service, editor):
        edit(editor)
        mirror(copy, service)
    with closing(Database(copy)) as database, engine.fresh() as other:
        first = run_export(database, tmp_path / "mirror")
        code, output = run_import(other, first)
        assert code == 0, output
        with closing(Database(other)) as imported:
            second = run_export(imported, tmp_path / "imported")
    for name in ("revisions.ndjson", "redirects.ndjson", "commentary.ndjson"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_it_is_on_the_other_database(sqlite_engine, postgresql_engine, tmp_path):
    with origin(sqlite_engine, tmp_path) as (service, editor), postgresql_engine.fresh() as copy:
        edit(editor)
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)


def test_a_purge_reaches_the_bytes_of_the_file(sqlite_engine, tmp_path):
    with origin(sqlite_engine, tmp_path) as (service, editor), sqlite_engine.fresh() as copy:
        must(editor.put("/v1/themes/worn", theme("Zanzibarian"), headers=CREATE))
        mirror(copy, service)
        with closing(Database(copy)) as database:
            path = database.file.path
        files = [path, f"{path}-wal"]
        assert any(b"Zanzibarian" in read(file) for file in files)

        run_purge(editor.database, "theme", "worn")
        must(editor.put("/v1/themes/fresh", theme("Fresh"), headers=CREATE))
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
        assert not any(b"Zanzibarian" in read(file) for file in files)


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def test_what_its_film_hides_is_hidden_and_comes_back(engine, copy, tmp_path):
    from models import Film, Status

    with origin(engine, tmp_path) as (service, editor):
        mirror(copy, service)
        for status in (Status.DRAFT, Status.PUBLISHED):
            with editor.database.write_session() as session:
                session.query(Film).one().status = status
            mirror(copy, service)
            assert_equal(editor.database, copy, tmp_path)


def test_a_purge_between_two_runs_leaves_what_restores_what(engine, copy, tmp_path):
    with origin(engine, tmp_path) as (service, editor):
        must(editor.put("/v1/themes/calm", theme("Calm"), headers=CREATE))
        mirror(copy, service)
        for label in ("Calmer", "Calm"):
            must(editor.patch("/v1/themes/calm", {"label": label}))
        run_purge(editor.database, "theme", "calm")
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)


def test_references_to_hidden_items_are_left_out(engine, copy, tmp_path):
    from models import Commentary, Status, Theme

    hidden = {Commentary: "her-2013-perfection-opposes-reality", Theme: "loneliness"}
    with origin(engine, tmp_path) as (service, editor):
        with editor.database.write_session() as session:
            for model, slug in hidden.items():
                # As a pack does: the API refuses to hide what others refer to.
                session.scalars(select(model).filter_by(slug=slug)).one().status = Status.DRAFT
        mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
    with closing(Database(copy)) as database, database.read_session() as session:
        for model, slug in hidden.items():
            assert session.scalar(select(model).filter_by(slug=slug)) is None
        related = session.scalars(select(Commentary).filter_by(slug="her-2013-the-warning")).one()
        assert related.relations == []


def test_a_service_that_was_restored_replaces_everything(engine, copy, tmp_path):
    from models import ContentGeneration

    with origin(engine, tmp_path) as (service, editor):
        mirror(copy, service)
        must(editor.put("/v1/themes/lost", theme("Lost"), headers=CREATE))
        mirror(copy, service)
        before = copy_epoch(copy)
        # As after a restore: the last change is gone, and there is another epoch.
        with editor.database.write_session() as session:
            connection = session.connection()
            for statement in (
                "DELETE FROM changes WHERE slug = 'lost'",
                "DELETE FROM revisions WHERE type_name = 'theme' AND resource_id ="
                " (SELECT id FROM themes WHERE slug = 'lost')",
                "DELETE FROM themes WHERE slug = 'lost'",
            ):
                connection.exec_driver_sql(statement)
            ContentGeneration.begin_epoch(session, 0)
        must(editor.put("/v1/themes/found", theme("Found"), headers=CREATE))
        assert "was restored" in mirror(copy, service)
        assert_equal(editor.database, copy, tmp_path)
        assert copy_epoch(copy) != before


def copy_epoch(url):
    with closing(Database(url)) as database:
        return epoch(database)


class TestRefusals:
    def test_a_database_with_other_content_is_left_as_it_is(self, packed):
        url = packed.url.render_as_string(hide_password=False)
        process = mirror_process(url, "http://127.0.0.1:1")
        output, _ = process.communicate(timeout=60)
        assert (process.returncode, "has content already" in output) == (1, True)

    def test_a_service_that_cannot_be_reached_is_a_sentence(self, copy):
        process = mirror_process(copy, "http://127.0.0.1:1")
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 1
        assert output.startswith("subtext: http://127.0.0.1:1/v1/changes?limit=1000 cannot be read")
        assert "Traceback" not in output
