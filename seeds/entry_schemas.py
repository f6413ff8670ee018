"""Which create schema an entry of each type passes through."""

from __future__ import annotations

from api.resources.advisories.schemas import AdvisoryCreateSchema
from api.resources.characters.schemas import CharacterCreateSchema
from api.resources.commentary.schemas import CommentaryCreateSchema
from api.resources.films.schemas import FilmCreateSchema
from api.resources.quotes.schemas import QuoteCreateSchema
from api.resources.scenes.schemas import SceneCreateSchema
from api.resources.sources.schemas import SourceCreateSchema
from api.resources.themes.schemas import ThemeCreateSchema
from api.schemas.create_bodies import CreateSchema

ENTRY_SCHEMAS: dict[str, CreateSchema] = {
    "advisory": AdvisoryCreateSchema(),
    "theme": ThemeCreateSchema(),
    "film": FilmCreateSchema(),
    "source": SourceCreateSchema(),
    "character": CharacterCreateSchema(),
    "scene": SceneCreateSchema(),
    "quote": QuoteCreateSchema(),
    "commentary": CommentaryCreateSchema(),
}
