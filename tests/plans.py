"""How a database says that it will run a statement: the steps by which it finds the rows of a page.

What writes a single item is left out. PostgreSQL is told to read indexes wherever it can: on the few rows of
a test it would do otherwise.
"""

import re
from dataclasses import dataclass

WITH_INDEXES = ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin")


@dataclass(frozen=True)
class Plan:
    """The steps, as the database calls them."""

    steps: tuple[str, ...]

    @property
    def scans(self):
        """Return the steps that read a whole table."""
        return [step for step in self.steps if step.startswith(("SCAN", "Seq Scan")) and "USING" not in step]

    @property
    def walks(self):
        """Return the steps that begin at the beginning of an index."""
        return [step for step in self.steps if step.startswith("SCAN") and "USING" in step]

    @property
    def sorts(self):
        """Return the steps that sort everything they are given, not only what has one value of the first key."""
        return [step for step in self.steps if step in ("Sort", "USE TEMP B-TREE FOR ORDER BY")]


def plan_of(connection, statement, parameters):
    """Return the plan of what finds the rows of a page."""
    if connection.dialect.name == "sqlite":
        rows = _query_plan(connection, statement, parameters)
        return Plan(tuple(_on_sqlite(rows)))
    return Plan(tuple(_on_postgresql(explained(connection, statement, parameters, WITH_INDEXES))))


def names_in(connection, statement, parameters):
    """Return the names of the tables and the indexes that a statement may read."""
    if connection.dialect.name == "sqlite":
        rows = _query_plan(connection, statement, parameters)
        return {name for *_, detail in rows if _reads(detail, {}) for name in detail.split()}
    found = nodes(explained(connection, statement, parameters, WITH_INDEXES))
    return {node[key] for node in found for key in ("Relation Name", "Index Name") if key in node}


def _query_plan(connection, statement, parameters):
    return connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()


def _on_sqlite(rows):
    above = {id_: parent for id_, parent, _, _ in rows}
    said = {id_: detail for id_, _, _, detail in rows}
    made = {
        detail.split()[1]: id_
        for id_, detail in said.items()
        if detail.startswith(("CO-ROUTINE", "MATERIALIZE"))
    }
    reading = {above[id_] for id_, detail in said.items() if _reads(detail, made)}
    for id_, detail in said.items():
        places = list(_above(id_, above))
        is_once = any(said[place].startswith("SCALAR SUBQUERY") for place in places)
        # The few rows of a limited subquery may be put in order once more, as may those of an initial question.
        is_little = "B-TREE" in detail and (above[id_] not in reading or is_once)
        if made["page"] in places and not is_little and not _is_made(detail, made):
            yield detail


def _reads(detail, made):
    return detail.startswith(("SEARCH", "SCAN")) and not _is_made(detail, made)


def _is_made(detail, made):
    return detail.startswith("SCAN") and detail.split()[1] in made


def _above(id_, above):
    while id_ := above[id_]:
        yield id_


def _on_postgresql(node, is_once=False):
    # A SubPlan is run for each row that is shown, an InitPlan once, for a question of few rows.
    if node.get("Parent Relationship") != "SubPlan":
        is_once = is_once or node.get("Parent Relationship") == "InitPlan"
        if node["Node Type"] != "Sort" or not (is_once or all(map(_is_little, node["Plans"]))):
            yield node["Node Type"]
        for below in node.get("Plans", ()):
            yield from _on_postgresql(below, is_once)


def _is_little(node):
    """Whether a step gives no more rows than a page has, or a few times as many."""
    passing = node["Node Type"] in ("Append", "Merge Append", "Subquery Scan", "Result")
    below = [one for one in node.get("Plans", ()) if one.get("Parent Relationship") != "SubPlan"]
    return node["Node Type"] == "Limit" or (passing and bool(below) and all(map(_is_little, below)))


def read_whole(connection, statement, parameters):
    """Return the tables that a statement, with what writes its items, looks through from beginning to end."""
    if connection.dialect.name == "sqlite":
        tables = set(
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
        )
        called = {name: table for table, name in re.findall(r"\b(\w+) AS (\w+)", statement)}
        rows = _query_plan(connection, statement, parameters)
        scanned = [detail.split()[1] for *_, detail in rows if detail.startswith("SCAN ")]
        return {called.get(name, name) for name in scanned} & tables
    # It walks the indexes of tables as small as those of a test where it would not walk those of larger ones.
    found = nodes(explained(connection, statement, parameters, WITH_INDEXES))
    return {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"}


def explained(connection, statement, parameters, without):
    """Return PostgreSQL's plan of a statement, which it makes without some of its ways if it can."""
    for name in without:
        connection.exec_driver_sql(f"SET LOCAL {name} = off")
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return found[0]["Plan"]


def nodes(plan):
    """Yield a step of PostgreSQL's plan, and all below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
