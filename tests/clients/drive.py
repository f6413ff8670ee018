"""An example program that uses the Python client. It prints its results as JSON, which the tests compare."""

import json
import sys
from collections.abc import Iterator
from typing import assert_never

from subtext_client import Client
from subtext_client.api.quotes import get_quote, list_quotes
from subtext_client.api.search import search
from subtext_client.models import (
    CharacterHit,
    CommentaryHit,
    FilmHit,
    InvalidParametersProblem,
    NotFoundProblem,
    Quote,
    QuoteHit,
    QuoteKind,
    QuoteList,
    SceneHit,
    Search,
    SparseQuote,
    SparseQuoteList,
    ThemeHit,
)
from subtext_client.types import UNSET, Unset

VERDICT = "her-2013-a-wife-without-the-challenges"


def all_quotes(client: Client, kinds: list[QuoteKind] | Unset = UNSET) -> Iterator[Quote]:
    """Yield the items of every page, by the cursor of the next one."""
    cursor: str | Unset = UNSET
    while True:
        quotes = list_quotes.sync(client=client, kind=kinds, limit=7, cursor=cursor)
        if not isinstance(quotes, QuoteList):
            raise TypeError(f"no quotes, but {quotes}")
        yield from quotes.data
        if quotes.page.next_cursor is None:
            return
        cursor = quotes.page.next_cursor


def quote_with_includes(client: Client) -> dict[str, object]:
    """Read a quote with its speaker and scene expanded, and the commentary that cites it."""
    quote = get_quote.sync(VERDICT, client=client, include=["speaker", "scene", "commentary"])
    if not isinstance(quote, Quote) or quote.speaker is None or quote.scene is None:
        raise TypeError(f"no quote with a speaker and a scene, but {quote}")
    return {
        "kind": quote.kind,
        "created": quote.created_at.year,
        "description": quote.speaker.description or None,
        "position": quote.scene.position or None,
        "claims": [claim.id for claim in quote.commentary or []],
    }


def sparse_quote(client: Client) -> list[object]:
    """Read one field of a quote and of a list of quotes."""
    quote = get_quote.sync(VERDICT, client=client, fields=["word_count"])
    quotes = list_quotes.sync(client=client, fields=["word_count"], limit=3)
    if not isinstance(quote, SparseQuote) or not isinstance(quotes, SparseQuoteList):
        raise TypeError(f"not sparse, but {quote} and {quotes}")
    counts = [one.word_count for one in quotes.data]
    return [quote.id, quote.word_count, isinstance(quote.text, Unset), counts]


def describe_hit(hit: FilmHit | CharacterHit | ThemeHit | SceneHit | QuoteHit | CommentaryHit) -> str:
    """Describe a hit. mypy checks the fields of each type, and that every type is handled."""
    match hit:
        case FilmHit():
            return f"film {hit.label}"
        case CharacterHit():
            return f"character of {hit.film.label}"
        case ThemeHit():
            return f"theme {hit.label}"
        case SceneHit():
            return f"scene of {hit.film.label}"
        case QuoteHit():
            return f"{hit.kind} of {hit.film.label}"
        case CommentaryHit():
            return f"{hit.kind} on {hit.film.label}"
        case _:
            assert_never(hit)


def hits(client: Client) -> dict[str, str]:
    """Search all types; return the description of each hit by its id."""
    results = search.sync(client=client, q="love", limit=50)
    if not isinstance(results, Search):
        raise TypeError(f"no hits, but {results}")
    return {hit.id: describe_hit(hit) for hit in results.data}


def conditional_statuses(client: Client) -> list[int]:
    """Request a list twice, the second time with its ETag; return both statuses."""
    first = list_quotes.sync_detailed(client=client)
    again = list_quotes.sync_detailed(client=client, if_none_match=first.headers["ETag"])
    return [first.status_code, again.status_code]


def problems(client: Client) -> dict[str, object]:
    """Request a missing item and an invalid limit; return the problems."""
    missing = get_quote.sync("nobody-said-this", client=client)
    refused = list_quotes.sync(client=client, limit=1000)
    if not isinstance(missing, NotFoundProblem) or not isinstance(refused, InvalidParametersProblem):
        raise TypeError(f"no problems, but {missing} and {refused}")
    return {
        "missing": [missing.code, missing.status, missing.instance],
        "refused": [refused.code, refused.status, *(error.pointer for error in refused.errors)],
    }


def main() -> None:
    """Run all examples against the service at the URL in the first argument."""
    with Client(base_url=sys.argv[1]) as client:
        output = {
            "quotes": [quote.id for quote in all_quotes(client)],
            "aphorisms": [quote.id for quote in all_quotes(client, kinds=["aphorism"])],
            "include": quote_with_includes(client),
            "hits": hits(client),
            "sparse": sparse_quote(client),
            "statuses": conditional_statuses(client),
            "problems": problems(client),
        }
    print(json.dumps(output))


if __name__ == "__main__":
    main()
