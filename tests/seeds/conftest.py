"""Fixtures for packs: the vocabularies of the first, a copy of the second to edit, and databases with both."""

import shutil

import pytest
from click.testing import CliRunner

from seeds.pack import SHARED_TYPES, read_pack
from seeds.recorded_revisions import FILE_NAME
from subtext_cli.commands import cli
from tests.databases import SEEDS
from tests.models.restored import restoring
from tests.seeds.packs import SECOND, SECOND_ESSAY, PackCopy, load_packs


@pytest.fixture(scope="session")
def vocabularies():
    """The type and id of each shared theme and advisory, which any pack may refer to."""
    shared = read_pack(SEEDS, types=SHARED_TYPES)
    return {(entry.type_name, entry.slug) for entry in shared.entries}


@pytest.fixture
def second(tmp_path, vocabularies):
    """A copy of the second pack that a test may edit."""
    root = shutil.copytree(SECOND, tmp_path / "second")
    return PackCopy(root, vocabularies)


@pytest.fixture
def second_essay(tmp_path):
    """A copy of the pack of the second essay that a test may edit, checked with those that it builds on."""
    root = shutil.copytree(SECOND_ESSAY, tmp_path / "second-essay")
    return PackCopy(root, film="her-2013", before=(SEEDS, SECOND))


@pytest.fixture
def themes(tmp_path):
    """A function that writes a themes.yml and returns the pack with only this file."""

    def write(content):
        content = content.encode() if isinstance(content, str) else content
        (tmp_path / "themes.yml").write_bytes(content)
        return read_pack(tmp_path)

    return write


@pytest.fixture(scope="session")
def both_packs(engine):
    """The name of the template that holds both packs."""
    engine.template("both", "pack", lambda database: load_packs(database, SECOND))
    return "both"


@pytest.fixture(scope="session")
def restore_empty(engine):
    with restoring(engine) as restore:
        yield restore


@pytest.fixture(scope="session")
def restore_packed(engine):
    with restoring(engine, "pack") as restore:
        yield restore


@pytest.fixture(scope="session")
def restore_both(engine, both_packs):
    with restoring(engine, both_packs) as restore:
        yield restore


@pytest.fixture
def database(restore_empty):
    """A migrated, empty database."""
    return restore_empty()


@pytest.fixture
def packed(restore_packed):
    """A database that holds the first pack."""
    return restore_packed()


@pytest.fixture
def both(restore_both):
    """A database that holds both packs."""
    return restore_both()


@pytest.fixture
def record(second):
    """A function that runs ``subtext revisions`` on the second pack; it returns the file."""

    def run(date="2026-12-01"):
        result = CliRunner().invoke(cli, ["revisions", str(second.root), "--date", date])
        assert result.exit_code == 0, result.output
        run.output = result.output
        return second.root / FILE_NAME

    return run
