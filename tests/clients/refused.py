"""What mypy refuses of those who use the Python client. Were one of these allowed, it would say so."""

from typing import assert_never

from subtext_client import Client
from subtext_client.api.quotes import list_quotes
from subtext_client.models import CommentaryHit, Quote, QuoteHit


def forgotten(hit: QuoteHit | CommentaryHit) -> str:
    """Leave a type of hit out."""
    if isinstance(hit, QuoteHit):
        return hit.kind
    assert_never(hit)  # type: ignore[arg-type]


def wrong(client: Client, quote: Quote) -> None:
    """Name what is not there."""
    list_quotes.sync(client=client, actor=["her-2013-samantha"])  # type: ignore[call-arg]
    list_quotes.sync(client=client, include=["actor"])  # type: ignore[list-item]
    found = list_quotes.sync(client=client)
    print(found.data)  # type: ignore[union-attr]
    print(quote.speaker.label)  # type: ignore[union-attr]
    print(quote.actor)  # type: ignore[attr-defined]
