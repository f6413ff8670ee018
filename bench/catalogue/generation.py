"""Making: from nothing to a migrated database that holds a whole catalogue."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bench.catalogue.bulk import bulk, gather_statistics, go_on_after, write
from bench.catalogue.films import Films, random_of
from bench.catalogue.rows import Rows
from bench.catalogue.sizes import Sizes
from bench.catalogue.vocabularies import add_advisories, add_themes
from bench.catalogue.words import Vocabulary
from models import migrations
from models.database import Database
from models.search import rebuild_index

#: Rows are written so many films at once.
FILMS_AT_ONCE = 10
#: Told of each stage: its name, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


def make(url: str, sizes: Sizes, seed: int = 1, told: Progress = lambda *_: None) -> None:
    """Fill the new, empty database at ``url``."""
    database = Database(url)
    migrations.upgrade(database.engine)
    with bulk(database) as connection:
        rows = Rows(random_of(seed))
        vocabulary = Vocabulary(rows.random)
        films = Films(rows, vocabulary, add_themes(rows, vocabulary), add_advisories(rows, vocabulary))
        for number in range(sizes.films):
            films.add(number, sizes.quotes_of(number))
            if number % FILMS_AT_ONCE == FILMS_AT_ONCE - 1:
                write(connection, rows.taken())
            told("films", number + 1, sizes.films)
        write(connection, rows.taken())
        go_on_after(connection, rows.last)
    # What follows only finds rows, and finds them sooner so.
    gather_statistics(database)
    _index(database, told)
    told("statistics", 0, 1)
    gather_statistics(database)
    told("statistics", 1, 1)
    database.close()


def _index(database: Database, told: Progress) -> None:
    """Make the index, which raises the content generation, as the ordinary way does."""
    with bulk(database) as connection, Session(connection) as session:
        rebuild_index(session, lambda done, number: told("index", done, number))
        session.flush()
