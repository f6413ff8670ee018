"""Croissant 1.1: the description of an export in NDJSON that dataset search and loaders read.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
"""

from __future__ import annotations

from typing import Any

import orjson

from api.exports.folder import OPTIONS, ExportFolder
from api.exports.source import ExportSource
from api.exports.tables import Column, Kind, table_of
from models import RESOURCES

FILE = "croissant.json"
#: The terms of the specification, section "Namespaces".
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
} | {
    term: f"cr:{term}"
    for term in (
        *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field"),
        *("fileProperty", "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset"),
        *("jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated"),
        *("replace", "samplingRate", "separator", "source", "subField", "transform"),
    )
}
DATA_TYPES = {
    Kind.TEXT: "sc:Text",
    Kind.INTEGER: "sc:Integer",
    Kind.BOOLEAN: "sc:Boolean",
    Kind.TIME: "sc:DateTime",
    Kind.DATE: "sc:Date",
    Kind.URL: "sc:URL",
}
TITLE = "Film commentary of Subtext"
ABOUT = "Films, scenes, quotes and commentary with their sources: the public content of a Subtext service."
#: The licence of our prose. Quotations are their authors'; each says so in ``rights``.
LICENSE = "https://creativecommons.org/licenses/by/4.0/"


def write_croissant(source: ExportSource, folder: ExportFolder) -> None:
    """Describe the files of items that were written."""
    with folder.create(FILE, "metadata", compress=False) as file:
        file.write(orjson.dumps(describe(source, folder.files), option=OPTIONS), 0)


def describe(source: ExportSource, files: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the description of these files."""
    state = source.state
    items = {file["type"]: file for file in files if file["content"] == "items"}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": TITLE,
        "description": ABOUT,
        "url": f"{source.base_url}/",
        "license": LICENSE,
        # The generation as a semantic version: every change is a new state.
        "version": f"1.{state.generation}.0",
        **({"datePublished": state.changed_at} if state.changed_at else {}),
        "distribution": [_file_object(file) for file in items.values()],
        "recordSet": [_record_set(model, items[model.type_name]["name"]) for model in RESOURCES],
    }


def _file_object(file: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["name"],
        "name": file["name"],
        "contentUrl": file["name"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": "application/jsonlines",
        "sha256": file["sha256"],
    }


def _record_set(model: Any, file: str) -> dict[str, Any]:
    """Return the record set of a resource: its values that are neither objects nor lists."""
    table = table_of(model)
    columns = [column for column in table.columns if len(column.path) == 1 and column.kind in DATA_TYPES]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "key": {"@id": f"{table.name}/id"},
        "field": [_field(table.name, file, column) for column in columns],
    }


def _field(record_set: str, file: str, column: Column) -> dict[str, Any]:
    name = f"{record_set}/{column.name}"
    return {
        "@type": "cr:Field",
        "@id": name,
        "name": name,
        "description": column.description,
        "dataType": DATA_TYPES[column.kind],
        "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
    }
