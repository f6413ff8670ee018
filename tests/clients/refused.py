"""Code that mypy must reject. If mypy accepted one of these lines, its ``type: ignore`` would be an error."""

from typing import assert_never

from subtext_client import Subtext
from subtext_client.models import CommentaryHit, Quote, QuoteHit


def incomplete_match(hit: QuoteHit | CommentaryHit) -> str:
    """Handle only some types of hits."""
    if isinstance(hit, QuoteHit):
        return hit.kind
    assert_never(hit)  # type: ignore[arg-type]


def unknown_names(client: Subtext, quote: Quote) -> None:
    """Use names that do not exist."""
    client.quotes.list(actor=["her-2013-samantha"])  # type: ignore[call-overload]
    client.quotes.list(include=["actor"])  # type: ignore[list-item]
    client.quotes.list(fields=["actor"])  # type: ignore[list-item]
    client.search()  # type: ignore[call-arg]
    print(client.quotes.get(quote.id).data)  # type: ignore[attr-defined]
    client.quotes.get(quote.id, fields="text").text.upper()  # type: ignore[union-attr]
    client.follow(quote)  # type: ignore[call-overload]
    print(quote.speaker.label)  # type: ignore[union-attr]
    print(quote.actor)  # type: ignore[attr-defined]


def unsafe_writes(client: Subtext, quote: Quote) -> None:
    """Write without a precondition, or what no quote has."""
    client.quotes.update(quote.id, {"label": "A label"})  # type: ignore[call-arg]
    client.quotes.update(quote.id, {"label": None}, if_match="*")  # type: ignore[typeddict-item]
    client.quotes.update(quote.id, {"actor": "x"}, if_match="*")  # type: ignore[typeddict-unknown-key]
    client.quotes.create({"id": "her-2013-x"})  # type: ignore[typeddict-item]
    client.themes.replace("x", {"name": "X", "definition": "X."})  # type: ignore[call-overload]
    print(client.quotes.delete(quote.id, if_match="*"))  # type: ignore[func-returns-value]
    client.quotes.publish_draft(quote.id)  # type: ignore[call-arg]
    client.quotes.update_draft(quote.id, {})  # type: ignore[call-overload]
    client.quotes.delete_draft(quote.id, if_match="*", note="It has no history")  # type: ignore[call-arg]
    client.bulk([{"method": "GET", "type": "quote", "id": quote.id}])  # type: ignore[typeddict-item]
