"""An example program that uses the Python client. It prints its results as JSON, which the tests compare."""

import asyncio
import json
import sys
from itertools import islice
from typing import assert_never

import httpx
from subtext_client import UNSET, AsyncSubtext, InvalidParametersError, NotFoundError, Subtext
from subtext_client.unions import SearchHit

VERDICT = "her-2013-a-wife-without-the-challenges"


def quote_with_includes(client: Subtext) -> dict[str, object]:
    """Read a quote with its speaker and scene expanded, and the commentary that cites it."""
    quote = client.quotes.get(VERDICT, include=["speaker", "scene", "commentary"])
    assert quote.speaker
    assert quote.scene
    return {
        "kind": quote.kind,
        "created": quote.created_at.year,
        "description": quote.speaker.description or None,
        "position": quote.scene.position or None,
        "claims": [claim.id for claim in quote.commentary or []],
    }


def describe_hit(hit: SearchHit) -> str:
    """Describe a hit. mypy checks the fields of each type, and that every type is handled."""
    match hit.type_:
        case "film":
            return f"film {hit.label}"
        case "character":
            return f"character of {hit.film.label}"
        case "theme":
            return f"theme {hit.label}"
        case "scene":
            return f"scene of {hit.film.label}"
        case "quote":
            return f"{hit.kind} of {hit.film.label}"
        case "commentary":
            return f"{hit.kind} on {hit.film.label}"
        case _:
            assert_never(hit)


def some_fields(client: Subtext) -> list[object]:
    """Request a few fields of items, in a list and alone."""
    first = next(iter(client.quotes.list(fields=["text", "word_count"], sort="-word_count", limit=3)))
    alone = client.quotes.get(VERDICT, fields="speaker", include="commentary")
    assert first.kind is UNSET
    assert alone.speaker
    return [first.id, first.text, first.word_count, alone.speaker.label, len(alone.commentary or [])]


def followed(client: Subtext) -> dict[str, str]:
    """Get the items that references and search hits refer to."""
    quote = client.quotes.get(VERDICT)
    assert quote.speaker
    assert quote.scene
    items = [
        client.follow(quote.speaker),
        client.follow(quote.scene),
        client.follow(quote.film),
        *map(client.follow, quote.themes),
        *(client.follow(hit) for hit in islice(client.search(q="love"), 5)),
    ]
    return {f"{item.type_}/{item.id}": item.label for item in items}


def pages(client: Subtext) -> list[object]:
    """Read the first two pages with facets and a total."""
    two = list(islice(client.quotes.list(facets="kind", count=True, limit=4).pages(), 2))
    assert all(page.facets for page in two)
    return [[len(page.data) for page in two], two[0].page.total]


def conditional_statuses(url: str) -> list[int]:
    """Request a list three times; return the statuses of the responses, which have equal items."""
    statuses: list[int] = []
    http_client = httpx.Client(event_hooks={"response": [lambda each: statuses.append(each.status_code)]})
    with http_client, Subtext(url, http_client=http_client) as client:
        lists = [client.themes.list().first_page() for _ in range(3)]
    assert lists[0] == lists[1] == lists[2]
    return statuses


def problems(client: Subtext) -> dict[str, object]:
    """Request a missing item and an invalid limit; return the problems."""
    output: dict[str, object] = {}
    try:
        client.quotes.get("nobody-said-this")
    except NotFoundError as error:
        output["missing"] = [error.code, error.status, error.instance]
    try:
        client.quotes.list(limit=1000).first_page()
    except InvalidParametersError as error:
        output["refused"] = [error.code, error.status, *(each.pointer for each in error.errors)]
    return output


async def asynchronous(url: str) -> list[object]:
    """Use the asynchronous client."""
    async with AsyncSubtext(url) as client:
        ids = [quote.id async for quote in client.quotes.list(limit=7, fields="label")]
        quote = await client.quotes.get(VERDICT)
        assert quote.scene
        scene = await client.follow(quote.scene)
        return [ids, scene.id, [each.id for each in await client.quotes.random(count=2, seed="same")]]


def main() -> None:
    """Run all examples against the service at the URL in the first argument."""
    url = sys.argv[1]
    with Subtext(url) as client:
        output = {
            "quotes": [quote.id for quote in client.quotes.list(limit=7)],
            "aphorisms": [quote.id for quote in client.quotes.list(kind="aphorism", limit=7)],
            "include": quote_with_includes(client),
            "hits": {hit.id: describe_hit(hit) for hit in client.search(q="love", limit=5)},
            "fields": some_fields(client),
            "followed": followed(client),
            "pages": pages(client),
            "random": [quote.id for quote in client.quotes.random(count=2, seed="same")],
            "daily": client.quotes.daily(date="2026-11-24").id,
            "nested": [scene.id for scene in client.films.scenes("her-2013", sort="-position", limit=3)],
            "related": [theme.id for theme in client.themes.related("loneliness", limit=3)],
            "bibtex": client.quotes.get_as(VERDICT, format="bibtex"),
            "map": client.films.theme_map("her-2013").film.id,
            "version": client.meta().version,
            "statuses": conditional_statuses(url),
            "problems": problems(client),
        }
    output["async"] = asyncio.run(asynchronous(url))
    print(json.dumps(output))


if __name__ == "__main__":
    main()
