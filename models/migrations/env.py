"""Alembic's entry: runs the migrations on the engine it is handed."""

from alembic import context

from models import Base
from models.migrations import is_modelled

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        include_name=is_modelled,
        # SQLite cannot alter a constraint in place: Alembic copies the table instead.
        render_as_batch=engine.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
