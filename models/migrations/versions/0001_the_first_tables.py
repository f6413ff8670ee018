"""Create the tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from models.types import UTCTimestamp

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def line(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def prose() -> sa.Text:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def slug_form(name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        "length(slug) BETWEEN 1 AND 80"
        " AND rtrim(slug, 'abcdefghijklmnopqrstuvwxyz0123456789-') = ''"
        " AND ltrim(slug, '-') = slug AND rtrim(slug, '-') = slug"
        " AND replace(slug, '--', '') = slug",
        name=op.f(name),
    )


def upgrade() -> None:
    op.create_table(
        "advisories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("name", line(120), nullable=False),
        sa.Column("description", prose(), nullable=False),
        sa.Column("severities", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        slug_form("ck_advisories_slug_form"),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_advisories_revision_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisories")),
        sa.UniqueConstraint("slug", name=op.f("uq_advisories_slug")),
    )
    op.create_index(op.f("ix_advisories_random_key"), "advisories", ["random_key"], unique=False)
    op.create_table(
        "aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type_name", line(20), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        slug_form("ck_aliases_slug_form"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aliases")),
        sa.UniqueConstraint("type_name", "slug", name=op.f("uq_aliases_type_name_slug")),
    )
    op.create_table(
        "content_generation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_content_generation_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_generation")),
    )
    op.create_table(
        "films",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("title", line(300), nullable=False),
        sa.Column("original_title", line(300), nullable=True),
        sa.Column("release_year", sa.Integer(), nullable=False),
        sa.Column("directors", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("runtime_minutes", sa.Integer(), nullable=True),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("imdb", line(20), nullable=True),
        sa.Column("wikidata", line(20), nullable=True),
        sa.Column("tmdb", line(20), nullable=True),
        sa.Column("synopsis", prose(), nullable=False),
        sa.Column("editor_note", prose(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        slug_form("ck_films_slug_form"),
        sa.CheckConstraint("release_year BETWEEN 1888 AND 2200", name=op.f("ck_films_release_year_range")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_films_revision_counts")),
        sa.CheckConstraint("runtime_minutes BETWEEN 1 AND 20000", name=op.f("ck_films_runtime_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_films")),
        sa.UniqueConstraint("slug", name=op.f("uq_films_slug")),
    )
    op.create_index(op.f("ix_films_random_key"), "films", ["random_key"], unique=False)
    op.create_index(op.f("ix_films_title"), "films", ["title"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type_name", line(20), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("editor", line(120), nullable=False),
        sa.Column("note", line(300), nullable=True),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index("ix_revisions_resource", "revisions", ["type_name", "resource_id", "number"], unique=True)
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("kind", choice("sourcekind", "essay", "review", "book", "talk"), nullable=False),
        sa.Column("title", line(300), nullable=False),
        sa.Column("subtitle", line(300), nullable=True),
        sa.Column("publication", line(300), nullable=True),
        sa.Column("section", line(300), nullable=True),
        sa.Column("author", line(300), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("source_url", line(2000), nullable=True),
        sa.Column("language", line(35), nullable=False),
        sa.Column("rights", prose(), nullable=False),
        sa.Column("sha256", line(64), nullable=False),
        sa.Column("editor_note", prose(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        slug_form("ck_sources_slug_form"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_sources_sha256_length")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_sources_revision_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("slug", name=op.f("uq_sources_slug")),
    )
    op.create_index(op.f("ix_sources_random_key"), "sources", ["random_key"], unique=False)
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("name", line(120), nullable=False),
        sa.Column("definition", prose(), nullable=False),
        sa.Column("broader_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        slug_form("ck_themes_slug_form"),
        sa.CheckConstraint("broader_id <> id", name=op.f("ck_themes_not_broader_than_itself")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_themes_revision_counts")),
        sa.ForeignKeyConstraint(["broader_id"], ["themes.id"], name=op.f("fk_themes_broader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("slug", name=op.f("uq_themes_slug")),
    )
    op.create_index(op.f("ix_themes_broader_id"), "themes", ["broader_id"], unique=False)
    op.create_index(op.f("ix_themes_random_key"), "themes", ["random_key"], unique=False)
    op.create_table(
        "characters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("name", line(120), nullable=True),
        sa.Column("description", prose(), nullable=False),
        sa.Column("performer", line(120), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("editor_note", prose(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        sa.Column("film_id", sa.Integer(), nullable=False),
        slug_form("ck_characters_slug_form"),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_characters_revision_counts")),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name=op.f("fk_characters_film_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_characters")),
        sa.UniqueConstraint("slug", name=op.f("uq_characters_slug")),
    )
    op.create_index("ix_characters_in_order", "characters", ["film_id", "position", "slug"], unique=False)
    op.create_index(op.f("ix_characters_random_key"), "characters", ["random_key"], unique=False)
    op.create_table(
        "commentary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("title", line(300), nullable=False),
        sa.Column("text", prose(), nullable=False),
        sa.Column("language", line(35), nullable=False),
        sa.Column(
            "kind",
            choice(
                "commentarykind",
                "thesis",
                "interpretation",
                "character-analysis",
                "psychology",
                "social-commentary",
                "moral-argument",
                "contradiction",
                "conclusion",
            ),
            nullable=False,
        ),
        sa.Column("scope", choice("scope", "film", "society", "both"), nullable=False),
        sa.Column("weight", choice("weight", "core", "supporting", "minor"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("editor_note", prose(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        sa.Column("film_id", sa.Integer(), nullable=False),
        slug_form("ck_commentary_slug_form"),
        sa.CheckConstraint("position >= 1", name=op.f("ck_commentary_position_counts")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_commentary_revision_counts")),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name=op.f("fk_commentary_film_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commentary")),
        sa.UniqueConstraint("slug", name=op.f("uq_commentary_slug")),
    )
    op.create_index("ix_commentary_in_order", "commentary", ["film_id", "position", "slug"], unique=False)
    op.create_index(op.f("ix_commentary_random_key"), "commentary", ["random_key"], unique=False)
    op.create_table(
        "paragraphs",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            choice("paragraphkind", "site", "section", "title", "subtitle", "heading", "body", "footer"),
            nullable=False,
        ),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("sha256", line(64), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_paragraphs_sha256_length")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_paragraphs_number_counts")),
        sa.CheckConstraint("word_count >= 1", name=op.f("ck_paragraphs_word_count_counts")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_paragraphs_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "number", name=op.f("pk_paragraphs")),
    )
    op.create_table(
        "scenes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("title", line(300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("summary", prose(), nullable=False),
        sa.Column("starts_at", line(8), nullable=True),
        sa.Column("ends_at", line(8), nullable=True),
        sa.Column("editor_note", prose(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        sa.Column("film_id", sa.Integer(), nullable=False),
        slug_form("ck_scenes_slug_form"),
        sa.CheckConstraint("position >= 1", name=op.f("ck_scenes_position_counts")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_scenes_revision_counts")),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_scenes_timecode_order")),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name=op.f("fk_scenes_film_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenes")),
        sa.UniqueConstraint("slug", name=op.f("uq_scenes_slug")),
    )
    op.create_index("ix_scenes_in_order", "scenes", ["film_id", "position", "slug"], unique=False)
    op.create_index(op.f("ix_scenes_random_key"), "scenes", ["random_key"], unique=False)
    op.create_table(
        "source_films",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("film_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name=op.f("fk_source_films_film_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_source_films_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "film_id", name=op.f("pk_source_films")),
    )
    op.create_index(op.f("ix_source_films_film_id"), "source_films", ["film_id"], unique=False)
    op.create_table(
        "theme_relations",
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("related_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("theme_id <> related_id", name=op.f("ck_theme_relations_not_related_to_itself")),
        sa.ForeignKeyConstraint(["related_id"], ["themes.id"], name=op.f("fk_theme_relations_related_id")),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_theme_relations_theme_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("theme_id", "related_id", name=op.f("pk_theme_relations")),
    )
    op.create_index(op.f("ix_theme_relations_related_id"), "theme_relations", ["related_id"], unique=False)
    op.create_table(
        "appearances",
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("character_id", sa.Integer(), nullable=False),
        sa.Column("presence", choice("presence", "present", "voice", "mentioned"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_appearances_character_id")
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("fk_appearances_scene_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scene_id", "character_id", name=op.f("pk_appearances")),
    )
    op.create_index(op.f("ix_appearances_character_id"), "appearances", ["character_id"], unique=False)
    op.create_table(
        "commentary_characters",
        sa.Column("commentary_id", sa.Integer(), nullable=False),
        sa.Column("character_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["character_id"], ["characters.id"], name=op.f("fk_commentary_characters_character_id")
        ),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_commentary_characters_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("commentary_id", "character_id", name=op.f("pk_commentary_characters")),
    )
    op.create_index(
        op.f("ix_commentary_characters_character_id"), "commentary_characters", ["character_id"], unique=False
    )
    op.create_table(
        "commentary_relations",
        sa.Column("commentary_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("relation", choice("relation", "supports", "extends", "disputes"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "commentary_id <> target_id", name=op.f("ck_commentary_relations_not_related_to_itself")
        ),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_commentary_relations_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["commentary.id"], name=op.f("fk_commentary_relations_target_id")
        ),
        sa.PrimaryKeyConstraint("commentary_id", "target_id", name=op.f("pk_commentary_relations")),
    )
    op.create_index(
        op.f("ix_commentary_relations_target_id"), "commentary_relations", ["target_id"], unique=False
    )
    op.create_table(
        "commentary_scenes",
        sa.Column("commentary_id", sa.Integer(), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_commentary_scenes_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name=op.f("fk_commentary_scenes_scene_id")),
        sa.PrimaryKeyConstraint("commentary_id", "scene_id", name=op.f("pk_commentary_scenes")),
    )
    op.create_index(op.f("ix_commentary_scenes_scene_id"), "commentary_scenes", ["scene_id"], unique=False)
    op.create_table(
        "commentary_themes",
        sa.Column("commentary_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_commentary_themes_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_commentary_themes_theme_id")),
        sa.PrimaryKeyConstraint("commentary_id", "theme_id", name=op.f("pk_commentary_themes")),
    )
    op.create_index(
        "ix_commentary_themes_theme", "commentary_themes", ["theme_id", "commentary_id"], unique=False
    )
    op.create_table(
        "quotes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", line(80), nullable=False),
        sa.Column("label", line(120), nullable=False),
        sa.Column("status", choice("status", "draft", "published"), nullable=False),
        sa.Column("text", prose(), nullable=False),
        sa.Column("language", line(35), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("kind", choice("quotekind", "dialogue", "fragment", "aphorism"), nullable=False),
        sa.Column("voice", choice("voice", "film", "essay"), nullable=False),
        sa.Column("fidelity", choice("fidelity", "as-quoted-by-source", "verified-in-film"), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=True),
        sa.Column(
            "speaker_certainty", choice("certainty", "explicit", "inferred", "uncertain"), nullable=True
        ),
        sa.Column("scene_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("editor_note", prose(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCTimestamp(), nullable=False),
        sa.Column("updated_at", UTCTimestamp(), nullable=False),
        sa.Column("deleted_at", UTCTimestamp(), nullable=True),
        sa.Column("random_key", sa.BigInteger(), nullable=False),
        sa.Column("pack_digest", line(64), nullable=True),
        sa.Column("film_id", sa.Integer(), nullable=False),
        slug_form("ck_quotes_slug_form"),
        sa.CheckConstraint(
            "voice = 'film' OR (speaker_id IS NULL AND fidelity <> 'verified-in-film')",
            name=op.f("ck_quotes_essay_voice"),
        ),
        sa.CheckConstraint(
            "(speaker_id IS NULL) = (speaker_certainty IS NULL)", name=op.f("ck_quotes_certainty_of_speaker")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_quotes_position_counts")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_quotes_revision_counts")),
        sa.CheckConstraint("word_count >= 1", name=op.f("ck_quotes_word_count_counts")),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name=op.f("fk_quotes_film_id")),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name=op.f("fk_quotes_scene_id")),
        sa.ForeignKeyConstraint(["speaker_id"], ["characters.id"], name=op.f("fk_quotes_speaker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("slug", name=op.f("uq_quotes_slug")),
    )
    op.create_index("ix_quotes_in_order", "quotes", ["film_id", "position", "slug"], unique=False)
    op.create_index(op.f("ix_quotes_random_key"), "quotes", ["random_key"], unique=False)
    op.create_index(op.f("ix_quotes_scene_id"), "quotes", ["scene_id"], unique=False)
    op.create_index(op.f("ix_quotes_speaker_id"), "quotes", ["speaker_id"], unique=False)
    op.create_table(
        "scene_themes",
        sa.Column("scene_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("fk_scene_themes_scene_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_scene_themes_theme_id")),
        sa.PrimaryKeyConstraint("scene_id", "theme_id", name=op.f("pk_scene_themes")),
    )
    op.create_index("ix_scene_themes_theme", "scene_themes", ["theme_id", "scene_id"], unique=False)
    op.create_table(
        "advisory_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("advisory_id", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=True),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column("commentary_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN scene_id IS NULL THEN 0 ELSE 1 END + CASE WHEN quote_id IS NULL THEN 0 ELSE 1 END + CASE WHEN commentary_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_advisory_links_one_owner"),
        ),
        sa.CheckConstraint("severity BETWEEN 1 AND 3", name=op.f("ck_advisory_links_severity_range")),
        sa.ForeignKeyConstraint(
            ["advisory_id"], ["advisories.id"], name=op.f("fk_advisory_links_advisory_id")
        ),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_advisory_links_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_advisory_links_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("fk_advisory_links_scene_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisory_links")),
        sa.UniqueConstraint(
            "commentary_id", "advisory_id", name=op.f("uq_advisory_links_commentary_id_advisory_id")
        ),
        sa.UniqueConstraint("quote_id", "advisory_id", name=op.f("uq_advisory_links_quote_id_advisory_id")),
        sa.UniqueConstraint("scene_id", "advisory_id", name=op.f("uq_advisory_links_scene_id_advisory_id")),
    )
    op.create_index(
        "ix_advisory_links_advisory_id", "advisory_links", ["advisory_id", "severity"], unique=False
    )
    op.create_table(
        "citations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("scene_id", sa.Integer(), nullable=True),
        sa.Column("quote_id", sa.Integer(), nullable=True),
        sa.Column("commentary_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN scene_id IS NULL THEN 0 ELSE 1 END + CASE WHEN quote_id IS NULL THEN 0 ELSE 1 END + CASE WHEN commentary_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_citations_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["commentary_id"], ["commentary.id"], name=op.f("fk_citations_commentary_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_citations_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scene_id"], ["scenes.id"], name=op.f("fk_citations_scene_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_citations_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citations")),
        sa.UniqueConstraint("commentary_id", "source_id", name=op.f("uq_citations_commentary_id_source_id")),
        sa.UniqueConstraint("id", "source_id", name=op.f("uq_citations_id_source_id")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_citations_quote_id")),
        sa.UniqueConstraint("scene_id", "source_id", name=op.f("uq_citations_scene_id_source_id")),
    )
    op.create_index(op.f("ix_citations_source_id"), "citations", ["source_id"], unique=False)
    op.create_table(
        "commentary_quotes",
        sa.Column("commentary_id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commentary_id"],
            ["commentary.id"],
            name=op.f("fk_commentary_quotes_commentary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name=op.f("fk_commentary_quotes_quote_id")),
        sa.PrimaryKeyConstraint("commentary_id", "quote_id", name=op.f("pk_commentary_quotes")),
    )
    op.create_index(op.f("ix_commentary_quotes_quote_id"), "commentary_quotes", ["quote_id"], unique=False)
    op.create_table(
        "quote_themes",
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_quote_themes_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_quote_themes_theme_id")),
        sa.PrimaryKeyConstraint("quote_id", "theme_id", name=op.f("pk_quote_themes")),
    )
    op.create_index("ix_quote_themes_theme", "quote_themes", ["theme_id", "quote_id"], unique=False)
    op.create_table(
        "citation_paragraphs",
        sa.Column("citation_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citation_id", "source_id"],
            ["citations.id", "citations.source_id"],
            name="fk_citation_paragraphs_citation",
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["source_id", "number"],
            ["paragraphs.source_id", "paragraphs.number"],
            name="fk_citation_paragraphs_paragraph",
        ),
        sa.PrimaryKeyConstraint("citation_id", "number", name=op.f("pk_citation_paragraphs")),
    )


def downgrade() -> None:
    op.drop_table("citation_paragraphs")
    op.drop_index("ix_quote_themes_theme", table_name="quote_themes")
    op.drop_table("quote_themes")
    op.drop_index(op.f("ix_commentary_quotes_quote_id"), table_name="commentary_quotes")
    op.drop_table("commentary_quotes")
    op.drop_index(op.f("ix_citations_source_id"), table_name="citations")
    op.drop_table("citations")
    op.drop_index("ix_advisory_links_advisory_id", table_name="advisory_links")
    op.drop_table("advisory_links")
    op.drop_index("ix_scene_themes_theme", table_name="scene_themes")
    op.drop_table("scene_themes")
    op.drop_index(op.f("ix_quotes_speaker_id"), table_name="quotes")
    op.drop_index(op.f("ix_quotes_scene_id"), table_name="quotes")
    op.drop_index(op.f("ix_quotes_random_key"), table_name="quotes")
    op.drop_index("ix_quotes_in_order", table_name="quotes")
    op.drop_table("quotes")
    op.drop_index("ix_commentary_themes_theme", table_name="commentary_themes")
    op.drop_table("commentary_themes")
    op.drop_index(op.f("ix_commentary_scenes_scene_id"), table_name="commentary_scenes")
    op.drop_table("commentary_scenes")
    op.drop_index(op.f("ix_commentary_relations_target_id"), table_name="commentary_relations")
    op.drop_table("commentary_relations")
    op.drop_index(op.f("ix_commentary_characters_character_id"), table_name="commentary_characters")
    op.drop_table("commentary_characters")
    op.drop_index(op.f("ix_appearances_character_id"), table_name="appearances")
    op.drop_table("appearances")
    op.drop_index(op.f("ix_theme_relations_related_id"), table_name="theme_relations")
    op.drop_table("theme_relations")
    op.drop_index(op.f("ix_source_films_film_id"), table_name="source_films")
    op.drop_table("source_films")
    op.drop_index(op.f("ix_scenes_random_key"), table_name="scenes")
    op.drop_index("ix_scenes_in_order", table_name="scenes")
    op.drop_table("scenes")
    op.drop_table("paragraphs")
    op.drop_index(op.f("ix_commentary_random_key"), table_name="commentary")
    op.drop_index("ix_commentary_in_order", table_name="commentary")
    op.drop_table("commentary")
    op.drop_index(op.f("ix_characters_random_key"), table_name="characters")
    op.drop_index("ix_characters_in_order", table_name="characters")
    op.drop_table("characters")
    op.drop_index(op.f("ix_themes_random_key"), table_name="themes")
    op.drop_index(op.f("ix_themes_broader_id"), table_name="themes")
    op.drop_table("themes")
    op.drop_index(op.f("ix_sources_random_key"), table_name="sources")
    op.drop_table("sources")
    op.drop_index("ix_revisions_resource", table_name="revisions")
    op.drop_table("revisions")
    op.drop_index(op.f("ix_films_title"), table_name="films")
    op.drop_index(op.f("ix_films_random_key"), table_name="films")
    op.drop_table("films")
    op.drop_table("content_generation")
    op.drop_table("aliases")
    op.drop_index(op.f("ix_advisories_random_key"), table_name="advisories")
    op.drop_table("advisories")
