"""What lists say of themselves: the oracle for everything that is counted."""


def answered(client, path, **query):
    """Return the JSON of an answer that must be there."""
    answer = client.get(path, query_string=query or None)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def items(client, path, **query):
    """Return every item of a list, page by page."""
    page = answered(client, path, limit=100, **query)
    found = page["data"]
    while page["page"]["next"]:
        page = answered(client, page["page"]["next"])
        found += page["data"]
    return found


def ids(client, path, **query):
    return {item["id"] for item in items(client, path, fields="id", **query)}


def total(client, path, **query):
    """Return how many items a list says it has."""
    return answered(client, path, limit=1, fields="id", count="true", **query)["page"]["total"]


def selects(seen):
    """Return those of the statements that read."""
    return [statement for statement in seen if not statement.startswith(("BEGIN", "ROLLBACK"))]
