"""The small content, for the tests of the domain."""

import pytest

from tests.models.content import fill


@pytest.fixture
def filled(database):
    """A database with the small content, all of it at revision 1, generation 1."""
    with database.write_session() as session:
        fill(session)
    return database
