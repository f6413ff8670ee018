"""Query plans: the steps by which a database finds the rows of a page.

Steps that only build the JSON of an item are ignored. On PostgreSQL, other plan types are disabled, because it
would prefer them to indexes on the few rows of a test.
"""

import re
from dataclasses import dataclass

DISABLED_PLAN_TYPES = (
    "enable_seqscan",
    "enable_sort",
    "enable_bitmapscan",
    "enable_hashjoin",
    "enable_mergejoin",
)


@dataclass(frozen=True)
class Plan:
    """The steps of a plan, under the names that the database uses."""

    steps: tuple[str, ...]

    @property
    def scans(self):
        """Return the steps that read a whole table."""
        return [step for step in self.steps if step.startswith(("SCAN", "Seq Scan")) and "USING" not in step]

    @property
    def walks(self):
        """Return the steps that scan an index from its start."""
        return [step for step in self.steps if step.startswith("SCAN") and "USING" in step]

    @property
    def sorts(self):
        """Return the steps that sort all of their input, not only rows that share the first key."""
        return [step for step in self.steps if step in ("Sort", "USE TEMP B-TREE FOR ORDER BY")]


def plan_of(connection, statement, parameters):
    """Return the plan by which a statement finds the rows of a page."""
    if connection.dialect.name == "sqlite":
        rows = _query_plan(connection, statement, parameters)
        return Plan(tuple(_on_sqlite(rows)))
    return Plan(tuple(_on_postgresql(explain(connection, statement, parameters, DISABLED_PLAN_TYPES))))


def names_read(connection, statement, parameters):
    """Return the names of the tables and the indexes that a statement may read."""
    if connection.dialect.name == "sqlite":
        rows = _query_plan(connection, statement, parameters)
        return {name for *_, detail in rows if _reads(detail, {}) for name in detail.split()}
    plan_nodes = nodes(explain(connection, statement, parameters, DISABLED_PLAN_TYPES))
    return {node[key] for node in plan_nodes for key in ("Relation Name", "Index Name") if key in node}


def _query_plan(connection, statement, parameters):
    return connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()


def _on_sqlite(rows):
    parents = {id_: parent for id_, parent, _, _ in rows}
    details = {id_: detail for id_, _, _, detail in rows}
    subqueries = {
        detail.split()[1]: id_
        for id_, detail in details.items()
        if detail.startswith(("CO-ROUTINE", "MATERIALIZE"))
    }
    reading_steps = {parents[id_] for id_, detail in details.items() if _reads(detail, subqueries)}
    for id_, detail in details.items():
        ancestors = list(_ancestors(id_, parents))
        runs_once = any(details[ancestor].startswith("SCALAR SUBQUERY") for ancestor in ancestors)
        # Sorting again is fine for the few rows of a limited subquery or of a scalar subquery.
        is_small_sort = "B-TREE" in detail and (parents[id_] not in reading_steps or runs_once)
        if subqueries["page"] in ancestors and not is_small_sort and not _reads_subquery(detail, subqueries):
            yield detail


def _reads(detail, subqueries):
    return detail.startswith(("SEARCH", "SCAN")) and not _reads_subquery(detail, subqueries)


def _reads_subquery(detail, subqueries):
    return detail.startswith("SCAN") and detail.split()[1] in subqueries


def _ancestors(id_, parents):
    while id_ := parents[id_]:
        yield id_


def _on_postgresql(node, runs_once=False):
    # A SubPlan runs for each row on the page; an InitPlan runs once and reads few rows.
    if node.get("Parent Relationship") != "SubPlan":
        runs_once = runs_once or node.get("Parent Relationship") == "InitPlan"
        if node["Node Type"] != "Sort" or not (runs_once or all(map(_returns_few_rows, node["Plans"]))):
            yield node["Node Type"]
        for child in node.get("Plans", ()):
            yield from _on_postgresql(child, runs_once)


def _returns_few_rows(node):
    """Whether a step returns at most a small multiple of the rows of a page."""
    passes_rows_through = node["Node Type"] in ("Append", "Merge Append", "Subquery Scan", "Result")
    children = [child for child in node.get("Plans", ()) if child.get("Parent Relationship") != "SubPlan"]
    return node["Node Type"] == "Limit" or (
        passes_rows_through and bool(children) and all(map(_returns_few_rows, children))
    )


def fully_read_tables(connection, statement, parameters):
    """Return the tables that a statement scans completely, also to build the JSON of items."""
    if connection.dialect.name == "sqlite":
        tables = set(
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
        )
        aliases = {name: table for table, name in re.findall(r"\b(\w+) AS (\w+)", statement)}
        rows = _query_plan(connection, statement, parameters)
        names = [detail.split()[1] for *_, detail in rows if detail.startswith("SCAN ")]
        return {aliases.get(name, name) for name in names} & tables
    # Full index scans are not counted: PostgreSQL uses them on tables that are as small as those of a test.
    plan_nodes = nodes(explain(connection, statement, parameters, DISABLED_PLAN_TYPES))
    return {node["Relation Name"] for node in plan_nodes if node["Node Type"] == "Seq Scan"}


def explain(connection, statement, parameters, settings):
    """Return PostgreSQL's plan of a statement, made with these planner settings off."""
    for name in settings:
        connection.exec_driver_sql(f"SET LOCAL {name} = off")
    rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return rows[0]["Plan"]


def nodes(plan):
    """Yield a node of PostgreSQL's plan and all nodes below it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)
