"""The domain in SQL: a module for each resource, and nothing of HTTP.

Import the models from here, so that every mapper is known before the first query.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from models.advisory import Advisory, AdvisoryLink
from models.alias import Alias
from models.api_key import ApiKey
from models.asserted_by import AssertedBy, AssertedByFilter
from models.base import Base, Status, Versioned, models_in_reading_order
from models.change import Change
from models.character import Appearance, Character, Presence
from models.citation import Citation
from models.commentary import Commentary, CommentaryKind, Scope, Weight
from models.commentary_links import (
    CommentaryCharacter,
    CommentaryFilm,
    CommentaryQuote,
    CommentaryRelation,
    CommentaryScene,
    CommentaryTheme,
    Relation,
)
from models.content_generation import ContentGeneration
from models.errors import (
    Conflict,
    DomainError,
    Gone,
    InUse,
    InvalidQuery,
    InvalidReference,
    NotFound,
    QueryTimeout,
    ReadOnly,
    Renamed,
    StorageFull,
    Unavailable,
)
from models.film import Film, SourceFilm
from models.loaded_pack import LoadedPack
from models.narration import NarrationPart, NarrationScene
from models.owned_rows import OwnedRow
from models.quote import Certainty, Fidelity, Quote, QuoteKind, QuoteTheme, Voice
from models.scene import Scene, SceneTheme
from models.source import Paragraph, ParagraphKind, Source, SourceKind
from models.stored_revision import Revision
from models.theme import Theme, ThemeRelation
from models.withdrawal import Withdrawal

# Every module is imported: models register themselves, others add attributes to models or listen to commits.
for _module in iter_modules(__path__, "models."):
    import_module(_module.name)

#: The model of every resource, in reading order: of the OpenAPI document, of the index, of a pack's report.
RESOURCES: tuple[type[Versioned], ...] = tuple(models_in_reading_order())

#: Everything that has a list, by the name of its type.
MODELS_BY_TYPE: dict[str, Any] = {model.type_name: model for model in RESOURCES} | {
    Paragraph.type_name: Paragraph
}

__all__ = [
    "MODELS_BY_TYPE",
    "RESOURCES",
    "Advisory",
    "AdvisoryLink",
    "Alias",
    "ApiKey",
    "Appearance",
    "AssertedBy",
    "AssertedByFilter",
    "Base",
    "Certainty",
    "Change",
    "Character",
    "Citation",
    "Commentary",
    "CommentaryCharacter",
    "CommentaryFilm",
    "CommentaryKind",
    "CommentaryQuote",
    "CommentaryRelation",
    "CommentaryScene",
    "CommentaryTheme",
    "Conflict",
    "ContentGeneration",
    "DomainError",
    "Fidelity",
    "Film",
    "Gone",
    "InUse",
    "InvalidQuery",
    "InvalidReference",
    "LoadedPack",
    "NarrationPart",
    "NarrationScene",
    "NotFound",
    "OwnedRow",
    "Paragraph",
    "ParagraphKind",
    "Presence",
    "QueryTimeout",
    "Quote",
    "QuoteKind",
    "QuoteTheme",
    "ReadOnly",
    "Relation",
    "Renamed",
    "Revision",
    "Scene",
    "SceneTheme",
    "Scope",
    "Source",
    "SourceFilm",
    "SourceKind",
    "Status",
    "StorageFull",
    "Theme",
    "ThemeRelation",
    "Unavailable",
    "Versioned",
    "Voice",
    "Weight",
    "Withdrawal",
]
