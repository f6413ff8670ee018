"""A little content with a row in every table of the domain, so that these tests need no pack."""

import datetime as dt
from types import SimpleNamespace

from sqlalchemy import inspect, select

from models import (
    RESOURCES,
    Advisory,
    AdvisoryLink,
    Alias,
    Appearance,
    Certainty,
    Character,
    Citation,
    Commentary,
    CommentaryKind,
    CommentaryRelation,
    Fidelity,
    Film,
    Paragraph,
    ParagraphKind,
    Presence,
    Quote,
    QuoteKind,
    Relation,
    Scene,
    Scope,
    Source,
    SourceKind,
    Theme,
    Versioned,
    Voice,
    Weight,
)
from models.revision import change_set

RELEASED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
FILM = "the-lamp-1950"
#: What everything below is called in tests, with the noun and the id it is found by.
BY_NAME = {
    "film": (Film, FILM),
    "light": (Theme, "light"),
    "dark": (Theme, "dark"),
    "dusk": (Theme, "dusk"),
    "crude": (Advisory, "crude"),
    "spoiler": (Advisory, "spoiler"),
    "keeper": (Character, f"{FILM}-keeper"),
    "voice": (Character, f"{FILM}-voice"),
    "essay": (Source, "on-the-lamp"),
    "review": (Source, "a-review"),
    "storm": (Scene, f"{FILM}-storm"),
    "morning": (Scene, f"{FILM}-morning"),
    "line": (Quote, f"{FILM}-lamp-on"),
    "maxim": (Quote, f"{FILM}-maxim"),
    "claim": (Commentary, f"{FILM}-claim"),
    "doubt": (Commentary, f"{FILM}-doubt"),
}


class Everything:
    """The content as a session finds it, by name, and held on to: a session alone would not."""

    def __init__(self, session):
        self.session = session

    def __getattr__(self, name):
        model, slug = BY_NAME[name]
        found = self.session.scalars(select(model).where(model.slug == slug)).one()
        setattr(self, name, found)
        return found


def named(model, slug, **values):
    return model(slug=slug, label=slug.capitalize(), **values)


def film(slug=FILM, **values):
    facts = {"title": "The Lamp", "release_year": 1950, "directors": ["Agnès Voß"], "languages": ["en"]}
    facts |= {"synopsis": "A keeper and a lamp."}
    return named(Film, slug, **(facts | values))


def theme(slug, **values):
    return named(Theme, slug, name=slug.capitalize(), definition="What it is.", **values)


def character(of, slug, position, **values):
    return named(
        Character, f"{of.slug}-{slug}", film=of, description="Who it is.", position=position, **values
    )


def scene(of, slug, position, **values):
    of_it = {"film": of, "title": slug.capitalize(), "summary": "What happens.", "position": position}
    return named(Scene, f"{of.slug}-{slug}", **(of_it | values))


def quote(of, slug, position, **values):
    said = {"text": "Leave the lamp on.", "language": "en", "kind": QuoteKind.DIALOGUE, "voice": Voice.FILM}
    said |= {"film": of, "position": position, "fidelity": Fidelity.AS_QUOTED_BY_SOURCE}
    return named(Quote, f"{of.slug}-{slug}", **(said | values))


def commentary(of, slug, position, **values):
    claim = {"title": slug.capitalize(), "text": "The lamp waits.", "language": "en", "position": position}
    claim |= {"kind": CommentaryKind.THESIS, "scope": Scope.FILM, "weight": Weight.CORE}
    return named(Commentary, f"{of.slug}-{slug}", film=of, **(claim | values))


def paragraph(number):
    return Paragraph(number=number, kind=ParagraphKind.BODY, word_count=9, sha256=f"{number:064x}")


def source(slug, *films):
    about = {"title": slug.capitalize(), "language": "en", "rights": "Its author's.", "sha256": "0" * 64}
    numbered = [paragraph(number) for number in (1, 2, 3)]
    return named(Source, slug, kind=SourceKind.ESSAY, films=list(films), paragraphs=numbered, **about)


def flag(advisory, severity):
    return AdvisoryLink(advisory=advisory, severity=severity)


def cite(of, *numbers):
    return Citation(source=of, cited=[of.paragraphs[number - 1] for number in numbers])


def vocabulary():
    """Return two themes that are related, one broader than a third, and two advisories."""
    light, dark, dusk = theme("light"), theme("dark"), theme("dusk")
    light.related, dark.related, dusk.broader = [dark], [light], dark
    crude, spoiler = (
        named(
            Advisory, slug, name=slug.capitalize(), description="What it warns of.", severities={"1": "Mild"}
        )
        for slug in ("crude", "spoiler")
    )
    return {"light": light, "dark": dark, "dusk": dusk, "crude": crude, "spoiler": spoiler}


def people(of, words):
    """Return the film's sources, its characters, and the scenes in which they appear."""
    keeper, voice = character(of, "keeper", 1, performer="A. Player"), character(of, "voice", 2)
    essay, review = source("on-the-lamp", of), source("a-review")
    storm, morning = scene(of, "storm", 1), scene(of, "morning", 2)
    storm.appearances = [Appearance(character=keeper, presence=Presence.PRESENT)]
    storm.themes, storm.advisory_links = [words["dark"]], [flag(words["crude"], 1)]
    storm.citations = [cite(essay, 1)]
    return {
        "keeper": keeper,
        "voice": voice,
        "essay": essay,
        "review": review,
        "storm": storm,
        "morning": morning,
    }


def words_said(of, made):
    """Return a line of the film and a sentence of the essay, and two claims that rest on them."""
    line = quote(of, "lamp-on", 1, speaker=made["keeper"], speaker_certainty=Certainty.EXPLICIT)
    maxim = quote(of, "maxim", 2, voice=Voice.ESSAY, kind=QuoteKind.APHORISM)
    line.scene, line.themes, line.citations = made["storm"], [made["light"]], [cite(made["essay"], 2)]
    line.advisory_links = [flag(made["crude"], 2)]
    claim, doubt = commentary(of, "claim", 1), commentary(of, "doubt", 2)
    claim.scenes, claim.characters = [made["storm"]], [made["keeper"]]
    claim.themes, claim.quotes = [made["light"]], [line]
    claim.relations = [CommentaryRelation(target=doubt, relation=Relation.DISPUTES)]
    claim.citations, claim.advisory_links = [cite(made["essay"], 3)], [flag(made["spoiler"], 3)]
    # The one citation that no paragraph holds to its source.
    doubt.citations = [cite(made["review"])]
    return {"line": line, "maxim": maxim, "claim": claim, "doubt": doubt}


def resource(model, of):
    """Return a row of a resource that nothing here writes: its required columns, by their types."""
    required = (
        column for column in inspect(model).columns if not column.nullable and column.name != "film_id"
    )
    values = {
        column.name: "Text." if issubclass(column.type.python_type, str) else 1
        for column in required
        if not column.primary_key and not hasattr(Versioned, column.name)
    }
    if hasattr(model, "film"):
        values["film"] = of
    return named(model, f"{of.slug}-{model.type_name}", **values)


def fill(session):
    """Add one film with all that can stand on it, signed by “maker”; return everything by name."""
    made = {"film": film(), **vocabulary()}
    made |= people(made["film"], made)
    made |= words_said(made["film"], made)
    written = {type(row) for row in made.values()}
    made |= {model.type_name: resource(model, made["film"]) for model in RESOURCES if model not in written}
    with change_set(session, "maker", at=RELEASED):
        session.add_all(made.values())
        session.flush()
        session.add(Alias(type_name="film", slug="the-old-lamp-1950", resource_id=made["film"].id))
    return SimpleNamespace(**made)
