"""The report of a pack: paragraph by paragraph of each source, everything that cites it.

It is made to be read with the essay beside it, so it holds no word of the essay but the quotations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson

from seeds.check import CheckResult, ValidEntry

#: What an entry says, by its type: the field that a reader compares with the paragraph.
SAYS = {"scene": "summary", "quote": "text", "commentary": "text"}


def report(checked: CheckResult) -> dict[str, Any]:
    """Return the report: sources, each with its paragraphs, and how much is quoted from it."""
    return {"sources": [_source(checked, source) for source in checked.of("source")]}


def _source(checked: CheckResult, source: ValidEntry) -> dict[str, Any]:
    citing = _citing(checked, source.slug)
    paragraphs = [
        {
            "number": number,
            "kind": paragraph["kind"].value,
            "word_count": paragraph["word_count"],
            "cited_by": [_entry(sound) for sound in citing[number]],
        }
        for number, paragraph in enumerate(source.body["paragraphs"], 1)
    ]
    quoted = {
        sound.slug: sound for found in citing.values() for sound in found if sound.entry.type_name == "quote"
    }
    return {
        "id": source.slug,
        "title": source.body["title"],
        "quoted_words": sum(len(quote.body["text"].split()) for quote in quoted.values()),
        "uncited": [p["number"] for p in paragraphs if p["kind"] == "body" and not p["cited_by"]],
        "paragraphs": paragraphs,
    }


def _citing(checked: CheckResult, source: str) -> dict[int, list[ValidEntry]]:
    citing: dict[int, list[ValidEntry]] = defaultdict(list)
    for type_name in SAYS:
        for sound in checked.of(type_name):
            for citation in sound.body["citations"]:
                for number in citation["paragraphs"] if citation["source"] == source else ():
                    citing[number].append(sound)
    return citing


def _entry(sound: ValidEntry) -> dict[str, Any]:
    type_name, body = sound.entry.type_name, sound.body
    kept = {
        name: str(body[name]) for name in ("kind", "weight", "scope", "voice", "speaker") if body.get(name)
    }
    return {
        "type": type_name,
        "id": sound.slug,
        "label": body["label"],
        "text": body[SAYS[type_name]],
        **kept,
        "advisories": {link["advisory"]: link["severity"] for link in body["advisories"]},
    }


def as_json(made: dict[str, Any]) -> str:
    """Return the report for programs."""
    return orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()


def as_markdown(made: dict[str, Any]) -> str:
    """Return the report for people."""
    return "\n".join(line for source in made["sources"] for line in _source_lines(source))


def _source_lines(source: dict[str, Any]) -> Iterator[str]:
    uncited = ", ".join(map(str, source["uncited"])) or "none"
    yield f"# {source['title']}\n"
    yield f"{source['quoted_words']} words quoted; body paragraphs that nothing cites: {uncited}.\n"
    for paragraph in source["paragraphs"]:
        yield f"## {paragraph['number']} · {paragraph['kind']} · {paragraph['word_count']} words\n"
        yield from (_entry_line(entry) for entry in paragraph["cited_by"])
        yield ""


def _entry_line(entry: dict[str, Any]) -> str:
    facts = [entry[name] for name in ("kind", "weight", "scope", "voice", "speaker") if name in entry]
    notes = [f"{advisory} {severity}" for advisory, severity in entry["advisories"].items()]
    aside = "; ".join([*facts, *notes])
    return f"- **{entry['type']}** `{entry['id']}`{f' ({aside})' if aside else ''}: {entry['text']}"
