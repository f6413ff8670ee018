"""Small content with a row in every table of the domain, so that the tests of models need no pack."""

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
    LoadedPack,
    NarrationPart,
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
    Withdrawal,
)
from models.revision import change_set

RELEASED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
FILM = "the-lamp-1950"
#: The name of each resource below in tests, with its model and its id.
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
    """The content in a session, by name. It keeps references, because a session only holds weak ones."""

    def __init__(self, session):
        self.session = session

    def __getattr__(self, name):
        model, slug = BY_NAME[name]
        resource = self.session.scalars(select(model).where(model.slug == slug)).one()
        setattr(self, name, resource)
        return resource


def labelled(model, slug, **values):
    return model(slug=slug, label=slug.capitalize(), **values)


def film(slug=FILM, **values):
    defaults = {"title": "The Lamp", "release_year": 1950, "directors": ["Agnès Voß"], "languages": ["en"]}
    defaults |= {"synopsis": "A keeper and a lamp."}
    return labelled(Film, slug, **(defaults | values))


def theme(slug, **values):
    return labelled(Theme, slug, name=slug.capitalize(), definition="What it is.", **values)


def character(film_, slug, position, **values):
    return labelled(
        Character, f"{film_.slug}-{slug}", film=film_, description="Who it is.", position=position, **values
    )


def scene(film_, slug, position, **values):
    defaults = {"film": film_, "title": slug.capitalize(), "summary": "What happens.", "position": position}
    return labelled(Scene, f"{film_.slug}-{slug}", **(defaults | values))


def quote(film_, slug, position, **values):
    defaults = {
        "text": "Leave the lamp on.",
        "language": "en",
        "kind": QuoteKind.DIALOGUE,
        "voice": Voice.FILM,
    }
    defaults |= {"film": film_, "position": position, "fidelity": Fidelity.AS_QUOTED_BY_SOURCE}
    return labelled(Quote, f"{film_.slug}-{slug}", **(defaults | values))


def commentary(film_, source_, slug, position, **values):
    defaults = {"title": slug.capitalize(), "text": "The lamp waits.", "language": "en", "position": position}
    defaults |= {"kind": CommentaryKind.THESIS, "scope": Scope.FILM, "weight": Weight.CORE}
    defaults |= {"film": film_, "source": source_}
    return labelled(Commentary, f"{film_.slug}-{slug}", **(defaults | values))


def paragraph(number):
    return Paragraph(number=number, kind=ParagraphKind.BODY, word_count=9, sha256=f"{number:064x}")


def source(slug, *films):
    defaults = {"title": slug.capitalize(), "language": "en", "rights": "Its author's.", "sha256": "0" * 64}
    paragraphs = [paragraph(number) for number in (1, 2, 3)]
    return labelled(Source, slug, kind=SourceKind.ESSAY, films=list(films), paragraphs=paragraphs, **defaults)


def flag(advisory, severity):
    return AdvisoryLink(advisory=advisory, severity=severity)


def cite(source_, *numbers):
    return Citation(source=source_, cited=[source_.paragraphs[number - 1] for number in numbers])


def build_vocabulary():
    """Return two related themes, a subtheme of one of them, and two advisories."""
    light, dark, dusk = theme("light"), theme("dark"), theme("dusk")
    light.related, dark.related, dusk.broader = [dark], [light], dark
    crude, spoiler = (
        labelled(
            Advisory, slug, name=slug.capitalize(), description="What it warns of.", severities={"1": "Mild"}
        )
        for slug in ("crude", "spoiler")
    )
    return {"light": light, "dark": dark, "dusk": dusk, "crude": crude, "spoiler": spoiler}


def build_film_parts(film_, content):
    """Return the film's sources, characters and scenes."""
    keeper, voice = character(film_, "keeper", 1, performer="A. Player"), character(film_, "voice", 2)
    essay, review = source("on-the-lamp", film_), source("a-review")
    storm, morning = scene(film_, "storm", 1), scene(film_, "morning", 2)
    storm.appearances = [Appearance(character=keeper, presence=Presence.PRESENT)]
    storm.themes, storm.advisory_links = [content["dark"]], [flag(content["crude"], 1)]
    storm.citations = [cite(essay, 1)]
    essay.narration = [NarrationPart(title="Dawn", scenes=[morning, storm], paragraphs=[2])]
    keeper.citations, keeper.advisory_links = [cite(essay, 1)], [flag(content["spoiler"], 1)]
    return {
        "keeper": keeper,
        "voice": voice,
        "essay": essay,
        "review": review,
        "storm": storm,
        "morning": morning,
    }


def build_texts(film_, content):
    """Return a quote from the film, one from the essay, and two commentary entries."""
    line = quote(film_, "lamp-on", 1, speaker=content["keeper"], speaker_certainty=Certainty.EXPLICIT)
    maxim = quote(film_, "maxim", 2, voice=Voice.ESSAY, kind=QuoteKind.APHORISM)
    line.scene, line.themes, line.citations = (
        content["storm"],
        [content["light"]],
        [cite(content["essay"], 2)],
    )
    line.advisory_links = [flag(content["crude"], 2)]
    claim = commentary(film_, content["essay"], "claim", 1)
    doubt = commentary(film_, content["review"], "doubt", 2)
    claim.scenes, claim.characters = [content["storm"]], [content["keeper"]]
    claim.themes, claim.quotes = [content["light"]], [line]
    other = film("the-wick-1951", title="The Wick", synopsis="A wick burns down.", directors=["B. Director"])
    claim.further_films = [other]
    claim.relations = [CommentaryRelation(target=doubt, relation=Relation.DISPUTES)]
    claim.citations, claim.advisory_links = [cite(content["essay"], 3)], [flag(content["spoiler"], 3)]
    # The only citation without paragraphs.
    doubt.citations = [cite(content["review"])]
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
    return labelled(model, f"{of.slug}-{model.type_name}", **values)


def fill(session):
    """Add a film with everything that can refer to it, with the editor “maker”; return all resources by name."""
    content = {"film": film(), **build_vocabulary()}
    content |= build_film_parts(content["film"], content)
    content |= build_texts(content["film"], content)
    models = {type(row) for row in content.values()}
    content |= {
        model.type_name: resource(model, content["film"]) for model in RESOURCES if model not in models
    }
    with change_set(session, "maker", at=RELEASED):
        session.add_all(content.values())
        session.flush()
        session.add(Alias(type_name="film", slug="the-old-lamp-1950", resource_id=content["film"].id))
        session.add(Withdrawal(type_name="film", slug="no-lamp-1950", reason="There is no such film."))
        LoadedPack.record(session, "0" * 64, 1)
    return SimpleNamespace(**content)
