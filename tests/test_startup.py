"""What a worker loads before its first request, and what it loads only when needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases import each

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
import gc, json, sys
from wsgi import app
apis = app.extensions["flask-smorest"]["apis"].values()
documented = [bool(api["ext_obj"].spec) for api in apis]
collecting = gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects())
print(json.dumps({"modules": list(sys.modules), "documented": documented, "collecting": collecting}))
"""
#: Modules that most requests do not need. The code that needs one imports it on demand.
LAZY_MODULES = (
    *("alembic", "mako"),  # migrations
    *("markdown_it", "pygments"),  # guides and the pages of problems
    *("limits", "redis"),  # limits in Redis, where an operator counts there
    *("sqlalchemy.dialects.postgresql", "psycopg"),  # the other database
    *("PIL", "uharfbuzz", "fontTools", "brotli", "icu4py", "bidi"),  # cards
    *("citeproc", "bibtexparser", "rispy"),  # citations
    "snowballstemmer",  # searches
    *("rich", "ruamel", "seeds", "openapi", "granian"),  # the command line, and the server
)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """The state of a process that has run the start-up code of a worker."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    environment["SUBTEXT_DATABASE_URL"] = f"sqlite:///{tmp_path_factory.mktemp('started')}/subtext.sqlite3"
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return json.loads(result.stdout)


class TestStart:
    def test_the_openapi_document_is_not_built(self, state):
        assert state["documented"] == [False]

    def test_garbage_collection_is_on_and_ignores_start_up_objects(self, state):
        assert state["collecting"] == [True, True]

    @each("name", LAZY_MODULES)
    def test_rarely_needed_modules_are_not_loaded(self, state, name):
        assert [module for module in state["modules"] if f"{module}.".startswith(f"{name}.")] == []
