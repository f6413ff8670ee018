"""Comparison of responses."""

#: Headers that differ between identical requests. Files have an `Expires`, which is the date plus their `max-age`.
PER_REQUEST_HEADERS = ("x-request-id", "date", "expires")


def comparable(response):
    """Return the parts of a response that are the same for each request: status, sorted headers and body."""
    headers = [(name, value) for name, value in response.headers if name.lower() not in PER_REQUEST_HEADERS]
    return response.status, sorted(headers), response.data
