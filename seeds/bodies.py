"""Which create schema an entry of each type passes through."""

from __future__ import annotations

from api.advisories.schemas import AdvisoryCreateSchema
from api.bodies import CreateBody
from api.characters.schemas import CharacterCreateSchema
from api.commentary.schemas import CommentaryCreateSchema
from api.films.schemas import FilmCreateSchema
from api.quotes.schemas import QuoteCreateSchema
from api.scenes.schemas import SceneCreateSchema
from api.sources.schemas import SourceCreateSchema
from api.themes.schemas import ThemeCreateSchema

BODIES: dict[str, CreateBody] = {
    "advisory": AdvisoryCreateSchema(),
    "theme": ThemeCreateSchema(),
    "film": FilmCreateSchema(),
    "source": SourceCreateSchema(),
    "character": CharacterCreateSchema(),
    "scene": SceneCreateSchema(),
    "quote": QuoteCreateSchema(),
    "commentary": CommentaryCreateSchema(),
}
