"""A program of a project that installed the wheel: it reads from a service that limits requests."""

import json
import sys
import time

import httpx
from subtext_client import NotFoundError, Subtext, __version__

statuses: list[int] = []
waits: list[float] = []


def sleep(seconds: float) -> None:
    """Remember the wait, and wait."""
    waits.append(seconds)
    time.sleep(seconds)


http_client = httpx.Client(event_hooks={"response": [lambda response: statuses.append(response.status_code)]})
with http_client, Subtext(sys.argv[1], http_client=http_client, sleep=sleep) as client:
    quotes = [quote.id for quote in client.quotes.list(limit=4)]
    films = [client.films.get("her-2013").title for _ in range(2)]
    lengths = [quote.word_count for quote in client.quotes.list(fields=["word_count"], limit=100)]
    try:
        client.themes.get("nothing")
    except NotFoundError as error:
        problem = error.detail
print(
    json.dumps(
        {
            "version": __version__,
            "quotes": quotes,
            "films": films,
            "lengths": lengths,
            "problem": problem,
            "statuses": statuses,
            "waits": waits,
        }
    )
)
