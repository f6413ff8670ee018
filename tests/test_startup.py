"""What a worker does before its first request, and what it leaves until something asks for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases import each

ROOT = Path(__file__).resolve().parent.parent
STARTED = """
import gc, json, sys
from wsgi import app
apis = app.extensions["flask-smorest"]["apis"].values()
documented = [bool(api["ext_obj"].spec) for api in apis]
collecting = gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects())
print(json.dumps({"modules": list(sys.modules), "documented": documented, "collecting": collecting}))
"""
#: What most requests need nothing of, so that whatever needs it loads it.
LEFT = (
    *("alembic", "mako"),  # migrations
    *("markdown_it", "pygments"),  # guides and the pages of problems
    *("flask_limiter", "limits", "redis"),  # limits, where an operator sets some
    *("sqlalchemy.dialects.postgresql", "psycopg"),  # the other database
    *("PIL", "uharfbuzz", "fontTools", "brotli", "uniseg", "bidi"),  # cards
    *("citeproc", "bibtexparser", "rispy"),  # citations
    "snowballstemmer",  # searches
    *("rich", "ruamel", "seeds", "openapi", "granian"),  # the command line, and what serves
)


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """What a process knows of itself that has done what each worker does first."""
    whole = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    whole["SUBTEXT_DATABASE_URL"] = f"sqlite:///{tmp_path_factory.mktemp('started')}/subtext.sqlite3"
    said = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, env=whole, check=True, capture_output=True, text=True
    )
    return json.loads(said.stdout)


class TestStart:
    def test_nothing_is_documented(self, started):
        assert started["documented"] == [False]

    def test_garbage_is_collected_but_not_looked_for_in_what_was_loaded(self, started):
        assert started["collecting"] == [True, True]

    @each("name", LEFT)
    def test_what_few_requests_need_is_not_loaded(self, started, name):
        assert [module for module in started["modules"] if f"{module}.".startswith(f"{name}.")] == []
