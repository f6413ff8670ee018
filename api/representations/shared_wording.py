"""The text that all formats share: speakers, attributions, citations and content notes.

Characters are named by their labels. No format names performers.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from api.representations.nested_quotes import enquote
from models.author import join_names

#: An item, or a reference inside one, as the API serves it.
Item = dict[str, Any]

#: The publisher of the records and author of the commentary texts.
SERVICE_NAME = "Subtext"
#: In place of an unknown date.
UNDATED = "n.d."
#: In place of a source that is not public.
UNKNOWN_SOURCE = "a source that is not named"
# The characters of a URI (RFC 3986), including the percent sign of encoded ones.
URI_CHARACTERS = "%:/?#[]@!$&'()*+,;=~-._"


#: Stands for what a quotation leaves out of its sentence.
ELLIPSIS = "…"
#: The fields that say whether it does so before and after its text.
OMISSIONS = ("omitted_before", "omitted_after")


def displayed_text(item: Item) -> str:
    """Return an item's text as it is displayed: a quote with an ellipsis wherever words are left out."""
    before, after = (ELLIPSIS if item.get(name) else "" for name in OMISSIONS)
    return f"{before}{item['text']}{after}"


def one_line(text: str) -> str:
    """Return the text on one line, with white space collapsed."""
    return " ".join(text.split())


def encode_uri(url: str) -> str:
    """Return the URL with all characters that a URI excludes percent-encoded (RFC 3986, section 2)."""
    return quote(url, safe=URI_CHARACTERS)


def public_url(record: Item) -> str:
    """Return the URL of an item's page, else its URL in the API; of a past state, its permanent URL."""
    return encode_uri(record.get("pinned_url") or record.get("html_url") or record["url"])


def service_url(record: Item) -> str:
    """Return the base URL of the service that serves an item."""
    # An item's URL is the base URL, the version, the collection and the id.
    return str(record["url"]).rsplit("/", 3)[0]


def full_title(source: Item) -> str:
    """Return a source's title and subtitle; its label if the reference is not expanded."""
    title, subtitle = short_title(source), one_line(source.get("subtitle") or "")
    if not subtitle:
        return title
    return f"{title}{'' if title.endswith(('?', '!', ':')) else ':'} {subtitle}"


def short_title(source: Item) -> str:
    """Return a source's title without its subtitle."""
    return one_line(source.get("title") or source["label"])


def author_name(source: Item) -> str | None:
    """Return a source's author, else its publication, else None."""
    name = source.get("author") or source.get("publication")
    return one_line(name) if name else None


def format_paragraphs(numbers: list[int]) -> str:
    """Return a locator, ``para. 35`` or ``paras. 3, 43``; empty without paragraphs."""
    listed = ", ".join(str(number) for number in numbers)
    return listed and f"{'para.' if len(numbers) == 1 else 'paras.'} {listed}"


def format_citation(citation: Item) -> str:
    """Return a citation as text: title, author, publication, date, paragraphs."""
    source = citation["source"]
    publication = source.get("publication")
    names = dict.fromkeys(filter(None, (author_name(source), publication and one_line(publication))))
    details = ", ".join([*names, source.get("published_on") or UNDATED])
    return ", ".join(
        filter(
            None, (f"{enquote(short_title(source))} ({details})", format_paragraphs(citation["paragraphs"]))
        )
    )


def format_sources(item: Item) -> str:
    """Return the citations of an item as text."""
    return "; ".join(map(format_citation, item["citations"])) or UNKNOWN_SOURCE


def own_source_first(item: Item) -> list[Item]:
    """Return the citations of an item; of commentary, those of the source that it belongs to first."""
    own = item.get("source")
    return sorted(
        item["citations"], key=lambda citation: own is not None and citation["source"]["id"] != own["id"]
    )


def speaker_name(quote: Item) -> str | None:
    """Return the speaker of a line and how certain that is; None if unknown."""
    if not quote["speaker"]:
        return None
    label, certainty = one_line(quote["speaker"]["label"]), quote["speaker_certainty"]
    return label if certainty == "explicit" else f"{label} (speaker {certainty})"


def quoted_critic(quote: Item) -> str | None:
    """Return whom the source quotes; None if the words are the film's or the source's own."""
    name = quote.get("attributed_to")
    return one_line(name) if name else None


def describe_voice(quote: Item) -> str:
    """Return the origin of a quote: the speaker and film, or whose words about the film they are."""
    film = one_line(quote["film"]["label"])
    if quote["voice"] == "film":
        return ", in ".join(filter(None, (speaker_name(quote), film)))
    own_words = describe_own_words(quote)
    writer = author_name(_quoting_source(quote)) or own_words
    return f"{quoted_critic(quote) or ', '.join(dict.fromkeys((writer, own_words)))} on {film}"


def describe_own_words(quote: Item) -> str:
    """Return, for example, ``the essay’s own words``."""
    return f"the {_quoting_source(quote).get('kind', 'source')}’s own words"


def _quoting_source(quote: Item) -> Item:
    """Return the first source that a quote cites; empty if none is public."""
    source: Item = quote["citations"][0]["source"] if quote["citations"] else {}
    return source


def is_editors_own(item: Item) -> bool:
    """Whether the editors assert a commentary entry themselves."""
    return item.get("asserted_by") == "editor"


def attribution(item: Item) -> str:
    """Return the attribution of an item as a sentence without a full stop.

    A quote is “as quoted in” its source, and “verified in the film” only if an editor verified it. Commentary
    is a report of what the source argues, or a note of the editors on it.
    """
    if item["type"] == "commentary":
        film = join_names([one_line(film["label"]) for film in item["films"]])
        if is_editors_own(item):
            # They may cite several sources, and discuss one.
            discussed = own_source_first(item)[:1]
            on = format_sources(item | {"citations": discussed})
            return f"Editors’ note by {SERVICE_NAME} on {on}, on {film}"
        return f"{SERVICE_NAME}’s report of what is argued in {format_sources(item)}, on {film}"
    verified = item["voice"] == "film" and item["fidelity"] == "verified-in-film"
    return f"{describe_voice(item)}, as quoted in {format_sources(item)}" + (
        "; verified in the film" if verified else ""
    )


def short_attribution(quote: Item) -> str:
    """Return who says a quote, the film, and where the quote was published, without a full stop.

    It has no date and no paragraphs, because link previews have little room.
    """
    source = _quoting_source(quote)
    where = (
        one_line(source.get("publication") or "") or enquote(short_title(source))
        if source
        else UNKNOWN_SOURCE
    )
    if quote["voice"] == "film" or quoted_critic(quote):
        return f"{describe_voice(quote)}, as quoted in {where}"
    who = author_name(source) or describe_own_words(quote)
    return f"{' in '.join(dict.fromkeys((who, where)))}, on {one_line(quote['film']['label'])}"


def content_note(item: Item) -> str | None:
    """Return the content note of an item's text on one line, or None without advisories."""
    links = item.get("advisories") or ()
    notes = ", ".join(f"{one_line(link['label'])} ({link['severity']} of 3)" for link in links)
    return f"Content note: {notes}." if notes else None
