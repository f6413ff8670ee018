"""Facets: by which of its filters what a list finds can be counted.

The number of a value is what the list would count with that value as a further condition: of a theme
with what is narrower, of a filter that was given already beside it. What nobody may see is not counted,
and no value names it. ``models/facet_counts.py`` counts.
"""

from __future__ import annotations

from functools import partial

from models.advisory import Advisory, AdvisoryLink
from models.base import one_of, refers_to
from models.character import Appearance, Character
from models.citation import Citation
from models.commentary import Commentary
from models.commentary_links import CommentaryCharacter, CommentaryRelation, CommentaryScene, CommentaryTheme
from models.facet_counts import About, Linked, Own
from models.film import Film, SourceFilm
from models.quote import Quote, QuoteTheme
from models.scene import Scene, SceneTheme
from models.source import Source
from models.theme import Theme, ThemeRelation

Facets = dict[str, Own]

_advisories = partial(Linked, AdvisoryLink.advisory_id, Advisory)
_sources = partial(Linked, Citation.source_id, Source)

_FILM: Facets = {
    "release_year": Own(Film.release_year),
    "source": Linked(SourceFilm.source_id, Source, SourceFilm.film_id),
}
_SOURCE: Facets = {
    "film": Linked(SourceFilm.film_id, Film, SourceFilm.source_id),
    "kind": Own(Source.kind),
    "language": Own(Source.language),
}
_CHARACTER: Facets = {
    "film": Own(Character.film_id, Film),
    "scene": Linked(Appearance.scene_id, Scene, Appearance.character_id),
}
_SCENE: Facets = {
    "film": Own(Scene.film_id, Film),
    # These two filters speak of one appearance.
    "character": Linked(
        Appearance.character_id,
        Character,
        Appearance.scene_id,
        ("presence", partial(one_of, Appearance.presence)),
    ),
    "presence": Linked(
        Appearance.presence,
        None,
        Appearance.scene_id,
        ("character", partial(refers_to, Appearance.character_id)),
    ),
    "theme": About(SceneTheme.theme_id, Theme, SceneTheme.scene_id),
    "source": _sources(Citation.scene_id),
    "advisory": _advisories(AdvisoryLink.scene_id),
}
_QUOTE: Facets = {
    "film": Own(Quote.film_id, Film),
    "scene": Own(Quote.scene_id, Scene),
    "speaker": Own(Quote.speaker_id, Character),
    "speaker_certainty": Own(Quote.speaker_certainty),
    "kind": Own(Quote.kind),
    "voice": Own(Quote.voice),
    "fidelity": Own(Quote.fidelity),
    "language": Own(Quote.language),
    "theme": About(QuoteTheme.theme_id, Theme, QuoteTheme.quote_id),
    "source": _sources(Citation.quote_id),
    "advisory": _advisories(AdvisoryLink.quote_id),
}
_COMMENTARY: Facets = {
    "film": Own(Commentary.film_id, Film),
    "scene": Linked(CommentaryScene.scene_id, Scene, CommentaryScene.commentary_id),
    "character": Linked(CommentaryCharacter.character_id, Character, CommentaryCharacter.commentary_id),
    "kind": Own(Commentary.kind),
    "scope": Own(Commentary.scope),
    "weight": Own(Commentary.weight),
    "relation": Linked(
        CommentaryRelation.relation,
        None,
        CommentaryRelation.commentary_id,
        ("relates_to", partial(refers_to, CommentaryRelation.target_id)),
    ),
    "theme": About(CommentaryTheme.theme_id, Theme, CommentaryTheme.commentary_id),
    "source": _sources(Citation.commentary_id),
    "advisory": _advisories(AdvisoryLink.commentary_id),
}
_THEME: Facets = {
    "broader": Own(Theme.broader_id, Theme),
    "related": Linked(ThemeRelation.related_id, Theme, ThemeRelation.theme_id),
}
#: The facets of a list, by the names of its filters, of every noun that has some, by its type.
FACETS: dict[str, Facets] = {
    "film": _FILM,
    "source": _SOURCE,
    "character": _CHARACTER,
    "scene": _SCENE,
    "quote": _QUOTE,
    "commentary": _COMMENTARY,
    "theme": _THEME,
}
