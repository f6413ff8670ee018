"""Comparing responses."""

#: What differs from one request to the next: its identifier, and the time.
PER_REQUEST_HEADERS = ("x-request-id", "date")


def comparable(response):
    """Return the status, the sorted headers and the body of a response: all that is the same the next time."""
    headers = [(name, value) for name, value in response.headers if name.lower() not in PER_REQUEST_HEADERS]
    return response.status, sorted(headers), response.data
