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
        return [again.revision, theme.id, theme.label, theme.revision]


def main() -> None:
    """Run all examples against the service at the URL in the first argument."""
    url, key = sys.argv[1], os.environ["SUBTEXT_KEY"]
    with Subtext(url, key=key, retry=RETRY) as client:
        output = {
            "changes": changes(client),
            "lost race": lost_race(client),
            "codes": codes(client),
            "shown": key in repr(client) or key in repr(vars(client)),
        }
    output["redirected"] = redirected(url, key)
    output["without key"] = without_key(url)
    output["async"] = asyncio.run(asynchronous(url, key))
    print(json.dumps(output))


if __name__ == "__main__":
    main()
