"""Add a digest of the record of each revision

Revision ID: 0021
Revises: 0020
"""

import hashlib

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BATCH_SIZE = 500
REVISIONS = sa.table(
    "revisions", sa.column("id", sa.Integer), sa.column("record", sa.JSON), sa.column("digest", sa.String)
)


def upgrade() -> None:
    digest = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.add_column("revisions", sa.Column("digest", digest, nullable=True))
    connection, columns, last = op.get_bind(), REVISIONS.c, 0
    statement = sa.select(columns.id, columns.record).order_by(columns.id).limit(BATCH_SIZE)
    store = sa.update(REVISIONS).where(columns.id == sa.bindparam("key"))
    while rows := connection.execute(statement.where(columns.id > last)).all():
        last = rows[-1].id
        digests = [{"key": id_, "digest": record_digest(record)} for id_, record in rows]
        connection.execute(store.values(digest=sa.bindparam("digest")), digests)


def record_digest(record: object) -> str:
    content = orjson.dumps(without_empty(record), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


def without_empty(value: object) -> object:
    if isinstance(value, dict):
        kept = {name: without_empty(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each or type(each) is int}
    return [without_empty(each) for each in value] if isinstance(value, list) else value


def downgrade() -> None:
    op.drop_column("revisions", "digest")
