"""Raw requests that HTTP clients never send: the server refuses some itself, the service responds to all others."""

import socket
from urllib.parse import urlsplit

from tests.cases import each

END = "Host: x\r\nConnection: close\r\n\r\n"
#: Requests that the server refuses before it calls the service, by the status of its empty response.
REFUSED = {
    400: [
        "nonsense\r\n\r\n",
        "GET /v1\r\n\r\n",
        f"GET /v1 HTTP/9.9\r\n{END}",
        f"GET /v1/quotes?q=two words HTTP/1.1\r\n{END}",
        f"GET /v1/\0 HTTP/1.1\r\n{END}",
        f"GET /v1/quotes?q=\xe9 HTTP/1.1\r\n{END}",
        f"GET /v1 HTTP/1.1\r\nno colon\r\n{END}",
        f"GET /v1 HTTP/1.1\r\nX Y: a space\r\n{END}",
        f"GET /v1 HTTP/1.1\r\nX-Folded: a\r\n b\r\n{END}",
        f"GET /v1 HTTP/1.1\r\nX-Nul: \0\r\n{END}",
        *(
            f"POST /v1/quotes HTTP/1.1\r\nContent-Length: {length}\r\n{END}"
            for length in ("abc", "-1", "9" * 30)
        ),
        f"POST /v1/quotes HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n{END}",
        f"POST /v1/quotes HTTP/1.1\r\nTransfer-Encoding: gzip\r\n{END}",
    ],
    431: [
        "GET /v1 HTTP/1.1\r\n" + "X-Another: a\r\n" * 99 + END,
        # 32 KiB are accepted. The runtime looks at the size between two reads, so the bound is not exact.
        *(f"GET /v1 HTTP/1.1\r\nX-Long: {'a' * size}\r\n{END}" for size in (50_000, 200_000)),
        f"GET /{'a' * 50_000} HTTP/1.1\r\n{END}",
    ],
}
#: Requests that look as odd but reach the service, by the status of its problem.
ANSWERED = {
    # Without a key, before the body is read.
    401: [
        f"POST /v1/quotes HTTP/1.1\r\nContent-Length: 99999999999\r\n{END}",
        f"POST /v1/quotes HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{END}no chunk",
    ],
    404: [
        *(f"{method} * HTTP/1.1\r\n{END}" for method in ("GET", "OPTIONS")),
        f"CONNECT films.example:443 HTTP/1.1\r\n{END}",
        f"GET /v1/%00%ff HTTP/1.1\r\n{END}",
        f"GET /{'a' * 32_000} HTTP/1.1\r\n{END}",
        f"GET /v1/nothing HTTP/1.1\r\nX-Long: {'a' * 32_000}\r\n{END}",
        "GET /v1/nothing HTTP/1.0\r\n\r\n",
        "GET /v1/nothing HTTP/1.1\r\nHost: <two words>\r\nConnection: close\r\n\r\n",
        f"GET http://films.example/v1/nothing HTTP/1.1\r\n{END}",
    ],
    405: [
        *(f"{method} /v1/quotes HTTP/1.1\r\n{END}" for method in ("TRACE", "MKCOL", "X")),
    ],
    414: [f"GET /v1/quotes?q={'a' * 30_000} HTTP/1.1\r\n{END}"],
}


def send(server, request):
    """Send a request and return the response: its status, its headers and its body."""
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=20) as connection:
        connection.sendall(request.encode("latin-1"))
        with connection.makefile("rb") as response:
            head, _, body = response.read().partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    return int(status.split()[1]), dict(header.lower().split(": ", 1) for header in headers), body


@each(("status", "request_text"), [(status, text) for status, texts in REFUSED.items() for text in texts])
def test_the_server_refuses_it_with_an_empty_body(server, status, request_text):
    response_status, headers, body = send(server, request_text)
    assert (response_status, body) == (status, b"")
    assert (headers["content-length"], headers["connection"]) == ("0", "close")


@each(("status", "request_text"), [(status, text) for status, texts in ANSWERED.items() for text in texts])
def test_the_service_responds_with_a_problem(server, status, request_text):
    response_status, headers, body = send(server, request_text)
    assert (response_status, headers["content-type"]) == (status, "application/problem+json")
    assert body.startswith(b'{"type":"http')
    assert headers["x-content-type-options"] == "nosniff"
    assert len(headers["x-request-id"]) >= 26
