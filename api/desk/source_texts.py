"""Sources with their texts: the paragraphs as citations number them, and what cites each.

The texts are those with which quotations are compared (``api.writing.essays``). They are shown to editors who
are signed in, and to nobody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select

from api.core.resource_registry import COLLECTION_PATHS
from api.desk.api_calls import call_api, read_all
from api.desk.request_checks import desk_session
from api.entries.essay import Essay
from api.http.errors import ProblemException
from api.writing.drafts.access import draft_session, may_read
from api.writing.essays import essays
from models import MODELS_BY_TYPE
from models.draft import Draft

#: The number of paragraphs on a page, and of those that one call of the API reads.
MAX_PARAGRAPHS, PARAGRAPHS_PER_CALL = 120, 40
#: The number of drafts that are searched for citations.
MAX_DRAFTS = 1_000
NO_TEXT = "Its text is not on this server. An operator can add it to the folder SUBTEXT_ESSAYS."
OTHER_TEXT = "The text on this server is not the one whose paragraphs are numbered: its SHA-256 differs."


@dataclass
class SourceText:
    """A source whose text is at hand. ``record`` has the members of the source that forms begin with."""

    slug: str
    label: str
    record: dict[str, Any]
    essay: Essay
    is_draft: bool = False

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs; number ``n`` has index ``n - 1``."""
        return self.essay.paragraphs

    def paragraph(self, number: int) -> str:
        """Return a paragraph.

        Raises:
            ProblemException: 404, there is no such paragraph.
        """
        if not 1 <= number <= len(self.paragraphs):
            raise ProblemException("not-found", f"The source has {len(self.paragraphs)} paragraphs.")
        return self.paragraphs[number - 1]


class ListedSource(NamedTuple):
    """A source in the list of all. ``reason`` says why it has no page here; empty if it has one."""

    slug: str
    label: str
    detail: str
    reason: str
    is_draft: bool = False


class Citing(NamedTuple):
    """What cites a paragraph: an item, its draft, or both."""

    type_name: str
    slug: str
    label: str
    state: str


@dataclass
class Passage:
    """A paragraph with what cites it."""

    number: int
    text: str
    kind: str = "body"
    citing: list[Citing] = field(default_factory=list)


def list_sources() -> list[ListedSource]:
    """Return all sources, and the drafts of new ones, those with a text first."""
    texts, sources = essays(), []
    for item in read_all("/v1/sources", fields="label,title,publication,author,sha256"):
        reason = _reason(texts.get(item["id"]), item["sha256"])
        detail = item["publication"] or item["author"] or ""
        sources.append(ListedSource(item["id"], item["title"], detail, reason))
    known = {source.slug for source in sources}
    for draft in readable_drafts("source"):
        if draft.slug not in known:
            reason = _reason(texts.get(draft.slug), str(draft.record.get("sha256")))
            sources.append(ListedSource(draft.slug, label_of_draft(draft), "", reason, True))
    return sorted(sources, key=lambda source: (bool(source.reason), source.label.casefold(), source.slug))


def texts_without_source(listed: list[ListedSource]) -> list[str]:
    """Return the ids of texts of which there is no source yet."""
    known = {source.slug for source in listed}
    return [slug for slug in essays() if slug not in known]


def find_source_text(slug: str) -> SourceText:
    """Return a source, public or a draft, whose text is at hand.

    Raises:
        ProblemException: 404, there is no such source, or not its text.
    """
    response = call_api("GET", f"/v1/sources/{slug}")
    record, is_draft = response.json, False
    if response.is_error:
        drafts = [draft for draft in readable_drafts("source") if draft.slug == slug]
        if not drafts:
            response.require()
        record, is_draft = _sound(drafts[0].record), True
    essay = essays().get(slug)
    reason = _reason(essay, str(record.get("sha256")))
    if reason or essay is None:
        raise ProblemException("not-found", f"The source cannot be edited here. {reason}")
    return SourceText(slug, str(record.get("title") or slug), record, essay, is_draft)


def find_essay(slug: Any) -> Essay | None:
    """Return the text of a source; None if it is not at hand."""
    return essays().get(slug) if isinstance(slug, str) else None


def read_passages(source: SourceText, first: int) -> list[Passage]:
    """Return the paragraphs from number ``first`` on, up to ``MAX_PARAGRAPHS``, with what cites them."""
    last = min(len(source.paragraphs), first + MAX_PARAGRAPHS - 1)
    passages = {number: Passage(number, source.paragraph(number)) for number in range(first, last + 1)}
    drafts = {draft.key: draft for draft in readable_drafts()}
    if source.is_draft:
        for number, paragraph in enumerate(source.record["paragraphs"], 1):
            if number in passages and isinstance(paragraph, dict):
                passages[number].kind = str(paragraph.get("kind"))
    else:
        _add_public(source, passages, drafts)
    for draft in drafts.values():
        for number in _cited_numbers(draft.record, source.slug):
            if number in passages:
                state = "draft" if draft.base is None else "changed"
                citing = Citing(draft.type_name, draft.slug, label_of_draft(draft), state)
                passages[number].citing.append(citing)
    for passage in passages.values():
        passage.citing.sort(key=lambda each: (each.type_name, each.label.casefold()))
    return list(passages.values())


def _sound(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a draft, which may have values of any kind, with lists where pages need some."""
    lists = {name: record.get(name) for name in ("films", "paragraphs")}
    return {**record, **{name: value if isinstance(value, list) else [] for name, value in lists.items()}}


def label_of_draft(draft: Draft) -> str:
    """Return what a list calls a draft, which may have no label yet."""
    names = (draft.record.get(name) for name in ("label", "name", "title"))
    return next((name for name in names if isinstance(name, str) and name), draft.slug)


def _add_public(source: SourceText, passages: dict[int, Passage], drafts: Mapping[Any, Draft]) -> None:
    numbers = list(passages)
    path = f"/v1/sources/{source.slug}/paragraphs"
    for start in range(0, len(numbers), PARAGRAPHS_PER_CALL):
        part = numbers[start : start + PARAGRAPHS_PER_CALL]
        query = {"number": ",".join(map(str, part)), "limit": 100}
        for item in call_api("GET", path, query=query).require().json["data"]:
            passage = passages[item["number"]]
            passage.kind = item["kind"]
            for cited in item["cited_by"]:
                _add(passage, cited, drafts)
    for item in read_all(
        "/v1/commentary", source=source.slug, asserted_by="editor", fields="label,citations,type"
    ):
        for citation in item["citations"]:
            if citation["source"]["id"] == source.slug:
                for number in citation["paragraphs"]:
                    if number in passages:
                        _add(passages[number], item, drafts)


def _add(passage: Passage, item: Mapping[str, Any], drafts: Mapping[Any, Draft]) -> None:
    """Add a public item, unless it has a draft, which stands for it."""
    if (item["type"], item["id"]) not in drafts:
        passage.citing.append(Citing(item["type"], item["id"], item["label"], "public"))


def readable_drafts(type_name: str | None = None) -> list[Draft]:
    """Return the drafts, of one type or of all, that the key of the session may read."""
    key = desk_session().key
    names = [type_name] if type_name else list(COLLECTION_PATHS)
    readable = [name for name in names if may_read(key, MODELS_BY_TYPE[name].__tablename__)]
    with draft_session() as session:
        statement = select(Draft).where(Draft.type_name.in_(readable)).order_by(Draft.type_name, Draft.slug)
        return list(session.scalars(statement.limit(MAX_DRAFTS)))


def _cited_numbers(record: Mapping[str, Any], source: str) -> list[int]:
    """Return the numbers that a draft cites; it may have values of any kind."""
    citations = record.get("citations")
    numbers: dict[int, None] = {}
    for citation in citations if isinstance(citations, list) else ():
        if isinstance(citation, dict) and citation.get("source") == source:
            cited = citation.get("paragraphs")
            numbers |= dict.fromkeys(
                n for n in (cited if isinstance(cited, list) else ()) if isinstance(n, int)
            )
    return list(numbers)


def _reason(essay: Essay | None, sha256: str) -> str:
    if essay is None:
        return NO_TEXT
    return "" if essay.sha256 == sha256 else OTHER_TEXT


def reference_options(type_names: set[str], film: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the ids and labels to choose from, by type: of the film if the type has films, with drafts."""
    options: dict[str, list[tuple[str, str]]] = {}
    drafts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for draft in readable_drafts():
        if draft.base is None:
            drafts[draft.type_name].append((draft.slug, f"{label_of_draft(draft)} (draft)"))
    for type_name in sorted(type_names):
        of_film = {"film": film} if film and hasattr(MODELS_BY_TYPE[type_name], "film") else {}
        try:
            items = read_all(COLLECTION_PATHS[type_name], fields="label", **of_film)
        except ProblemException:
            # The film is no id: its field says so.
            items = []
        options[type_name] = [*((item["id"], item["label"]) for item in items), *drafts[type_name]]
    return options
