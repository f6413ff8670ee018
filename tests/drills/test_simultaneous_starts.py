"""Several servers that start on one empty database at the same time: all come up, and the content is loaded once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from models import ContentGeneration, Film
from models.database import Database
from tests.postgresql_clusters import running_cluster
from tests.serving import serving

pytestmark = pytest.mark.drill

SERVERS, ROUNDS = 3, 20


def start_together(url, folder):
    """Start the servers at once and stop them once all are ready; return how often the content was written."""
    with ExitStack() as stack, ThreadPoolExecutor(SERVERS) as threads:
        servers = [
            serving(folder / f"log{number}", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1")
            for number in range(SERVERS)
        ]
        # Each waits until its server is ready, and fails if the server ends.
        list(threads.map(stack.enter_context, servers))
    database = Database(url)
    with database.read_session() as session:
        assert len(session.scalars(select(Film)).all()) == 1
        generation = ContentGeneration.current(session)
    database.close()
    return generation


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The content generation after one server has loaded the content."""
    folder = tmp_path_factory.mktemp("alone")
    with serving(folder / "log", SUBTEXT_DATABASE_URL=f"sqlite:///{folder}/content"):
        pass
    database = Database(f"sqlite:///{folder}/content")
    with database.read_session() as session:
        generation = ContentGeneration.current(session)
    database.close()
    return generation


class TestSimultaneousStarts:
    def test_on_postgresql(self, expected, tmp_path):
        with running_cluster() as cluster:
            for number in range(ROUNDS):
                assert start_together(cluster.create_database(f"round{number}"), tmp_path) == expected

    def test_on_sqlite(self, expected, tmp_path):
        for number in range(ROUNDS):
            folder = tmp_path / str(number)
            folder.mkdir()
            assert start_together(f"sqlite:///{folder}/content", folder) == expected
