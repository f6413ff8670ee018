"""A draft's ``errors`` are what its publication alone would be refused for, rule by rule."""

from contextlib import closing

import pytest

from api.app import create_app
from api.core.config import Settings
from api.entries.database_rules import DATABASE_RULES
from api.entries.violations import Level
from models import Withdrawal
from models.database import Database
from tests.api.writing.conftest import Editor, add_key
from tests.conftest import STATEMENT_SECONDS
from tests.databases import SEEDS
from tests.seeds.packs import ESSAY, ESSAYS, FILM, SECOND, SECOND_ESSAY, THESIS, load_packs

CREATE = {"If-None-Match": "*"}
QUOTE, CLAIM = f"quotes/{FILM}-only-good-manners", f"commentary/{FILM}-a-hero-who-stands-still"
CAFE, TOLD_FIRST = f"scenes/{FILM}-an-evening-at-the-cafe", "scenes/her-2013-first-conversation"
LONELINESS = "themes/loneliness"
TRADE, HOLD = f"{FILM}-a-trade-in-everything", f"{FILM}-lives-on-hold"
NO_TEXT = "casablanca-without-a-text"
STORED_WORDS = "Nobody lives in Casablanca; everybody is stored there."
THEME = {"name": "Patience", "definition": "Waiting without complaint."}


def first_paragraphs(editor):
    """Return a patch that leaves out paragraphs that entries cite."""
    return {"paragraphs": editor.body_of("source", ESSAY)["paragraphs"][:13]}


#: By the name of a rule, drafts that break it: the item, a patch of it, and the member that is reported.
BROKEN = {
    "form": [(QUOTE, {"kind": "dialog"}, "/kind"), (LONELINESS, {"definition": None}, "/definition")],
    "reference": [
        (QUOTE, {"scene": f"{FILM}-the-airfeld"}, "/scene"),
        (QUOTE, {"scene": "her-2013-time-alone"}, "/scene"),
    ],
    "listed_once": [(QUOTE, {"themes": ["sacrifice", "sacrifice"]}, "/themes/1")],
    "theme_hierarchy": [
        (LONELINESS, {"broader": "avoidance"}, "/broader"),
        # The themes below it, which do not change, would be on a third level.
        ("themes/human-connection", {"broader": "sacrifice"}, "/broader"),
    ],
    "related_both_ways": [
        (LONELINESS, {"related": ["letting-go"]}, "/related/0"),
        ("themes/avoidance", {"related": []}, "/related"),
    ],
    "cited_paragraph": [
        (QUOTE, {"citations": [{"source": ESSAY, "paragraphs": [17]}]}, "/citations/0/paragraphs")
    ],
    "scenes_in_order": [(TOLD_FIRST, {"position": 999}, "/position")],
    "quote_length": [
        (QUOTE, {"text": " ".join(["word"] * 36)}, "/text"),
        (f"quotes/{FILM}-new-14", {"text": " ".join(["more"] * 11)}, "/text"),
    ],
    "source_text": [(f"sources/{ESSAY}", {"sha256": "0" * 64}, "/sha256")],
    "verbatim": [(QUOTE, {"text": "A sacrifice costing nothing is only good manners."}, "/text")],
    "repeated_quote": [
        (
            QUOTE,
            {
                "text": STORED_WORDS,
                "scene": CAFE.removeprefix("scenes/"),
                "citations": [{"source": ESSAY, "paragraphs": [6]}],
            },
            "/text",
        )
    ],
    "own_words": [(CAFE, {"summary": "He is drunk and cruel, and takes her for a woman."}, "/summary")],
    "one_sided_relation": [
        (
            f"commentary/{THESIS}",
            {"relations": [{"relation": "supports", "commentary": HOLD}]},
            "/relations/0",
        )
    ],
    "editors_relation": [
        (
            CLAIM,
            {"relations": [{"relation": "supports", "commentary": TRADE, "asserted_by": "editor"}]},
            "/relations/0",
        )
    ],
    "relation_cycle": [
        (f"commentary/{THESIS}", {"relations": [{"relation": "supports", "commentary": HOLD}]}, "/relations")
    ],
    "same_film": [(QUOTE, {"film": "her-2013"}, "/film")],
    "cited_paragraphs_stay": [(f"sources/{ESSAY}", first_paragraphs, "/paragraphs")],
}
#: It is about the id, which is no member of a draft: see the test of its own.
OF_THE_ID = {"id_of_film"}
#: Rules that no draft can break: the form of an id is checked when the draft is made, and no row in the public
#: tables is a draft.
UNREACHABLE = {"id_form", "draft_reference"}


@pytest.fixture
def editor(engine):
    """An editor over three packs."""
    engine.template("three-packs", "pack", lambda database: load_packs(database, SEEDS, SECOND, SECOND_ESSAY))
    with engine.fresh("three-packs") as url, closing(Database(url)) as database:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, essays=ESSAYS))
        yield Editor(app, database, add_key(database))
        app.extensions["database"].close()


def quote_500_words(editor):
    """Add a source without a text, and as many words from it as may be quoted: the last quote has ten."""
    source = editor.body_of("source", ESSAY) | {"title": "Another", "narration": []}
    assert editor.put(f"/v1/sources/{NO_TEXT}", source, headers=CREATE).status_code == 201
    quote = editor.body_of("quote", QUOTE.removeprefix("quotes/"))
    del quote["position"]
    quote |= {"citations": [{"source": NO_TEXT, "paragraphs": [5]}]}
    for number, count in enumerate([35] * 14 + [10]):
        new = quote | {"text": " ".join([f"Word{number}"] * count), "label": f"New {number}"}
        response = editor.put(f"/v1/quotes/{FILM}-new-{number}", new, headers=CREATE)
        assert response.status_code == 201, response.text


def faults(response):
    return [{name: error[name] for name in ("pointer", "detail")} for error in response.json["errors"]]


def test_errors_are_those_of_preview_and_publication_for_each_rule(editor):
    quote_500_words(editor)
    before = editor.counts()[:2]
    for rule, cases in BROKEN.items():
        for item, patch, place in cases:
            path = f"/v1/{item}/draft"
            draft = editor.send("PATCH", path, patch(editor) if callable(patch) else patch, headers=CREATE)
            assert draft.status_code == 201, (rule, draft.text)
            preview = editor.send("GET", f"{path}/preview")
            refused = editor.send("POST", f"{path}/publish", tag=draft.headers["ETag"])
            assert (preview.status_code, refused.status_code) == (422, 422), (rule, refused.text)
            assert faults(refused) == faults(preview) == draft.json["errors"], (rule, item)
            assert place in [error["pointer"] for error in draft.json["errors"]], (rule, draft.json["errors"])
            # Of another film, the id is wrong too, and no member says so.
            others = {error["detail"] for error in draft.json["errors"] if not error["pointer"]}
            assert all("id must begin" in detail for detail in others), (rule, others)
            assert editor.send("DELETE", path, tag=draft.headers["ETag"]).status_code == 204
    assert editor.counts()[:2] == before


def test_each_rule_that_refuses_is_tested():
    """A rule that refuses nothing only names the level of a warning or a notice."""
    levels = {Level.WARNING.name, Level.NOTICE.name}
    refusing = {rule.__name__ for rule in DATABASE_RULES if not levels & set(rule.__code__.co_names)}
    # It also has a notice.
    assert "own_words" not in refusing
    assert refusing | {"own_words", "form"} == BROKEN.keys() | OF_THE_ID | UNREACHABLE


def test_the_limit_of_a_source_is_named_with_its_words(editor):
    quote_500_words(editor)
    path = f"/v1/quotes/{FILM}-new-14/draft"
    longer = editor.send("PATCH", path, {"text": " ".join(["more"] * 11)}, headers=CREATE)
    assert longer.json["errors"] == [
        {
            "pointer": "/text",
            "detail": f"The source “{NO_TEXT}” would be invalid: 501 words are quoted from this source. "
            "At most 500 are allowed.",
        }
    ]


def test_the_id_of_a_new_item_may_have_been_withdrawn_meanwhile(editor):
    path = "/v1/themes/patience/draft"
    assert editor.put(path, THEME, headers=CREATE).json["errors"] == []
    with editor.database.write_session() as session:
        session.add(Withdrawal(type_name="theme", slug="patience", reason="No entry used it."))
    draft = editor.send("GET", path)
    refused = editor.send("POST", f"{path}/publish", tag=draft.headers["ETag"])
    assert (refused.status_code, draft.json["errors"]) == (
        409,
        [{"pointer": "", "detail": refused.json["detail"]}],
    )


def test_the_id_of_a_new_item_begins_with_its_film(editor):
    body = editor.body_of("quote", QUOTE.removeprefix("quotes/")) | {"text": "The line is a price list."}
    body["citations"] = [{"source": ESSAY, "paragraphs": [5]}]
    del body["position"]
    draft = editor.put("/v1/quotes/a-price-list/draft", body, headers=CREATE)
    refused = editor.send("POST", "/v1/quotes/a-price-list/draft/publish", tag=draft.headers["ETag"])
    assert (refused.status_code, faults(refused)) == (422, draft.json["errors"])
    assert draft.json["errors"] == [
        {"pointer": "", "detail": f"The id must begin with the film's id: “{FILM}-…”."}
    ]


def test_a_deleted_quote_comes_back_only_if_there_is_room_for_its_words(editor):
    quote_500_words(editor)
    path = f"/v1/quotes/{FILM}-new-14"
    pin = editor.get(f"{path}/revisions").json["data"][0]["pin"]
    taken_back = editor.send("POST", f"{path}/unpublish", tag="*")
    assert (taken_back.status_code, taken_back.json["errors"]) == (201, [])
    body = editor.body_of("quote", f"{FILM}-new-13") | {"text": "Other words", "label": "Other"}
    assert editor.put(f"/v1/quotes/{FILM}-new-15", body, headers=CREATE).status_code == 201
    draft = editor.send("GET", f"{path}/draft")
    assert "502 words are quoted" in draft.json["errors"][0]["detail"]
    refused = editor.send("POST", f"{path}/draft/publish", tag=draft.headers["ETag"])
    assert (refused.status_code, faults(refused)) == (422, draft.json["errors"])
    editor.send("DELETE", f"{path}/draft", tag=draft.headers["ETag"])
    restored = editor.send("POST", f"{path}/revisions/{pin}/restore", tag="*")
    assert (restored.status_code, faults(restored)) == (409, draft.json["errors"])
    assert editor.delete(f"/v1/quotes/{FILM}-new-15").status_code == 204
    assert editor.send("POST", f"{path}/revisions/{pin}/restore", tag="*").status_code == 200
