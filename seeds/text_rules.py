"""Rules for quotations and for the texts of the sources that they are taken from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seeds.check import CheckResult, ValidEntry
from seeds.diagnostics import Diagnostic
from seeds.essay import SHINGLE_WORDS, words

MAX_WORDS_PER_QUOTE = 35
MAX_WORDS_PER_SOURCE = 500


def quote_length(result: CheckResult) -> Iterator[Diagnostic]:
    """Check the number of words of each quotation and of all quotations from one source."""
    total: Counter[str] = Counter()
    for quote in result.of_type("quote"):
        count = len(quote.body["text"].split())
        for citation in quote.body["citations"]:
            total[citation["source"]] += count
        if count > MAX_WORDS_PER_QUOTE:
            message = f"The quotation has {count} words. At most {MAX_WORDS_PER_QUOTE} are allowed."
            yield quote.entry.diagnostic("quote-length", message, "text")
    for source in result.of_type("source"):
        if total[source.slug] > MAX_WORDS_PER_SOURCE:
            message = (
                f"{total[source.slug]} words are quoted from this source. "
                f"At most {MAX_WORDS_PER_SOURCE} are allowed."
            )
            yield source.entry.diagnostic("quote-length", message)


def source_text(result: CheckResult) -> Iterator[Diagnostic]:
    """Check the word counts and hashes of a source against its text."""
    for source in result.of_type("source"):
        essay = result.essays.get(source.slug)
        if essay is None:
            continue
        if essay.sha256 != source.body["sha256"]:
            message = f"The SHA-256 of the text is {essay.sha256}."
            yield source.entry.diagnostic("source-text", message, "sha256")
        paragraphs = source.body["paragraphs"]
        if len(paragraphs) != len(essay.paragraphs):
            message = f"The text has {len(essay.paragraphs)} paragraphs, but {len(paragraphs)} are listed."
            yield source.entry.diagnostic("source-text", message, "paragraphs")
            continue
        for index, paragraph in enumerate(paragraphs):
            count, sha256 = essay.measure(index + 1)
            if (count, sha256) != (paragraph["word_count"], paragraph["sha256"]):
                message = f"Paragraph {index + 1} has {count} words and the SHA-256 {sha256}."
                yield source.entry.diagnostic("source-text", message, "paragraphs", index)


def verbatim(result: CheckResult) -> Iterator[Diagnostic]:
    """Check that a quotation is verbatim in the paragraph that it cites."""
    for quote in result.of_type("quote"):
        for citation in quote.body["citations"]:
            essay = result.essays.get(citation["source"])
            if essay is None:
                continue
            for number in citation["paragraphs"]:
                if number > len(essay.paragraphs) or quote.body["text"] in essay.paragraphs[number - 1]:
                    continue
                matches = [n for n, text in enumerate(essay.paragraphs, 1) if quote.body["text"] in text]
                hint = f" Found in: {', '.join(map(str, matches))}." if matches else ""
                message = f"Paragraph {number} does not contain this text.{hint}"
                yield quote.entry.diagnostic("verbatim", message, "text")


def own_words(result: CheckResult) -> Iterator[Diagnostic]:
    """Check that texts other than quotations and titles share no eight consecutive words with a source."""
    if not result.essays:
        return
    exempt = {("quote", "text"), ("source", "title"), ("source", "subtitle"), ("source", "label")}
    for valid in result.valid_entries:
        for path, text in _texts(valid):
            sequence = words(text)
            if len(sequence) < SHINGLE_WORDS or (valid.entry.type_name, path[0]) in exempt:
                continue
            windows = (
                tuple(sequence[start : start + SHINGLE_WORDS])
                for start in range(len(sequence) - SHINGLE_WORDS + 1)
            )
            shared = next(
                (w for w in windows if any(w in essay.shingles for essay in result.essays.values())), None
            )
            if shared:
                message = f"“{' '.join(shared)}” is in the source. Rephrase it in your own words."
                yield valid.entry.diagnostic("own-words", message, *path)


def _texts(valid: ValidEntry) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield the path and the value of each text in an entry's raw body."""
    for name, value in valid.entry.body.items():
        if isinstance(value, str):
            yield (name,), value
        elif isinstance(value, dict):
            yield from (((name, key), part) for key, part in value.items() if isinstance(part, str))
