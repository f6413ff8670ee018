"""The rules of a pack, one function each; its name, with hyphens, is the rule's name in a fault."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from api.schemas.fields import SLUG, did_you_mean
from models import RESOURCES
from models.film import OfFilm
from models.types import SLUG_LENGTH
from seeds.argument_rules import claimed_scene, flagged_paragraph, related_once, related_to_an_end
from seeds.check import CheckResult, Rule, ValidEntry
from seeds.diagnostics import Diagnostic, Level
from seeds.entry_schemas import ENTRY_SCHEMAS
from seeds.essay import RUN, words
from seeds.pack import Entry
from seeds.resolve import references

#: Words that routes use, and that no id may be.
RESERVED = frozenset({"random", "daily", "search", "latest", "facets", "export", "changes", "coverage"})
#: Types whose ids begin with the id of their film.
BOUND_TO_FILM = tuple(model.type_name for model in RESOURCES if issubclass(model, OfFilm))
MAX_WORDS_PER_QUOTE = 35
MAX_WORDS_PER_SOURCE = 500


def id_form(checked: CheckResult) -> Iterator[Diagnostic]:
    """An id is a slug of at most 80 characters, and no word that routes use."""
    for entry in checked.pack.entries:
        if not SLUG.fullmatch(entry.slug) or len(entry.slug) > SLUG_LENGTH:
            yield entry.fault(
                "id-form", f"An id matches [a-z0-9]+(-[a-z0-9]+)* and has at most {SLUG_LENGTH} characters."
            )
        if entry.slug in RESERVED:
            yield entry.fault("id-form", "This word is used by routes and cannot be an id.")


def id_unique(checked: CheckResult) -> Iterator[Diagnostic]:
    """An id stands once among its type."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in checked.pack.entries:
        before = first.setdefault((entry.type_name, entry.slug), entry)
        if before is not entry:
            yield entry.fault("id-unique", f"This id stands already at {before.file}:{before.line}.")


def id_of_film(checked: CheckResult) -> Iterator[Diagnostic]:
    """What belongs to a film has an id that begins with the film's; a film's folder has its id."""
    for entry in checked.pack.entries:
        folder = entry.file.absolute().parent.name
        if entry.type_name == "film" and entry.slug != folder:
            yield entry.fault("id-of-film", f"The folder is called “{folder}”; it takes the film's id.")
        if entry.type_name in BOUND_TO_FILM:
            if entry.body["film"] != folder:
                yield entry.fault("id-of-film", f"It stands with the film “{folder}”.", "film")
            if not entry.slug.startswith(f"{folder}-"):
                yield entry.fault("id-of-film", f"The id begins with the film's: “{folder}-…”.")


def reference(checked: CheckResult) -> Iterator[Diagnostic]:
    """What is referred to exists, and belongs to the same film."""
    for sound in checked.sound:
        for path, type_name, slug in references(ENTRY_SCHEMAS[sound.entry.type_name], sound.body):
            film = sound.body.get("film")
            if not checked.exists(type_name, slug):
                known = [other for kind, other in checked.written if kind == type_name]
                hint = did_you_mean(slug, known)
                yield sound.entry.fault("reference", f"There is no {type_name} “{slug}”.{hint}", *path)
            elif film and not _of_film(checked, film, type_name, slug):
                yield sound.entry.fault(
                    "reference", f"The {type_name} “{slug}” belongs to another film than “{film}”.", *path
                )


def _of_film(checked: CheckResult, film: str, type_name: str, slug: str) -> bool:
    # One film's id may begin with another's, so the prefix decides only where nothing better is known.
    known = checked.known.get((type_name, slug))
    if type_name not in BOUND_TO_FILM:
        return True
    return known.body["film"] == film if known else slug.startswith(f"{film}-")


def listed_once(checked: CheckResult) -> Iterator[Diagnostic]:
    """A list names each thing once, and nothing names itself."""
    for sound in checked.sound:
        seen = Counter[tuple[object, str, str]]()
        for path, type_name, slug in references(ENTRY_SCHEMAS[sound.entry.type_name], sound.body):
            if (type_name, slug) == (sound.entry.type_name, sound.slug):
                yield sound.entry.fault("listed-once", f"“{slug}” refers to itself.", *path)
            seen[path[0], type_name, slug] += 1
            if seen[path[0], type_name, slug] == 2:
                yield sound.entry.fault("listed-once", f"“{slug}” is listed twice.", *path)


def theme_hierarchy(checked: CheckResult) -> Iterator[Diagnostic]:
    """The hierarchy of themes has one level, and a theme is not related to its own broader one."""
    themes = {sound.slug: sound for sound in checked.of("theme")}
    for theme in themes.values():
        broader = themes.get(theme.body["broader"] or "")
        if broader and broader.body["broader"]:
            message = f"“{broader.slug}” has a broader theme itself, and the hierarchy has one level."
            yield theme.entry.fault("theme-hierarchy", message, "broader")
        if theme.body["broader"] in theme.body["related"]:
            yield theme.entry.fault("theme-hierarchy", "What is broader is not related as well.", "related")


def related_both_ways(checked: CheckResult) -> Iterator[Diagnostic]:
    """Related themes say so on both sides."""
    themes = {sound.slug: sound for sound in checked.of("theme")}
    for theme in themes.values():
        for index, slug in enumerate(theme.body["related"]):
            if slug in themes and theme.slug not in themes[slug].body["related"]:
                message = f"“{slug}” does not name “{theme.slug}” as related in turn."
                yield theme.entry.fault("related-both-ways", message, "related", index)


def cited_paragraph(checked: CheckResult) -> Iterator[Diagnostic]:
    """A cited paragraph exists, and a citation lists its paragraphs once each, ascending."""
    for sound in checked.sound:
        for index, citation in enumerate(sound.body.get("citations", ())):
            source = checked.known.get(("source", citation["source"]))
            numbers = citation["paragraphs"]
            if sorted(set(numbers)) != numbers:
                message = "Paragraphs are listed once each, in ascending order."
                yield sound.entry.fault("cited-paragraph", message, "citations", index, "paragraphs")
            count = len(source.body["paragraphs"]) if source else max(numbers)
            for number in numbers:
                if number > count:
                    message = f"“{citation['source']}” has {count} paragraphs; there is no {number}."
                    yield sound.entry.fault("cited-paragraph", message, "citations", index, "paragraphs")


def quote_length(checked: CheckResult) -> Iterator[Diagnostic]:
    """A quotation is short, and the quotations from one source are short together."""
    total: Counter[str] = Counter()
    for quote in checked.of("quote"):
        count = len(quote.body["text"].split())
        for citation in quote.body["citations"]:
            total[citation["source"]] += count
        if count > MAX_WORDS_PER_QUOTE:
            message = f"It has {count} words; a quotation has at most {MAX_WORDS_PER_QUOTE}."
            yield quote.entry.fault("quote-length", message, "text")
    for source in checked.of("source"):
        if total[source.slug] > MAX_WORDS_PER_SOURCE:
            message = f"{total[source.slug]} words are quoted from it; at most {MAX_WORDS_PER_SOURCE} may be."
            yield source.entry.fault("quote-length", message)


def used_theme(checked: CheckResult) -> Iterator[Diagnostic]:
    """A theme that nothing is about is of no use."""
    used = {slug for sound in checked.sound for slug in sound.body.get("themes", ())}
    for theme in checked.of("theme"):
        if theme.slug not in used:
            yield theme.entry.fault("used-theme", "Nothing is about this theme.", level=Level.WARNING)


def source_text(checked: CheckResult) -> Iterator[Diagnostic]:
    """The source's numbers and hashes are those of its text."""
    for source in checked.of("source"):
        essay = checked.essays.get(source.slug)
        if essay is None:
            continue
        if essay.sha256 != source.body["sha256"]:
            yield source.entry.fault("source-text", f"The text's SHA-256 is {essay.sha256}.", "sha256")
        listed = source.body["paragraphs"]
        if len(listed) != len(essay.paragraphs):
            message = f"The text has {len(essay.paragraphs)} paragraphs; {len(listed)} are listed."
            yield source.entry.fault("source-text", message, "paragraphs")
            continue
        for index, paragraph in enumerate(listed):
            count, sha256 = essay.measure(index + 1)
            if (count, sha256) != (paragraph["word_count"], paragraph["sha256"]):
                message = f"Paragraph {index + 1} has {count} words and the hash {sha256}."
                yield source.entry.fault("source-text", message, "paragraphs", index)


def verbatim(checked: CheckResult) -> Iterator[Diagnostic]:
    """A quotation stands word for word in the paragraph that it cites."""
    for quote in checked.of("quote"):
        for citation in quote.body["citations"]:
            essay = checked.essays.get(citation["source"])
            if essay is None:
                continue
            for number in citation["paragraphs"]:
                if number > len(essay.paragraphs) or quote.body["text"] in essay.paragraphs[number - 1]:
                    continue
                places = [n for n, text in enumerate(essay.paragraphs, 1) if quote.body["text"] in text]
                hint = f" It stands in {', '.join(map(str, places))}." if places else ""
                message = f"Paragraph {number} does not have these words.{hint}"
                yield quote.entry.fault("verbatim", message, "text")


def own_words(checked: CheckResult) -> Iterator[Diagnostic]:
    """No text but a quotation shares a run of eight words with a source; titles may."""
    if not checked.essays:
        return
    exempt = {("quote", "text"), ("source", "title"), ("source", "subtitle"), ("source", "label")}
    for sound in checked.sound:
        for path, text in _texts(sound):
            found = words(text)
            if len(found) < RUN or (sound.entry.type_name, path[0]) in exempt:
                continue
            windows = (tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1))
            shared = next(
                (w for w in windows if any(w in essay.runs for essay in checked.essays.values())), None
            )
            if shared:
                message = f"“{' '.join(shared)}” stands in the source; say it in our own words."
                yield sound.entry.fault("own-words", message, *path)


def _texts(sound: ValidEntry) -> Iterator[tuple[tuple[object, ...], str]]:
    for name, value in sound.entry.body.items():
        if isinstance(value, str):
            yield (name,), value
        elif isinstance(value, dict):
            yield from (((name, key), part) for key, part in value.items() if isinstance(part, str))


def coverage(checked: CheckResult) -> Iterator[Diagnostic]:
    """Every paragraph of a source's body is cited by something."""
    cited = defaultdict(set)
    for sound in checked.sound:
        for citation in sound.body.get("citations", ()):
            cited[citation["source"]].update(citation["paragraphs"])
    for source in checked.of("source"):
        for index, paragraph in enumerate(source.body["paragraphs"]):
            if paragraph["kind"] == "body" and index + 1 not in cited[source.slug]:
                message = f"Nothing cites paragraph {index + 1}."
                yield source.entry.fault("coverage", message, "paragraphs", index, level=Level.WARNING)


#: Every rule, in the order in which they are run.
RULES: tuple[Rule, ...] = (
    id_form,
    id_unique,
    id_of_film,
    reference,
    listed_once,
    theme_hierarchy,
    related_both_ways,
    cited_paragraph,
    quote_length,
    used_theme,
    source_text,
    verbatim,
    own_words,
    coverage,
    related_once,
    related_to_an_end,
    claimed_scene,
    flagged_paragraph,
)
