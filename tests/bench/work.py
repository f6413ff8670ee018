"""The cost of a statement: the rows that PostgreSQL reads, or the instructions that SQLite runs."""

import orjson

#: The progress handler of SQLite is called once per this many instructions.
INSTRUCTIONS = 10


def work_of(connection, statements):
    """Return the rows that PostgreSQL's plans read or discard, or the instructions that SQLite runs."""
    driver = connection.connection.driver_connection
    measure = instructions if connection.dialect.name == "sqlite" else rows_read
    return sum(measure(driver, *statement) for statement in statements)


def instructions(driver, sql, parameters):
    reports = []
    driver.set_progress_handler(lambda: reports.append(None), INSTRUCTIONS)
    driver.execute(sql, parameters).fetchall()
    driver.set_progress_handler(None, 0)
    return len(reports) * INSTRUCTIONS


def rows_read(driver, sql, parameters):
    with driver.cursor() as cursor:
        plan = cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters).fetchone()[0]
    return round(_rows_in_plan(orjson.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan[0]["Plan"]))


def _rows_in_plan(plan):
    rows_below = sum(map(_rows_in_plan, plan.get("Plans", ())))
    if "Relation Name" not in plan:
        return rows_below
    removed = sum(plan.get(f"Rows Removed by {step}", 0) for step in ("Filter", "Index Recheck"))
    return rows_below + (plan["Actual Rows"] + removed) * plan["Actual Loops"]
