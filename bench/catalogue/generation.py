"""Generation of a catalogue in a new, migrated database."""

from __future__ import annotations

from random import Random

from sqlalchemy.orm import Session

from bench.catalogue.bulk import analyze, bulk_connection, set_sequences, write
from bench.catalogue.films import QUOTES_PER_FILM, Films
from bench.catalogue.rows import Rows
from bench.catalogue.words import Vocabulary
from models import migrations
from models.database import Database
from models.search import rebuild_index

#: The number of films whose rows are written at once.
FILMS_PER_BATCH = 10
#: Themes are a vocabulary: a small catalogue has as many as a large one.
THEMES, BROAD_THEMES, ADVISORIES = 500, 60, 6


def film_sizes(quotes: int) -> list[int]:
    """Return the number of quotes of each film; only the last one may have fewer."""
    return [min(QUOTES_PER_FILM, quotes - start) for start in range(0, quotes, QUOTES_PER_FILM)]


def generate(url: str, quotes: int, seed: int = 1) -> None:
    """Fill the new, empty database at ``url``."""
    database = Database(url)
    migrations.upgrade(database.engine)
    with bulk_connection(database) as connection:
        rows = Rows(Random(seed))  # noqa: S311 (not for security)
        vocabulary = Vocabulary(rows.random)
        films = Films(rows, vocabulary, _add_themes(rows, vocabulary), _add_advisories(rows, vocabulary))
        for number, size in enumerate(film_sizes(quotes)):
            films.add(number, size)
            if number % FILMS_PER_BATCH == FILMS_PER_BATCH - 1:
                write(connection, rows.take())
        write(connection, rows.take())
        set_sequences(connection, rows.last_keys)
    # Planner statistics speed up the search index; they are updated again after it is built.
    analyze(database)
    with bulk_connection(database) as connection, Session(connection) as session:
        # This raises the content generation, as a commit through the models does.
        rebuild_index(session)
        session.flush()
    analyze(database)
    database.close()


def _add_themes(rows: Rows, vocabulary: Vocabulary) -> list[int]:
    """Add the themes; return their keys, broader and narrower ones at every rank."""
    keys: list[int] = []
    for number in range(THEMES):
        name = f"{vocabulary.names(1)} {number + 1}"
        definition = vocabulary.text(8, 20)
        # Some themes have neither a broader theme nor subthemes.
        broader = keys[number % BROAD_THEMES] if number >= 2 * BROAD_THEMES else None
        values = {"name": name, "definition": definition, "broader_id": broader}
        keys.append(rows.add_versioned("themes", "theme", 0, name.lower().replace(" ", "-"), name, **values))
    ranked = list(keys)
    rows.random.shuffle(ranked)
    return ranked


def _add_advisories(rows: Rows, vocabulary: Vocabulary) -> list[int]:
    """Add the advisories; return their keys."""
    keys: list[int] = []
    for number in range(1, ADVISORIES + 1):
        name, severities = f"Note {number}", '{"1":"Little","2":"Some","3":"Much"}'
        values = {"name": name, "description": vocabulary.text(6, 12), "severities": severities}
        keys.append(rows.add_versioned("advisories", "advisory", 0, f"note-{number}", name, **values))
    return keys
