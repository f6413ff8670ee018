"""Comparison of responses."""

#: Headers that differ between identical requests, or between apps that were not started in the same second. Files
#: have an `Expires`, which is the date plus their `max-age`.
PER_REQUEST_HEADERS = ("x-request-id", "date", "expires", "last-modified")


def comparable(response):
    """Return the parts of a response that are the same for each request: status, sorted headers and body."""
    headers = [(name, value) for name, value in response.headers if name.lower() not in PER_REQUEST_HEADERS]
    return response.status, sorted(headers), response.data
