"""The list of deprecations in the versioning guide."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from api.http.deprecation.declaration import Deprecated
from api.http.deprecation.operations import OperationDeprecations, deprecations_of_operation

DOCUMENTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class DeprecationEntry:
    """An entry of the guide's list of deprecations.

    ``kind`` is ``operation``, ``parameter`` or ``field``. ``operations`` are those that have the parameter.
    """

    kind: str
    name: str
    operations: tuple[str, ...]
    deprecated: Deprecated

    @property
    def title(self) -> str:
        """The name of the deprecated part, with the operations of a parameter."""
        return f"{self.name} ({', '.join(self.operations)})" if self.operations else self.name

    @property
    def since(self) -> dt.date:
        """The date of the deprecation."""
        return self.deprecated.since

    @property
    def sunset(self) -> dt.date | None:
        """The date of the removal; None if there is none yet."""
        return self.deprecated.sunset

    @property
    def instead(self) -> str:
        """A sentence (CommonMark) that names the replacement."""
        return f"Use {self.deprecated.instead} instead."


def active_deprecations(app: Flask) -> list[DeprecationEntry]:
    """Return all current deprecations, sorted by date."""
    with app.app_context():
        rules = [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
        documented = [
            (rule, method)
            for rule, method in rules
            if method in DOCUMENTED_METHODS and _is_documented(app, rule)
        ]
        operations = [
            operation for rule, method in documented if (operation := deprecations_of_operation(rule, method))
        ]
    entries = {
        DeprecationEntry("operation", operation.name, (), operation.deprecated)
        for operation in operations
        if operation.deprecated
    }
    entries |= {
        DeprecationEntry("field", field.name, (), field.deprecated)
        for operation in operations
        for field in operation.fields
    }
    parameters = {item for operation in operations for item in operation.parameters.items()}
    entries |= {
        DeprecationEntry(
            "parameter", name, _operations_with_parameter(operations, name, deprecated), deprecated
        )
        for name, deprecated in parameters
    }
    return sorted(
        entries, key=lambda entry: (entry.deprecated.since, entry.kind, entry.name, entry.operations)
    )


def _is_documented(app: Flask, rule: Rule) -> bool:
    """Whether the OpenAPI document has the rule; alternative URLs of an operation are left out."""
    blueprint, _, endpoint = rule.endpoint.rpartition(".")
    return endpoint in getattr(app.blueprints.get(blueprint), "_docs", ())


def _operations_with_parameter(
    operations: list[OperationDeprecations], name: str, deprecated: Deprecated
) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in operations if (name, deprecated) in one.parameters.items()))
