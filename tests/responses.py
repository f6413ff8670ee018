"""Comparison of responses."""

#: Headers that differ between identical requests.
PER_REQUEST_HEADERS = ("x-request-id", "date")


def comparable(response):
    """Return the parts of a response that are the same for each request: status, sorted headers and body."""
    headers = [(name, value) for name, value in response.headers if name.lower() not in PER_REQUEST_HEADERS]
    return response.status, sorted(headers), response.data
