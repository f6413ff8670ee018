"""Render the templates of the clients with the operations of the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .operations import (
    Operation,
    Write,
    problem_codes,
    read_operations,
    read_resources,
    read_writes,
    references,
    union_items,
)

TEMPLATES = Path(__file__).parent / "templates"


def create_environment() -> Environment:
    """Return Jinja's environment. It writes code, so nothing is escaped for HTML."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )


def template_context(document: dict[str, Any]) -> dict[str, Any]:
    """Return what the templates of both languages know of the document."""
    operations = read_operations(document)
    resource_of = {each.item: each.resource for each in operations if each.method == "get"}
    return {
        "operations": operations,
        "resources": read_resources(document),
        "root_operations": [each for each in operations if not each.resource],
        "root_writes": read_writes(document).get("", []),
        "problems": problem_codes(document),
        "references": {item: names for item, names in references(document).items() if item in resource_of},
        "resource_of": resource_of,
        "unions": union_items(document),
        "error_name": error_name,
        "is_required": is_required,
    }


def model_names(context: dict[str, Any]) -> set[str]:
    """Return the names of the schemas that methods return or take."""
    names = {each.item for each in all_writes(context) if each.item}
    for operation in context["operations"]:
        names |= {operation.item, operation.response, operation.fields, operation.format} - {None}
    return names


def body_names(context: dict[str, Any]) -> set[str]:
    """Return the names of the schemas of what methods write."""
    return {each.body for each in all_writes(context) if each.body}


def all_writes(context: dict[str, Any]) -> list[Write]:
    """Return the operations that change something."""
    return [*context["root_writes"], *(each for one in context["resources"] for each in one.writes)]


def error_name(problem: str) -> str:
    """Return the name of the error of a problem: ``NotFoundError`` for ``NotFoundProblem``."""
    return f"{problem.removesuffix('Problem')}Error"


def is_required(operation: Operation) -> bool:
    """Return whether an operation has a parameter that cannot be left out."""
    return any(each.required for each in operation.options)
