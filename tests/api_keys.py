"""API keys for tests."""

import datetime as dt

from models import ApiKey

NOW = dt.datetime.now(dt.UTC)


def add_key(database, *scopes, name="desk", **columns):
    """Add a key with these scopes, and return the headers that authenticate with it."""
    with database.write_session() as session:
        token = ApiKey.create(session, name, scopes, NOW)
        session.flush()
        key = session.query(ApiKey).filter_by(public_id=token.public_id).one()
        for column, value in columns.items():
            setattr(key, column, value)
    return {"Authorization": f"Bearer {token}"}
