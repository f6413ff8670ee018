"""Nothing that is not public, or no longer, is in any response of the read surface, or in the log."""

import re
from collections import defaultdict
from contextlib import suppress
from types import SimpleNamespace

import pytest
from werkzeug.exceptions import NotFound

from api.embeds.script import builds
from api.pages.feeds import WRITERS
from api.representations import FORMATS
from api.text.fonts import typefaces
from models import RESOURCES, Quote
from tests.api.writing.conftest import Editor, add_key
from tests.crawling import crawl
from tests.purging import run_purge

pytestmark = pytest.mark.any_database

#: In every text that is not public. A search for it repeats it, so the searches have another.
WORD, SEARCHED = "zanzibarian", "zanzibar*"
NEW, PURGED, TAKEN_BACK = "/v1/themes/patience", "/v1/themes/haste", "/v1/themes/trust"
CREATE = {"If-None-Match": "*"}
STARTS = (
    *("/v1", "/", "/sitemap.xml", "/feeds/quotes.atom", "/feeds/quotes.json", "/embed", "/docs/problems"),
    *("/v1/index.json", "/index.html"),
)
#: Values of the arguments of routes that are no ids of items, by the name of the argument.
VALUES = {
    "release": [f"{WORD}-edition"],
    "revision": ["1", "2", "3"],
    "other": ["1", "2", "3"],
    "number": ["1"],
    "date": ["2026-11-24"],
    "extension": sorted({form.extension for form in FORMATS if form.extension} | WRITERS.keys()),
    "format_name": ["json", "xml"],
    "code": ["gone"],
    # Of a guide and of a typeface.
    "name": ["drafts", next(face.file_name for face in typefaces() if face.is_served)],
    "digest": [builds("http://127.0.0.1:8000")[-1].digest],
    "token": ["no-token"],
    "path": ["v1/themes"],
    "file": ["themes.ndjson"],
}
#: An argument in the rule of a route: its converter and its name.
ARGUMENT = re.compile(r"<(?:([^:>]*):)?(\w+)>")
#: Routes that only respond to those who may read drafts, or who have a link to a preview; and files of
#: snapshots, of which there are none here. The tests of exports plant words, too.
PRIVATE = re.compile(r"/(drafts?|releases|previews|snapshots)\b")


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


def planted_paths():
    return [*item_paths(), NEW, PURGED, TAKEN_BACK]


def planted_urls(app):
    """Yield URLs of every route that GET has, with what was planted, and others that may show it."""
    for rule in read_routes(app):
        yield from urls_of(rule)
    yield f"/embed/host?quote={Quote.example_id}"
    yield from (
        f"/oembed.{extension}?url=http://127.0.0.1:8000/quotes/{Quote.example_id}"
        for extension in ("json", "xml")
    )
    for item in planted_paths():
        yield from (f"{item}?revision=1", f"{item.removeprefix('/v1')}?revision=1")
        yield f"/oembed?url=http://127.0.0.1:8000{item.removeprefix('/v1')}"
    yield from searches()
    # What is similar to an unknown id, or to a misspelt parameter, is suggested.
    yield from (
        "/v1/themes/zanzibaria",
        "/v1/themes/patienc",
        "/v1/quotes?theme=zanzibaria",
        "/v1/themes?q=zanzib*",
    )


def searches():
    return [f"{path}?q={SEARCHED}" for path in ("/v1/search", "/search")]


def read_routes(app):
    """Return the routes that GET has, without static files."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    return [rule for rule in rules if rule.endpoint != "asset"]


def urls_of(rule):
    """Yield the paths that a route matches, with each value of its arguments."""
    # From left to right, since the ids that are tried follow from the collection before them.
    paths, last = [""], 0
    for argument in ARGUMENT.finditer(rule.rule):
        text = rule.rule[last : argument.start()]
        paths = [
            f"{path}{text}{value}"
            for path in paths
            for value in values_of(rule, f"{path}{text}", *argument.groups())
        ]
        last = argument.end()
    yield from (f"{path}{rule.rule[last:]}" for path in paths)


def values_of(rule, path_before, converter, name):
    """Return values of an argument: ids in the collection before it, the choices of ``any``, or ``VALUES``."""
    collection = path_before.rstrip("/").rpartition("/")[2]
    ids = {path.rsplit("/", 1)[1]: path.split("/")[2] for path in planted_paths()}
    of_collection = [slug for slug, own in ids.items() if own == collection]
    if of_collection:
        return of_collection
    if converter and converter.startswith("any("):
        choices = converter.removeprefix("any(").removesuffix(")").split(", ")
        return [choice.strip("'") for choice in choices]
    if converter == "slug" and name not in VALUES:
        return list(ids)
    assert name in VALUES, f"VALUES lacks the argument “{name}” of {rule.rule}."
    return VALUES[name]


def leaks(responses):
    """Return the URLs whose response has the word, in its body or in a header."""
    found = set()
    for url, response in responses:
        content = response.data.decode("utf-8", "replace") + str(response.headers)
        # A problem names the path that was asked for.
        if WORD in content.lower().replace(url.lower(), ""):
            found.add(url)
    return found


def statuses_by_route(app, responses):
    """Return the statuses of responses by the rules of their routes."""
    routes, statuses = app.url_map.bind("127.0.0.1:8000"), defaultdict(set)
    for url, response in responses:
        # Not every item has a page.
        with suppress(NotFound):
            rule, _ = routes.match(url.partition("?")[0], return_rule=True)
            statuses[rule.rule].add(response.status_code)
    return statuses


def test_what_is_not_public_is_nowhere(logged_editor, packed, capfd):
    """It requests every route, one URL of each kind that links lead to, and whatever was planted."""
    plant(logged_editor, packed)
    app = logged_editor.client.application
    stranger = app.test_client()
    capfd.readouterr()
    responses = [(url, stranger.get(url)) for url in planted_urls(app)]
    assert leaks(responses) == set()
    statuses = statuses_by_route(app, responses)
    assert statuses.keys() == {rule.rule for rule in read_routes(app)}
    # Every route has shown something, unless it is only for some, or a list has no page after the first one.
    unseen = {rule for rule, seen in statuses.items() if min(seen) >= 400 and "/after/" not in rule}
    assert {rule for rule in unseen if not PRIVATE.search(rule)} == set()
    assert leaks(crawl(stranger, STARTS, max_alike=1)) == set()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) > len(responses)
    assert [line for line in lines if WORD in line] == []
    # The same requests find what is made public.
    assert logged_editor.send("POST", f"{NEW}/draft/publish", tag="*").status_code == 201
    found = leaks((url, stranger.get(url)) for url in (NEW, NEW.removeprefix("/v1"), *searches()))
    assert {NEW, NEW.removeprefix("/v1"), *searches()} <= found


def test_a_route_without_a_value_is_named():
    rule = SimpleNamespace(rule="/v1/quotes/<slug:quote>/moods/<mood>")
    with pytest.raises(AssertionError, match=r"the argument “mood” of /v1/quotes/<slug:quote>/moods/<mood>"):
        list(urls_of(rule))
