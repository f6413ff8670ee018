"""A service that is edited, and a mirror of it, each with a database of its own."""

import os
import subprocess
from contextlib import closing, contextmanager

from models.database import Database
from tests.api.writing.conftest import Editor, add_key, serving_app
from tests.exports.exporting import run_export
from tests.serving import SUBTEXT, serving

#: What a mirror must have too: everything but the ids that packs took back before it began.
COMPARED = ("films", "sources", "characters", "scenes", "quotes", "commentary", "themes", "advisories")


def mirror_process(url, service):
    """Start ``subtext mirror`` of a service, into the database at a URL."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    return subprocess.Popen(
        [SUBTEXT, "mirror", service],
        env=inherited | {"SUBTEXT_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def mirror(url, service):
    """Run the command, which must succeed; return what it prints."""
    process = mirror_process(url, service)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    return output


@contextmanager
def origin(engine, tmp_path):
    """Yield the URL of a server over the pack, and an editor of its content."""
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        settings = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_RATE_LIMIT": "off"}
        with serving(tmp_path / "origin.log", **settings) as server, serving_app(database) as app:
            yield server.url, Editor(app, database, add_key(database))


def public_files(database, folder):
    """Return the files of an export of everything that is public, and of its history, by name."""
    run_export(database, folder)
    found = {name: (folder / f"{name}.ndjson").read_bytes() for name in (*COMPARED, "revisions")}
    redirects = (folder / "redirects.ndjson").read_bytes().splitlines(keepends=True)
    return found | {"redirects": b"".join(line for line in redirects if b'"withdrawn"' not in line)}


def assert_equal(database, mirror_url, tmp_path):
    """Assert that a mirror has the items of a database with the same bytes, and the same history."""
    with closing(Database(mirror_url)) as copy:
        first, second = (
            public_files(each, tmp_path / f"export-{name}")
            for name, each in (("origin", database), ("mirror", copy))
        )
    assert {
        name: (
            sorted({*first[name].splitlines()} - {*second[name].splitlines()})[:5],
            sorted({*second[name].splitlines()} - {*first[name].splitlines()})[:5],
        )
        for name in first
        if first[name] != second[name]
    } == {}
