"""An example program that writes with the Python client. It prints its results as JSON, which the tests compare."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from subtext_client import (
    APIError,
    AsyncSubtext,
    BulkChange,
    OutdatedBaseError,
    PreconditionFailedError,
    RenamedError,
    Retry,
    Subtext,
    SubtextError,
    UnexpectedResponseError,
)
from subtext_client.bodies import NewTheme, ThemeBody

RETRY = Retry(backoff=0.01)
PATIENCE: NewTheme = {
    "id": "patience",
    "name": "Patience",
    "definition": "Waiting.",
    "broader": "human-connection",
}
HASTE: ThemeBody = {"name": "Haste", "definition": "Not waiting.", "broader": None}
REST: ThemeBody = {"name": "Rest", "definition": "Doing nothing."}
EASE: ThemeBody = {"name": "Ease", "definition": "Being at rest.", "broader": "rest"}


def changes(client: Subtext) -> list[object]:
    """Create, update, replace, rename and delete; return what the client returned."""
    created, etag = client.themes.create(PATIENCE, note="For a test: “ä”")
    renamed_label, etag = client.themes.update(created.id, {"label": "Being patient"}, if_match=etag)
    top, etag = client.themes.update(created.id, {"broader": None}, if_match=etag)
    replaced, etag = client.themes.replace(
        created.id, {"name": "Patience", "definition": "To wait."}, if_match=etag
    )
    haste, haste_etag = client.themes.replace("haste", HASTE, create=True)
    moved, etag = client.themes.rename(created.id, "forbearance", if_match=etag)
    client.themes.delete(haste.id, if_match=haste_etag)
    return [
        [each.id, each.label, each.broader.id if each.broader else None, each.revision]
        for each in (created, renamed_label, top, replaced, haste, moved)
    ]


def lost_race(client: Subtext) -> list[object]:
    """Change an item that somebody else has changed meanwhile."""
    theme, etag = client.themes.get_versioned("avoidance")
    client.themes.update(theme.id, {"definition": f"{theme.definition} Changed."}, if_match=etag)
    try:
        client.themes.update(theme.id, {"label": "Mine"}, if_match=etag)
    except PreconditionFailedError as error:
        now, etag = client.themes.get_versioned(theme.id)
        won, _ = client.themes.update(theme.id, {"label": "Mine"}, if_match=etag)
        same = (error.current_etag or "").split(".")[:2] == etag.split(".")[:2]
        return [
            error.status,
            same,
            won.label,
            won.definition == now.definition,
            won.revision - theme.revision,
        ]
    raise AssertionError("a lost update")


def codes(client: Subtext) -> dict[str, list[object]]:
    """Make writes that are refused; return what is said of them."""
    _, etag = client.themes.get_versioned("loneliness")
    wrong: Any = {"id": "x-y", "nmae": "X", "definition": None}
    found: dict[str, list[object]] = {}
    writes: dict[str, Callable[[], object]] = {
        "taken": lambda: client.themes.create(PATIENCE | {"id": "loneliness"}),
        "wrong": lambda: client.themes.create(wrong),
        "in use": lambda: client.themes.delete("loneliness", if_match=etag),
        "exists": lambda: client.themes.replace("loneliness", HASTE, create=True),
        "gone": lambda: client.themes.update("haste", {"label": "H"}, if_match=etag),
    }
    for name, write in writes.items():
        try:
            write()
        except APIError as error:
            found[name] = [type(error).__name__, error.status, sorted(each.pointer for each in error.errors)]
    try:
        client.themes.update("patience", {"label": "P"}, if_match=etag)
    except RenamedError as error:
        found["renamed"] = [error.new_id]
    return found


def drafts(client: Subtext) -> list[object]:
    """Save, read, change, preview, publish, unpublish and discard drafts."""
    new, _ = client.themes.save_draft("quiet", REST, create=True, note="For a test", release="")
    draft, etag = client.themes.update_draft("embodiment", {"label": "Bodies"}, create=True)
    listed = [each.item.id for each in client.drafts.list(type="theme", limit=1)]
    draft, etag = client.themes.update_draft("embodiment", {"label": "Having a body"}, if_match=etag)
    preview = client.themes.preview_draft("embodiment").label
    link = client.themes.create_draft_preview_link("embodiment", expires_in=60)
    read, etag = client.themes.get_draft_versioned("embodiment")
    published, _ = client.themes.publish_draft("embodiment", if_match=etag, note="Plainer")
    _, etag = client.themes.get_draft_versioned("quiet")
    quiet, etag = client.themes.publish_draft("quiet", if_match=etag)
    taken_back, etag = client.themes.unpublish("quiet", if_match=etag)
    client.themes.delete_draft("quiet", if_match=etag)
    return [
        [new.is_new, new.note, new.release, listed, read.record["label"], draft.revision],
        ["/previews/" in link.url, preview, published.label, quiet.label, taken_back.label],
        [each.item.id for each in client.drafts.list()],
    ]


def outdated(client: Subtext) -> list[object]:
    """Publish a draft of an item that somebody else has changed meanwhile."""
    theme, theme_etag = client.themes.get_versioned("numbness")
    body: ThemeBody = {"name": theme.name, "definition": "Feeling nothing."}
    _, etag = client.themes.save_draft("numbness", body, create=True, base=str(theme.revision))
    client.themes.update("numbness", {"definition": "No feelings."}, if_match=theme_etag)
    try:
        client.themes.publish_draft("numbness", if_match=etag)
    except OutdatedBaseError as error:
        client.themes.delete_draft("numbness", if_match=etag)
        conflicts = [each["pointer"] for each in error.problem["changes"] if each["is_conflict"]]
        return [error.status, conflicts]
    raise AssertionError("a lost update")


def release(client: Subtext) -> list[object]:
    """Publish two drafts together, of which one refers to the other."""
    client.themes.save_draft("ease", EASE, create=True, release="autumn")
    client.themes.save_draft("rest", REST, create=True, release="autumn")
    listed = [each.name for each in client.releases.list()]
    link = client.releases.create_preview_link("autumn")
    found, etag = client.releases.get_versioned("autumn")
    drafts = [each.item.id for each in client.releases.get("autumn").drafts]
    published = client.releases.publish("autumn", if_match=etag, note="Together")
    ease = client.themes.get("ease")
    ids = [each.id for each in published.items]
    return [
        listed,
        "/previews/" in link.url,
        found.draft_count,
        drafts,
        ids,
        ease.broader and ease.broader.id,
    ]


def history(client: Subtext) -> list[object]:
    """Compare the revisions of an item, and restore the first."""
    listed, first = list(client.themes.revisions("ease")), "1"
    theme, etag = client.themes.get_versioned("ease")
    theme, etag = client.themes.update(
        "ease", {"definition": "To be at rest.", "broader": None}, if_match=etag
    )
    difference = client.themes.diff("ease", first, str(theme.revision))
    theme, etag = client.themes.restore("ease", first, if_match=etag, drop_missing=True)
    changes = [each.change for each in client.themes.revisions("ease", limit=2).first_page().data]
    pointers = [each.pointer for each in difference.changes]
    return [len(listed), pointers, theme.definition, theme.revision, changes]


def bulk(client: Subtext) -> list[object]:
    """Make many changes at once, and others of which one is refused."""
    _, etag = client.themes.get_versioned("ease")
    _, rest_etag = client.themes.get_versioned("rest")
    new = {"name": "Idleness", "definition": "Doing nothing, gladly: “ä”.", "broader": "rest"}
    changes: list[BulkChange] = [
        {"method": "POST", "type": "theme", "id": "idleness", "body": new},
        {"method": "RENAME", "type": "theme", "id": "rest", "body": {"id": "repose"}, "if_match": rest_etag},
        {"method": "DELETE", "type": "theme", "id": "ease", "if_match": etag},
    ]
    results = client.bulk(changes, note="Many at once")
    found = [[each.outcome, each.id, each.revision, each.etag is None] for each in results]
    try:
        client.bulk([*changes[1:], {"method": "PUT", "type": "theme", "id": "idleness", "body": new}])
    except APIError as error:
        return [found, error.status, [each["line"] for each in error.problem["errors"]]]
    raise AssertionError("a refused change was made")


def redirected(url: str, key: str) -> list[object]:
    """Read and write where everything is redirected to another origin."""
    with Subtext(f"{url}/away", key=key, retry=RETRY) as client:
        theme, etag = client.themes.get_versioned("loneliness")
        try:
            client.themes.update(theme.id, {"label": "Elsewhere"}, if_match=etag)
        except UnexpectedResponseError as error:
            return [theme.label, error.status, (error.location or "").rpartition("/")[2]]
    raise AssertionError("a redirected write")


def without_key(url: str) -> list[object]:
    """Write without a key, and with a wrong one; return the errors, which must not show it."""
    found: list[object] = []
    for key in (None, "subtext_wrong-secret"):
        with Subtext(url, key=key, retry=RETRY) as client:
            try:
                client.themes.create(PATIENCE)
            except SubtextError as error:
                found.append(
                    [type(error).__name__, "secret" in f"{error!r} {error} {vars(error)} {client!r}"]
                )
    return found


async def asynchronous(url: str, key: str) -> list[object]:
    """Use the asynchronous client."""
    async with AsyncSubtext(url, key=key, retry=RETRY) as client:
        theme, etag = await client.themes.create(PATIENCE | {"id": "serenity"}, idempotency_key="by-hand")
        again, _ = await client.themes.create(PATIENCE | {"id": "serenity"}, idempotency_key="by-hand")
        theme, etag = await client.themes.update(theme.id, {"label": "Calm"}, if_match=etag, note=None)
        theme, etag = await client.themes.rename(theme.id, "calm", if_match=etag)
        theme, etag = await client.themes.get_versioned(theme.id)
        theme, etag = await client.themes.replace(theme.id, HASTE, if_match=etag)
        await client.themes.delete(theme.id, if_match=etag)
        _, etag = await client.themes.save_draft("order", REST, create=True)
        await client.themes.publish_draft("order", if_match=etag)
        gone: list[BulkChange] = [{"method": "DELETE", "type": "theme", "id": "order", "if_match": "*"}]
        (deleted,) = await client.bulk(gone)
        assert [each async for each in client.drafts.list()] == []
        return [again.revision, theme.id, theme.label, theme.revision, deleted.outcome]


def main() -> None:
    """Run all examples against the service at the URL in the first argument."""
    url, key = sys.argv[1], os.environ["SUBTEXT_KEY"]
    with Subtext(url, key=key, retry=RETRY) as client:
        output = {
            "changes": changes(client),
            "lost race": lost_race(client),
            "codes": codes(client),
            "drafts": drafts(client),
            "outdated": outdated(client),
            "release": release(client),
            "history": history(client),
            "bulk": bulk(client),
            "shown": key in repr(client) or key in repr(vars(client)),
        }
    output["redirected"] = redirected(url, key)
    output["without key"] = without_key(url)
    output["async"] = asyncio.run(asynchronous(url, key))
    print(json.dumps(output))


if __name__ == "__main__":
    main()
