"""Helpers that read lists through the API. Their results are the oracle for counts."""


def get_json(client, path, **query):
    """Return the JSON body of a response whose status must be 200."""
    response = client.get(path, query_string=query or None)
    assert response.status_code == 200, response.text
    return response.get_json()


def items(client, path, **query):
    """Return all items of a list, from all of its pages."""
    page = get_json(client, path, limit=100, **query)
    items = page["data"]
    while page["page"]["next"]:
        page = get_json(client, page["page"]["next"])
        items += page["data"]
    return items


def ids(client, path, **query):
    return {item["id"] for item in items(client, path, fields="id", **query)}


def total(client, path, **query):
    """Return the total that a list reports with ``count=true``."""
    return get_json(client, path, limit=1, fields="id", count="true", **query)["page"]["total"]
