"""Nothing that is not public, or no longer, is in any response of the read surface, or in the log."""

import json

import pytest

from models import RESOURCES
from openapi import PATH
from tests.api.writing.conftest import Editor, add_key
from tests.crawling import crawl
from tests.purging import run_purge

pytestmark = pytest.mark.any_database

#: In every text that is not public. A search for it repeats it, so the searches have another.
WORD, SEARCHED = "zanzibarian", "zanzibar*"
NEW, PURGED, TAKEN_BACK = "/v1/themes/patience", "/v1/themes/haste", "/v1/themes/trust"
CREATE = {"If-None-Match": "*"}
#: The paths at which people and sites ask for an item, below its id.
SHOWN = ("", "/history", "/snippet", "/card.png", "/card.svg", "/index.json", "/index.html")
STARTS = (
    *("/v1", "/", "/sitemap.xml", "/feeds/quotes.atom", "/feeds/quotes.json", "/embed", "/docs/problems"),
    *("/v1/index.json", "/index.html"),
)


def plant(editor, packed):
    """Write the word into a draft of every resource, a new one, a release, and what was purged or taken back."""
    # Who made a draft is not public; who changed an item is.
    author = Editor(editor.client.application, packed, add_key(packed, name=f"{WORD} desk"))
    release = f"?release={WORD}-edition&note={WORD}"
    theme = {"name": "Plain", "definition": "Nothing special."}
    for path in (PURGED, TAKEN_BACK):
        assert editor.put(path, theme, headers=CREATE).status_code == 201
    responses = [
        author.send("PATCH", f"{path}/draft{release}", {"label": f"The {WORD}"}, headers=CREATE)
        for path in item_paths()
    ]
    responses += [
        author.put(f"{NEW}/draft{release}", theme | {"definition": f"A {WORD} waits."}, headers=CREATE),
        author.put(f"/v1/themes/{WORD}/draft", theme, headers=CREATE),
        editor.send("POST", f"{TAKEN_BACK}/unpublish", tag="*"),
        author.send("PATCH", f"{TAKEN_BACK}/draft", {"label": f"No {WORD}"}, tag="*"),
        editor.send("PATCH", f"{PURGED}?note={WORD}", {"label": f"Any {WORD}"}, tag="*"),
    ]
    assert {response.status_code for response in responses} == {200, 201}
    run_purge(packed, "theme", PURGED.rsplit("/", 1)[1])


def item_paths():
    return [f"/v1/{model.__tablename__}/{model.example_id}" for model in RESOURCES]


def planted_urls():
    """Return the URLs of what was planted, and of the items that have drafts, whatever the crawler finds."""
    ids = {f"{model.type_name}_id": model.example_id for model in RESOURCES}
    document = json.loads(PATH.read_bytes())
    for path, methods in document["paths"].items():
        if "get" in methods and "{" in path:
            values = ids | dict.fromkeys(("revision", "other", "number"), "1")
            yield path.format_map(
                values | {"release_id": f"{WORD}-edition"} | dict.fromkeys(("release",), WORD)
            )
    for item in (*item_paths(), NEW, PURGED, TAKEN_BACK):
        for start in (item, item.removeprefix("/v1")):
            yield from (
                f"{start}{end}" for end in (*SHOWN, "/revisions", "/draft", "/draft/preview", "?revision=1")
            )
        yield f"/embed{item.removeprefix('/v1')}"
        yield f"/oembed?url=http://127.0.0.1:8000{item.removeprefix('/v1')}"
    yield from ("/v1/drafts", "/v1/releases", f"/v1/search?q={SEARCHED}", f"/search?q={SEARCHED}")
    # What is similar to an unknown id, or to a misspelt parameter, is suggested.
    yield from (
        "/v1/themes/zanzibaria",
        "/v1/themes/patienc",
        "/v1/quotes?theme=zanzibaria",
        "/v1/themes?q=zanzib*",
    )


def leaks(responses):
    """Return the URLs whose response has the word, in its body or in a header."""
    found = set()
    for url, response in responses:
        content = response.data.decode("utf-8", "replace") + str(response.headers)
        # A problem names the path that was asked for.
        if WORD in content.lower().replace(url.lower(), ""):
            found.add(url)
    return found


def test_what_is_not_public_is_nowhere(logged_editor, packed, capfd):
    """It requests one URL of each kind, and whatever was planted, which takes seconds."""
    plant(logged_editor, packed)
    stranger = logged_editor.client.application.test_client()
    capfd.readouterr()
    assert leaks((url, stranger.get(url)) for url in planted_urls()) == set()
    assert leaks(crawl(stranger, STARTS, max_alike=1)) == set()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) > 300
    requested = (f"{WORD}-edition", f"/v1/themes/{WORD}")
    assert [line for line in lines if WORD in line and not any(path in line for path in requested)] == []
    # The same requests find what is made public.
    assert logged_editor.send("POST", f"{NEW}/draft/publish", tag="*").status_code == 201
    found = leaks((url, stranger.get(url)) for url in planted_urls())
    assert {NEW, NEW.removeprefix("/v1"), f"/v1/search?q={SEARCHED}", f"/search?q={SEARCHED}"} <= found
