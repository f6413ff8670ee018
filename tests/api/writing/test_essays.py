"""Quotations from a source whose text is configured are compared with it: the sentences are those of ``check``."""

import json
import shutil
from contextlib import closing

import pytest

from api.app import create_app
from api.core.config import Settings
from models.database import Database
from tests.api.writing.conftest import Editor, add_key
from tests.conftest import STATEMENT_SECONDS
from tests.databases import SEEDS
from tests.seeds.packs import ESSAYS, FILM, SECOND, PackCopy, load_packs

pytestmark = pytest.mark.any_database

SLUG = f"{FILM}-everybody-is-stored-there"
PATH, DRAFT = f"/v1/quotes/{SLUG}", f"/v1/quotes/{SLUG}/draft"
TEXT = "Nobody lives in Casablanca; everybody is stored there."
WRONG = "Nobody lives in Casablanca: everybody is stored there."


@pytest.fixture
def editor(engine):
    engine.template("both", "pack", lambda database: load_packs(database, SECOND))
    with engine.fresh("both") as url, closing(Database(url)) as database:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, essays=ESSAYS))
        yield Editor(app, database, add_key(database))
        app.extensions["database"].close()


@pytest.fixture
def sentence(tmp_path):
    """What ``subtext check`` says of the wrong quotation in a pack."""
    pack = PackCopy(shutil.copytree(SECOND, tmp_path / "second"), before=(SEEDS,))
    pack.replace("quotes.yml", TEXT, f'"{WRONG}"')
    (message,) = pack.messages("verbatim", essays=ESSAYS)
    return message.partition(f"{SLUG}: ")[2].removeprefix("text: ")


def errors_of(response):
    assert (response.status_code, response.json["code"]) == (422, "invalid-body"), response.text
    return [(error["pointer"], error["detail"]) for error in response.json["errors"]]


def test_every_write_is_refused_with_the_sentence_of_the_check(editor, sentence):
    assert "The nearest passage, in paragraph 6, is" in sentence
    before, body = editor.counts(), editor.body_of("quote", SLUG)
    wrong = body | {"text": WRONG}
    lines = [
        {"method": "PATCH", "type": "quote", "id": SLUG, "body": {"text": WRONG}, "if_match": "*"},
        {"method": "POST", "type": "quote", "id": f"{SLUG}-again", "body": wrong},
    ]
    bulk = "\n".join(map(json.dumps, lines)).encode()
    for response in (
        editor.patch(PATH, {"text": WRONG}),
        editor.put(PATH, wrong, tag="*"),
        editor.post("/v1/quotes", wrong | {"id": f"{SLUG}-again"}),
    ):
        # A new quotation also has the words of the old one.
        assert errors_of(response)[0] == ("/text", sentence)
    response = editor.post("/v1/bulk", bulk, headers={"Content-Type": "application/x-ndjson"})
    assert errors_of(response).count(("/text", sentence)) == 2
    elsewhere = editor.patch(PATH, {"citations": [body["citations"][0] | {"paragraphs": [7]}]})
    assert errors_of(elsewhere) == [("/text", "Paragraph 7 does not contain this text. Found in: 6.")]
    assert editor.counts() == before


def test_a_draft_says_it_and_cannot_be_published(editor, sentence):
    draft = editor.send(
        "PATCH", DRAFT, {"text": WRONG}, headers={"If-None-Match": "*"}, query_string={"release": "autumn"}
    )
    assert draft.status_code == 201, draft.text
    assert sentence in [error["detail"] for error in draft.json["errors"]]
    before = editor.counts()
    alone = editor.send("POST", f"{DRAFT}/publish", tag=draft.headers["ETag"])
    assert errors_of(alone) == [("/text", sentence)]
    release = editor.send("POST", "/v1/releases/autumn/publish", tag="*")
    assert sentence in [error["detail"] for error in release.json["errors"]]
    assert editor.counts() == before
    assert editor.get(PATH).json["text"] == TEXT
