"""Link tags and operations to the guides (OpenAPI 3.1, External Documentation), and sort tags like guides."""

from __future__ import annotations

import re
from typing import Any

from api.core.urls import PLACEHOLDER_BASE_URL
from api.openapi_spec.components import operations

#: The guide of each tag, in the order of the guides; tags without one here are collections.
INDEX, COLLECTIONS = ("quickstart", "index"), "filtering-and-paging"
OTHERS = (
    *(("search", "search"), ("content-notes", "advisories"), ("changes", "changes")),
    *(("exports", "snapshots"), ("writing", "bulk")),
)
#: The section of a guide on each operation, by a pattern of its id; the first one that matches applies.
SECTIONS = (
    (r"getIndex", "quickstart#api-index"),
    (r"getMeta", "versioning#releases"),
    (r"(createReleasePreviewLink|\w+Releases?)", "drafts#releases"),
    (r"(preview\w+Draft|create\w+PreviewLink)", "drafts#previews"),
    (r"publish\w+Draft", "drafts#publishing"),
    (r"unpublish\w+", "drafts#unpublishing"),
    (r"(\w+Draft|listDrafts)", "drafts#saving-a-draft"),
    (r"create\w+", "writing#creating"),
    (r"update\w+", "writing#updating"),
    (r"replace\w+", "writing#replacing"),
    (r"delete\w+", "writing#deleting"),
    (r"rename\w+", "writing#renaming"),
    (r"bulk\w*", "writing#bulk-changes"),
    (r"listChanges", "changes#following-the-feed"),
    (r"listSnapshots", "exports#snapshots"),
    (r"search", "search#query-syntax"),
    (r"(random|getDaily)Commentary", "random-and-daily#commentary"),
    (r"random\w+", "random-and-daily#random-quotes"),
    (r"getDaily\w+", "random-and-daily#quote-of-the-day"),
    (r"list\w+Revisions", "history#revisions-of-an-item"),
    (r"get\w+Revision", "history#one-revision"),
    (r"compare\w+Revisions", "history#comparing-revisions"),
    (r"listAdvisories", "content-notes#list-all-advisories"),
    (r"getAdvisory", "content-notes#advisories-of-an-item"),
    (r"get(Quote|Source|Commentary)", "citing#choosing-a-format"),
    (r"list\w+", "filtering-and-paging#filtering"),
    (r"\w+", "filtering-and-paging#choosing-fields-and-expanding-references"),
)


def add_guide_links(document: dict[str, Any]) -> None:
    """Add ``externalDocs`` to tags and operations, and sort the tags in the order of their guides."""
    guides = {tag: guide for guide, tag in (INDEX, *OTHERS)}
    order = [INDEX[0], COLLECTIONS, *(guide for guide, _ in OTHERS)]
    for tag in document["tags"]:
        tag["externalDocs"] = _link(guides.get(tag["name"], COLLECTIONS))
    document["tags"].sort(key=lambda tag: order.index(guides.get(tag["name"], COLLECTIONS)))
    for operation in operations(document):
        operation_id = operation["operationId"]
        section = next(section for id_, section in SECTIONS if re.fullmatch(id_, operation_id))
        operation["externalDocs"] = _link(section)


def _link(section: str) -> dict[str, str]:
    guide, _, anchor = section.partition("#")
    words = (anchor or guide).replace("-", " ")
    return {
        "description": f"The guide: {words}",
        "url": f"{PLACEHOLDER_BASE_URL}/docs/guides/{section}",
    }
