"""Rules for quotations and for the texts of the sources that they are taken from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from api.entries.checked_entries import CheckedEntries
from api.entries.comparable_words import first_shared, words
from api.entries.entry import Entry, ValidEntry
from api.entries.essay import Essay
from api.entries.violations import Level, Violation
from models.text_segmentation import count_words

MAX_WORDS_PER_QUOTE = 35
MAX_WORDS_PER_SOURCE = 500
#: For at most this many wrong quotations of a pack, the nearest passage is looked for.
MAX_COMPARED = 1000


def quote_length(result: CheckedEntries) -> Iterator[Violation]:
    """Check the number of words of each quotation and of all quotations from one source."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for quote in result.of_type("quote"):
        count = count_words(quote.body["text"])
        for citation in quote.body["citations"]:
            counts[citation["source"]][quote.slug] = count
        if count > MAX_WORDS_PER_QUOTE:
            message = f"The quotation has {count} words. At most {MAX_WORDS_PER_QUOTE} are allowed."
            yield quote.entry.violation("quote-length", message, "text")
    for slug, words_by_quote in counts.items():
        source, total = result.find("source", slug), result.quoted_words(slug, words_by_quote)
        if source and total > MAX_WORDS_PER_SOURCE:
            message = (
                f"{total} words are quoted from this source. At most {MAX_WORDS_PER_SOURCE} are allowed."
            )
            # Each of the quotes has a part in it. Without the last, fewer words would be quoted.
            last = result.entries_by_id["quote", list(words_by_quote)[-1]].entry
            yield source.entry.violation("quote-length", message, cause=(last, "text"))


def source_text(result: CheckedEntries) -> Iterator[Violation]:
    """Check the word counts and hashes of a source against its text."""
    for source in result.of_type("source"):
        essay = result.essays.get(source.slug)
        if essay is None:
            continue
        if essay.sha256 != source.body["sha256"]:
            message = f"The SHA-256 of the text is {essay.sha256}."
            yield source.entry.violation("source-text", message, "sha256")
        paragraphs = source.body["paragraphs"]
        if len(paragraphs) != len(essay.paragraphs):
            message = f"The text has {len(essay.paragraphs)} paragraphs, but {len(paragraphs)} are listed."
            yield source.entry.violation("source-text", message, "paragraphs")
            continue
        for index, paragraph in enumerate(paragraphs):
            count, sha256 = essay.measure(index + 1)
            if (count, sha256) != (paragraph["word_count"], paragraph["sha256"]):
                message = f"Paragraph {index + 1} has {count} words and the SHA-256 {sha256}."
                yield source.entry.violation("source-text", message, "paragraphs", index)


def verbatim(result: CheckedEntries) -> Iterator[Violation]:
    """Check that a quotation is verbatim in the paragraph that it cites."""
    compared = 0
    for quote in result.of_type("quote"):
        text = quote.body["text"]
        for citation in quote.body["citations"]:
            essay = result.essays.get(citation["source"])
            if essay is None:
                continue
            for number in citation["paragraphs"]:
                if number > len(essay.paragraphs) or text in essay.paragraphs[number - 1]:
                    continue
                compared += 1
                message = _wrong_quotation(essay, text, number, is_compared=compared <= MAX_COMPARED)
                yield quote.entry.violation("verbatim", message, "text")


def _wrong_quotation(essay: Essay, text: str, number: int, *, is_compared: bool) -> str:
    message = f"Paragraph {number} does not contain this text."
    if matches := [n for n, paragraph in enumerate(essay.paragraphs, 1) if text in paragraph]:
        return f"{message} Found in: {', '.join(map(str, matches))}."
    passage = essay.passages.find(text, number) if is_compared else None
    if passage is None:
        return message
    if not passage.differences:
        return f"{message} The nearest passage, in paragraph {passage.paragraph}, is “{passage.displayed}”."
    opening = "" if passage.paragraph == number else f"{message} "
    differences = " and ".join(filter(None, [", ".join(passage.differences[:-1]), passage.differences[-1]]))
    return (
        f"{opening}Paragraph {passage.paragraph} contains “{passage.displayed}”, which differs only in "
        f"{differences}. Copy it exactly."
    )


def omission(result: CheckedEntries) -> Iterator[Violation]:
    """Check that a quotation from within a sentence says so, since displays then have an ellipsis."""
    for quote in result.of_type("quote"):
        if quote.body["text"][0].islower() and not quote.body["omitted_before"]:
            message = "The quotation begins within a sentence. Add omitted_before: true."
            yield quote.entry.violation("omission", message, "text", level=Level.WARNING)


def repeated_quote(result: CheckedEntries) -> Iterator[Violation]:
    """Check that no two quotes from a source are the same: equal words in one paragraph, or in one scene.

    Words are equal whatever their punctuation, capitals and accents. The two quotes of a line that recurs
    have different scenes and cite different paragraphs.
    """
    first_uses: dict[tuple[object, ...], Entry] = {}
    for quote in result.known("quote"):
        body, said = quote.body, tuple(words(quote.body["text"]))
        places: list[tuple[object, ...]] = []
        for citation in body["citations"]:
            places.append((citation["source"], "scene", body["scene"]))
            places += [(citation["source"], "paragraph", number) for number in citation["paragraphs"]]
        firsts = [first_uses.setdefault((said, body["film"], *place), quote.entry) for place in places]
        first = next((entry for entry in firsts if entry is not quote.entry), None)
        if first is not None:
            message = f"{first.mention} has the same words. Remove one of them."
            yield quote.entry.violation("repeated-quote", message, "text")


def own_words(result: CheckedEntries) -> Iterator[Violation]:
    """Check that texts other than quotations and titles share no eight consecutive words with a source.

    Six or seven are worth a look: often only another verb is needed.
    """
    exempt = {("quote", "text"), ("source", "title"), ("source", "subtitle"), ("source", "label")}
    for valid in result.valid_entries:
        essays = [result.essays[slug] for slug in result.sources_compared_with(valid)]
        if not essays:
            continue
        runs, near_runs = [essay.runs for essay in essays], [essay.near_runs for essay in essays]
        for path, text in _texts(valid):
            if (valid.entry.type_name, path[0]) in exempt:
                continue
            near = first_shared(text, near_runs)
            # A long run begins with a short one.
            if near and (shared := first_shared(text, runs)):
                message = f"“{shared}” is in the source. Rephrase it in your own words."
                yield valid.entry.violation("own-words", message, *path)
            elif near:
                message = f"“{near}” is in the source too. Can you say it in other words?"
                yield valid.entry.violation("own-words", message, *path, level=Level.NOTICE)


def _texts(valid: ValidEntry) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield the path and the value of each text in an entry's raw body."""
    for name, value in valid.entry.body.items():
        if isinstance(value, str):
            yield (name,), value
        elif isinstance(value, dict):
            yield from (((name, key), part) for key, part in value.items() if isinstance(part, str))
