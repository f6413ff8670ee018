"""The format ``ndjson``: a file of items for each resource type, the public history, and the redirects.

Each line is a JSON object. A line of items is the body of the API's response for the item, and a line of the
history is that of a revision, with the id that the item has now. Equal content has equal bytes, on SQLite and
on PostgreSQL, in these files; the index and ``croissant.json`` name the state.
"""

from __future__ import annotations

import orjson

from api.exports.croissant import write_croissant
from api.exports.folder import ExportFolder
from api.exports.redirects import find_redirects
from api.exports.source import ExportSource
from api.schemas.revision_schemas import RevisionDetailSchema, entry_values
from api.views.history import public_record
from models import RESOURCES
from models.pin import DIGEST_LENGTH
from models.public_history import PublicRevision, stream_public_revisions

#: Times are written as the API writes them.
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_APPEND_NEWLINE
#: The keys of a revision in the API, in their order, without its constant ``type``.
REVISION_KEYS = tuple(name for name in RevisionDetailSchema().fields if name != "type")


def write(source: ExportSource, folder: ExportFolder) -> None:
    """Write the files of the format."""
    for model in RESOURCES:
        name = f"{model.__tablename__}.ndjson"
        with folder.create(name, "items", type_name=model.type_name) as file:
            for batch in source.items(model):
                file.write("\n".join([*batch, ""]).encode(), len(batch))
    with folder.create("revisions.ndjson", "revisions") as file:
        for revision in stream_public_revisions(source.session, RESOURCES):
            file.write(orjson.dumps(revision_values(source.base_url, revision), option=OPTIONS), 1)
            source.step(1)
    with folder.create("redirects.ndjson", "redirects") as file:
        for redirect in find_redirects(source.session):
            file.write(orjson.dumps(redirect._asdict(), option=OPTIONS), 1)
    write_croissant(source, folder)


def revision_values(base_url: str, revision: PublicRevision) -> dict[str, object]:
    """Return the values of a line: what names the item, and what the API returns for the revision.

    ``digest`` is the SHA-256 of the stored record, with which an importer keeps the pin. That of purged words
    is left out, as it would confirm a guess; a mirror that began after a deletion has only what the pin says.
    """
    type_name, slug, entry, digest, stored = revision
    has_record = not (entry.is_deleted or entry.is_purged)
    is_whole = len(digest) == DIGEST_LENGTH
    values = entry_values(base_url, type_name, slug, entry)
    values["record"] = public_record(stored) if has_record else None
    item = {
        "item_type": type_name,
        "current_id": slug,
        "digest": digest if is_whole and not entry.is_purged else None,
        "type": "revision",
    }
    return item | {name: values[name] for name in REVISION_KEYS}
