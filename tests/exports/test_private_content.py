"""What is not public is in no export: drafts, releases, keys, stored responses, purged and taken-back words."""

import gzip

import pytest

from models import ApiKey
from tests.api.writing.conftest import Editor, add_key, serving_app
from tests.cases import each
from tests.exports.exporting import run_export
from tests.purging import run_purge
from tests.seeds.replication.edits import CREATE, must, theme
from tests.static_api.test_export import run_export as run_static_export

#: In every text that is not public.
WORD = b"zanzibarian"
REPEATABLE = {"Idempotency-Key": "zanzibarian-1"}


@pytest.fixture
def planted(packed):
    """A database with the word wherever something is not public; and what its keys must not show."""
    # Who changed an item is public, and who made a draft is not.
    author_key, editor_key = (add_key(packed, name=name) for name in ("zanzibarian desk", "desk"))
    with serving_app(packed) as app:
        author, editor = (Editor(app, packed, key) for key in (author_key, editor_key))
        draft = "/v1/themes/loneliness/draft?release=zanzibarian-edition&note=Zanzibarian"
        must(author.send("PATCH", draft, {"label": "Zanzibarian"}, headers=CREATE | REPEATABLE))
        must(author.put("/v1/themes/zanzibarian/draft", theme("Zanzibarian"), headers=CREATE))
        for slug in ("erased", "taken-back"):
            must(editor.put(f"/v1/themes/{slug}", theme("Plain"), headers=CREATE))
        erased = "/v1/themes/erased?note=Zanzibarian"
        must(editor.send("PATCH", erased, {"label": "Zanzibarian"}, headers=REPEATABLE, tag="*"))
        run_purge(packed, "theme", "erased", "--reason", "Asked for.")
        must(editor.send("POST", "/v1/themes/taken-back/unpublish", tag="*"))
        must(author.send("PATCH", "/v1/themes/taken-back/draft", {"label": "Zanzibarian"}, tag="*"))
    with packed.read_session() as session:
        stored = [(key.public_id, key.digest) for key in session.query(ApiKey)]
    secrets = [author_key, editor_key, *(text for key in stored for text in key)]
    return packed, [WORD, *(secret.lower().encode() for secret in secrets)]


def files_with(folder, secrets):
    """Return the names of the files that have one of some secrets, in their names or contents."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        name, content = str(path.relative_to(folder)), path.read_bytes()
        plain = gzip.decompress(content) if path.suffix == ".gz" else content
        if any(secret in plain.lower() + name.encode() for secret in secrets):
            found.append(name)
    return found


@each("format_name", ["ndjson", "csv", "sqlite"])
def test_it_is_in_no_file(planted, tmp_path, format_name):
    database, secrets = planted
    folder = run_export(database, tmp_path / format_name, format_name)
    assert files_with(folder, secrets) == []
    assert files_with(folder, [b"loneliness"])


@pytest.mark.slow
def test_it_is_in_no_file_of_the_static_api(planted, tmp_path):
    database, secrets = planted
    assert run_static_export(database, tmp_path / "site").exit_code == 0
    assert files_with(tmp_path / "site", secrets) == []
    assert len(files_with(tmp_path / "site", [b"loneliness"])) > 100
