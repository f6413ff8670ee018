"""Code that mypy must reject. If mypy accepted one of these lines, its ``type: ignore`` would be an error."""

from typing import assert_never

from subtext_client import Client
from subtext_client.api.quotes import list_quotes
from subtext_client.models import CommentaryHit, Quote, QuoteHit


def incomplete_match(hit: QuoteHit | CommentaryHit) -> str:
    """Handle only some types of hits."""
    if isinstance(hit, QuoteHit):
        return hit.kind
    assert_never(hit)  # type: ignore[arg-type]


def unknown_names(client: Client, quote: Quote) -> None:
    """Use names that do not exist."""
    list_quotes.sync(client=client, actor=["her-2013-samantha"])  # type: ignore[call-arg]
    list_quotes.sync(client=client, include=["actor"])  # type: ignore[list-item]
    quotes = list_quotes.sync(client=client)
    print(quotes.data)  # type: ignore[union-attr]
    print(quote.speaker.label)  # type: ignore[union-attr]
    print(quote.actor)  # type: ignore[attr-defined]
