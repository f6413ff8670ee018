"""What every form says in words: who speaks, as quoted in what, in which paragraphs, with which notes.

Characters are named by their labels; who performs them is not said anywhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

#: An item, or a reference in one, as the API serves it.
Item = dict[str, Any]

#: Who keeps the records; the words of commentary are its own.
SERVICE_NAME = "Subtext"
#: What stands for a date that is not known.
UNDATED = "n.d."
#: What stands for a source that nobody may see.
UNKNOWN_SOURCE = "a source that is not named"
# What a URI may hold (RFC 3986), with the percent sign of what is encoded already.
URI_CHARACTERS = "%:/?#[]@!$&'()*+,;=~-._"


def one_line(text: str) -> str:
    """Return the text on one line, with every run of white space as one blank."""
    return " ".join(text.split())


def encode_uri(address: str) -> str:
    """Return the address with everything percent-encoded that no URI may hold (RFC 3986, section 2)."""
    return quote(address, safe=URI_CHARACTERS)


def public_url(record: Item) -> str:
    """Return where people find a record: its page, else its address in the API."""
    return encode_uri(record.get("html_url") or record["url"])


def service_url(record: Item) -> str:
    """Return the address of the service that serves a record."""
    parts = urlsplit(record["url"])
    return f"{parts.scheme}://{parts.netloc}"


def full_title(source: Item) -> str:
    """Return a source's title, and its subtitle behind a colon; its label where it is not filled in."""
    title, subtitle = short_title(source), one_line(source.get("subtitle") or "")
    if not subtitle:
        return title
    return f"{title}{'' if title.endswith(('?', '!', ':')) else ':'} {subtitle}"


def short_title(source: Item) -> str:
    """Return a source's title without its subtitle."""
    return one_line(source.get("title") or source["label"])


def author_name(source: Item) -> str | None:
    """Return who a source is cited by: its author, else its publication, else nobody."""
    name = source.get("author") or source.get("publication")
    return one_line(name) if name else None


def format_paragraphs(numbers: list[int]) -> str:
    """Return a locator: ``para. 35`` or ``paras. 3, 43``; nothing, if there are none."""
    listed = ", ".join(str(number) for number in numbers)
    return listed and f"{'para.' if len(numbers) == 1 else 'paras.'} {listed}"


def format_citation(citation: Item) -> str:
    """Return a citation in words: title, who it is cited by, date, paragraphs."""
    source = citation["source"]
    publication = source.get("publication")
    names = dict.fromkeys(filter(None, (author_name(source), publication and one_line(publication))))
    behind = ", ".join([*names, source.get("published_on") or UNDATED])
    return ", ".join(
        filter(None, (f"“{short_title(source)}” ({behind})", format_paragraphs(citation["paragraphs"])))
    )


def format_sources(item: Item) -> str:
    """Return everything that an item cites, in words."""
    return "; ".join(map(format_citation, item["citations"])) or UNKNOWN_SOURCE


def speaker_name(quote: Item) -> str | None:
    """Return who says a line of the film, and how sure that is; None where nobody is named."""
    if not quote["speaker"]:
        return None
    label, certainty = one_line(quote["speaker"]["label"]), quote["speaker_certainty"]
    return label if certainty == "explicit" else f"{label} (speaker {certainty})"


def describe_voice(quote: Item) -> str:
    """Return whose words a quote is: a speaker's in the film, the film's, or the source's own."""
    film = one_line(quote["film"]["label"])
    if quote["voice"] == "film":
        return ", in ".join(filter(None, (speaker_name(quote), film)))
    own = describe_own_words(quote)
    return f"{', '.join(dict.fromkeys((writer_name(quote), own)))} on {film}"


def writer_name(quote: Item) -> str:
    """Return who writes words that are a source's own: who it is cited by; if nobody is named, so it says."""
    return author_name(_quoting_source(quote)) or describe_own_words(quote)


def describe_own_words(quote: Item) -> str:
    """Return what words are that are a source's own."""
    return f"the {_quoting_source(quote).get('kind', 'source')}’s own words"


def _quoting_source(quote: Item) -> Item:
    """Return the source that quotes a quote; empty where nobody may see it."""
    found: Item = quote["citations"][0]["source"] if quote["citations"] else {}
    return found


def attribution(item: Item) -> str:
    """Return the sentence that says where an item's words are from, without a full stop.

    A quote is “as quoted in” its source, and vouched for in the film only where an editor did so.
    """
    if item["type"] == "commentary":
        film = one_line(item["film"]["label"])
        return f"{SERVICE_NAME}’s report of what is argued in {format_sources(item)}, on {film}"
    verified = item["voice"] == "film" and item["fidelity"] == "verified-in-film"
    return f"{describe_voice(item)}, as quoted in {format_sources(item)}" + (
        "; verified in the film" if verified else ""
    )


def content_note(item: Item) -> str | None:
    """Return the advisories that stand on an item's words, as one line; None where there are none."""
    links = item.get("advisories") or ()
    notes = ", ".join(f"{one_line(link['label'])} ({link['severity']} of 3)" for link in links)
    return f"Content note: {notes}." if notes else None
