"""The citation report of a pack: each paragraph of each source with the entries that cite it.

Reviewers read it next to the essay. It contains no text of the essay except the quotations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson

from api.entries.entry import ValidEntry
from models.text_segmentation import count_words
from seeds.check import CheckResult

#: The field of each type that a reviewer compares with the cited paragraph.
TEXT_FIELDS = {"character": "description", "scene": "summary", "quote": "text", "commentary": "text"}


def build_report(result: CheckResult) -> dict[str, Any]:
    """Return the report: the sources, each with its paragraphs and the number of words quoted from it."""
    return {"sources": [_source(result, source) for source in result.of_type("source")]}


def _source(result: CheckResult, source: ValidEntry) -> dict[str, Any]:
    citing = _entries_by_paragraph(result, source.slug)
    paragraphs = [
        {
            "number": number,
            "kind": paragraph["kind"].value,
            "word_count": paragraph["word_count"],
            "cited_by": [_report_entry(valid) for valid in citing[number]],
        }
        for number, paragraph in enumerate(source.body["paragraphs"], 1)
    ]
    quoted = {
        valid.slug: valid
        for entries in citing.values()
        for valid in entries
        if valid.entry.type_name == "quote"
    }
    return {
        "id": source.slug,
        "title": source.body["title"],
        "quoted_words": sum(count_words(quote.body["text"]) for quote in quoted.values()),
        "uncited": [p["number"] for p in paragraphs if p["kind"] == "body" and not p["cited_by"]],
        "paragraphs": paragraphs,
    }


def _entries_by_paragraph(result: CheckResult, source: str) -> dict[int, list[ValidEntry]]:
    citing: dict[int, list[ValidEntry]] = defaultdict(list)
    for type_name in TEXT_FIELDS:
        for valid in result.of_type(type_name):
            for citation in valid.body["citations"]:
                for number in citation["paragraphs"] if citation["source"] == source else ():
                    citing[number].append(valid)
    return citing


def _report_entry(valid: ValidEntry) -> dict[str, Any]:
    type_name, body = valid.entry.type_name, valid.body
    details = {
        name: str(body[name]) for name in ("kind", "weight", "scope", "voice", "speaker") if body.get(name)
    }
    return {
        "type": type_name,
        "id": valid.slug,
        "label": body["label"],
        "text": body[TEXT_FIELDS[type_name]],
        **details,
        "advisories": {link["advisory"]: link["severity"] for link in body["advisories"]},
    }


def as_json(report: dict[str, Any]) -> str:
    """Return the report as JSON."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2).decode()


def as_markdown(report: dict[str, Any]) -> str:
    """Return the report as Markdown."""
    return "\n".join(line for source in report["sources"] for line in _source_lines(source))


def _source_lines(source: dict[str, Any]) -> Iterator[str]:
    uncited = ", ".join(map(str, source["uncited"])) or "none"
    yield f"# {source['title']}\n"
    yield f"{source['quoted_words']} words quoted; uncited body paragraphs: {uncited}.\n"
    for paragraph in source["paragraphs"]:
        yield f"## {paragraph['number']} · {paragraph['kind']} · {paragraph['word_count']} words\n"
        yield from (_entry_line(entry) for entry in paragraph["cited_by"])
        yield ""


def _entry_line(entry: dict[str, Any]) -> str:
    details = [entry[name] for name in ("kind", "weight", "scope", "voice", "speaker") if name in entry]
    advisories = [f"{advisory} {severity}" for advisory, severity in entry["advisories"].items()]
    summary = "; ".join([*details, *advisories])
    return f"- **{entry['type']}** `{entry['id']}`{f' ({summary})' if summary else ''}: {entry['text']}"
