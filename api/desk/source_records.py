"""The record of a source that is made from its text: the paragraphs with their lengths, hashes and kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.desk.source_texts import find_essay
from api.http.errors import ProblemException
from api.schemas.fields import slugify
from models.source import ParagraphKind

#: A source with more paragraphs keeps the kinds that are guessed, unless the API or a pack changes them.
MAX_PARAGRAPHS = 500
#: A line with at most so many words, and no full stop, may be a heading.
MAX_HEADING_WORDS = 14
SENTENCE_ENDS = ".!?…:;,\"”’')"


def source_of_text(slug: str) -> dict[str, Any]:
    """Return what the form of a new source begins with.

    Raises:
        ProblemException: 404, there is no such text.
    """
    essay = find_essay(slug)
    if essay is None:
        raise ProblemException("not-found", "There is no such text on this server. Choose one of the list.")
    # Texts are named after their titles.
    title = next((number for number, text in enumerate(essay.paragraphs, 1) if slugify(text) == slug), 0)
    paragraphs = []
    for number in range(1, len(essay.paragraphs) + 1):
        count, sha256 = essay.measure(number)
        kind = ParagraphKind.HEADING if _may_be_heading(essay.paragraphs[number - 1]) else ParagraphKind.BODY
        kind = ParagraphKind.TITLE if number == title else kind
        paragraphs.append({"kind": kind.value, "word_count": count, "sha256": sha256})
    body = {"kind": "essay", "sha256": essay.sha256, "paragraphs": paragraphs}
    return body | ({"title": essay.paragraphs[title - 1]} if title else {})


def kinds_of(slug: str, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the text and the kind of each paragraph, for a form; none if there are very many."""
    essay, paragraphs = find_essay(slug), body.get("paragraphs")
    if not isinstance(paragraphs, list) or len(paragraphs) > MAX_PARAGRAPHS:
        return []
    texts = essay.paragraphs if essay else []
    kinds = [str(each.get("kind", "")) if isinstance(each, dict) else "" for each in paragraphs]
    return [(texts[index] if index < len(texts) else "", kind) for index, kind in enumerate(kinds)]


def set_kinds(body: dict[str, Any], form: Mapping[str, str]) -> None:
    """Set the kinds of paragraphs that a form has chosen."""
    paragraphs = body.get("paragraphs")
    for index, each in enumerate(paragraphs if isinstance(paragraphs, list) else ()):
        kind = form.get(f"/paragraphs/{index}/kind")
        if kind and isinstance(each, dict):
            each["kind"] = kind


def _may_be_heading(text: str) -> bool:
    return len(text.split()) <= MAX_HEADING_WORDS and text[-1] not in SENTENCE_ENDS
