"""Writes to an SQLite database as the API does, and prints a line when each write is acknowledged.

A program of its own, so that its system calls can be recorded: ``python -m tests.drills.recorded_writer URL
SYNCHRONOUS COMMITS``.
"""

import sys

from api.app import create_app
from api.core.config import Settings
from models import sqlite_engine
from models.database import Database
from tests.api.writing.conftest import add_key

#: Pages in the write-ahead log after which it is merged into the file: by default, 1,000.
CHECKPOINT_PAGES = 200


def write(url: str, synchronous: str, commits: int) -> None:
    pragmas = [one for one in sqlite_engine.SQLITE_PRAGMAS if not one.startswith("synchronous")]
    sqlite_engine.SQLITE_PRAGMAS = (
        *pragmas,
        f"synchronous={synchronous}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    )
    database = Database(url)
    token = add_key(database)
    client = create_app(Settings(database_url=url)).test_client()
    for number in range(commits):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(number)}
        body = {"id": f"theme-{number}", "name": "Patience", "definition": f"What {number} waits for."}
        response = client.post("/v1/themes", json=body, headers=headers)
        assert response.status_code == 201, response.text
        print(f"acknowledged {number}", flush=True)


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]))
