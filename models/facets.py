"""Facets: by which of its filters what a list finds can be counted.

The number of a value is what the list would count with that value as a further condition: of a theme
with what is narrower, of a filter that was given already beside it. What nobody may see is not counted,
and no value names it. ``models/facet_counts.py`` counts.
"""

from __future__ import annotations

from functools import partial

from models.advisory import Advisory, AdvisoryLink
from models.base import foreign_slug_in, in_filter
from models.character import Appearance, Character
from models.citation import Citation
from models.commentary import Commentary
from models.commentary_links import CommentaryCharacter, CommentaryRelation, CommentaryScene, CommentaryTheme
from models.facet_counts import ColumnFacet, LinkFacet, ThemeFacet
from models.film import Film, SourceFilm
from models.quote import Quote, QuoteTheme
from models.scene import Scene, SceneTheme
from models.source import Source
from models.theme import Theme, ThemeRelation

Facets = dict[str, ColumnFacet]

_advisories = partial(LinkFacet, AdvisoryLink.advisory_id, Advisory)
_sources = partial(LinkFacet, Citation.source_id, Source)

_FILM: Facets = {
    "release_year": ColumnFacet(Film.release_year),
    "source": LinkFacet(SourceFilm.source_id, Source, SourceFilm.film_id),
}
_SOURCE: Facets = {
    "film": LinkFacet(SourceFilm.film_id, Film, SourceFilm.source_id),
    "kind": ColumnFacet(Source.kind),
    "language": ColumnFacet(Source.language),
}
_CHARACTER: Facets = {
    "film": ColumnFacet(Character.film_id, Film),
    "scene": LinkFacet(Appearance.scene_id, Scene, Appearance.character_id),
}
_SCENE: Facets = {
    "film": ColumnFacet(Scene.film_id, Film),
    # These two filters speak of one appearance.
    "character": LinkFacet(
        Appearance.character_id,
        Character,
        Appearance.scene_id,
        ("presence", partial(in_filter, Appearance.presence)),
    ),
    "presence": LinkFacet(
        Appearance.presence,
        None,
        Appearance.scene_id,
        ("character", partial(foreign_slug_in, Appearance.character_id)),
    ),
    "theme": ThemeFacet(SceneTheme.theme_id, Theme, SceneTheme.scene_id),
    "source": _sources(Citation.scene_id),
    "advisory": _advisories(AdvisoryLink.scene_id),
}
_QUOTE: Facets = {
    "film": ColumnFacet(Quote.film_id, Film),
    "scene": ColumnFacet(Quote.scene_id, Scene),
    "speaker": ColumnFacet(Quote.speaker_id, Character),
    "speaker_certainty": ColumnFacet(Quote.speaker_certainty),
    "kind": ColumnFacet(Quote.kind),
    "voice": ColumnFacet(Quote.voice),
    "fidelity": ColumnFacet(Quote.fidelity),
    "language": ColumnFacet(Quote.language),
    "theme": ThemeFacet(QuoteTheme.theme_id, Theme, QuoteTheme.quote_id),
    "source": _sources(Citation.quote_id),
    "advisory": _advisories(AdvisoryLink.quote_id),
}
_COMMENTARY: Facets = {
    "film": ColumnFacet(Commentary.film_id, Film),
    "scene": LinkFacet(CommentaryScene.scene_id, Scene, CommentaryScene.commentary_id),
    "character": LinkFacet(CommentaryCharacter.character_id, Character, CommentaryCharacter.commentary_id),
    "kind": ColumnFacet(Commentary.kind),
    "scope": ColumnFacet(Commentary.scope),
    "weight": ColumnFacet(Commentary.weight),
    "relation": LinkFacet(
        CommentaryRelation.relation,
        None,
        CommentaryRelation.commentary_id,
        ("relates_to", partial(foreign_slug_in, CommentaryRelation.target_id)),
    ),
    "theme": ThemeFacet(CommentaryTheme.theme_id, Theme, CommentaryTheme.commentary_id),
    "source": _sources(Citation.commentary_id),
    "advisory": _advisories(AdvisoryLink.commentary_id),
}
_THEME: Facets = {
    "broader": ColumnFacet(Theme.broader_id, Theme),
    "related": LinkFacet(ThemeRelation.related_id, Theme, ThemeRelation.theme_id),
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
