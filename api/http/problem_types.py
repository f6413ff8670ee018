"""Every kind of error the API answers with: its code, its status, and how to mend it.

The codes are part of the contract. Each has a page at ``/docs/problems/<code>``, which is also the
``type`` of the problem (RFC 9457, section 3.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemType:
    """One kind of error; ``cause`` and ``remedy`` are what its page says, ``guide`` where it leads."""

    code: str
    status: int
    title: str
    cause: str
    remedy: str
    example: str
    guide: str = "errors"

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later without being changed."""
        return self.status == 429 or self.status >= 500


_PROBLEM_TYPES = (
    ProblemType(
        "bad-request",
        400,
        "Bad request",
        "The request could not be read: its bytes, its query string or its Host header are malformed.",
        "Send a well-formed HTTP/1.1 request to the address that every “url” begins with. If that is what "
        "you did, whoever runs the service has to name its host among those it answers to.",
        "The Host header is not one that this service answers to.",
        guide="self-hosting",
    ),
    ProblemType(
        "not-found",
        404,
        "Not found",
        "Nothing lives at this address: the path is unknown, or no resource has this id.",
        "Take addresses from “url”, “links” and “page” of other answers, and ids from “id”; /v1 links to "
        "every list. Ids are lower-case words with hyphens between them. A day’s item is there once the day "
        "has come.",
        "No quote has the id “her-2013-no-such-line”.",
    ),
    ProblemType(
        "method-not-allowed",
        405,
        "Method not allowed",
        "The address exists, but not with this HTTP method.",
        "Use one of the methods that the Allow header lists; all that is served is read with GET or HEAD.",
        "POST is not allowed here; GET, HEAD, OPTIONS are.",
    ),
    ProblemType(
        "not-acceptable",
        406,
        "Not acceptable",
        "The Accept header asks for a form in which this resource is not served.",
        "Ask for application/json, or leave the Accept header out. Quotes, commentary and sources have other "
        "forms too; the detail names what this address has.",
        "This address is served as application/json.",
        guide="citing",
    ),
    ProblemType(
        "gone",
        410,
        "Gone",
        "The resource was deleted. Its id is never given to anything else.",
        "Remove what you kept of it, and the reference; what replaces it, if anything, is found through the "
        "lists. It will not come back under this id.",
        "The quote “her-2013-withdrawn” was deleted.",
        guide="versioning",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "Precondition failed",
        "The If-Match header names a state of the resource that is not the present one.",
        "Read the resource again, take its ETag, and decide anew. To read only what has changed, send "
        "If-None-Match instead.",
        "The resource has changed since the state named in If-Match.",
        guide="caching",
    ),
    ProblemType(
        "content-too-large",
        413,
        "Content too large",
        "The body of the request is larger than this service takes.",
        "Send a smaller body, or send it in parts; reads need none.",
        "The body may hold at most 1048576 bytes.",
    ),
    ProblemType(
        "uri-too-long",
        414,
        "URI too long",
        "The address of the request is longer than this service takes.",
        "Ask for fewer values at once, in several requests, or take the list and pick from it.",
        "The query string may hold at most 30000 bytes.",
    ),
    ProblemType(
        "invalid-parameters",
        422,
        "Invalid parameters",
        "The request was understood, and one or more of its parameters were refused. "
        "“errors” names each of them, what is wrong with it and, where that can be listed, what is allowed.",
        "Correct the parameters that “pointer” names, as “detail” and “allowed” say. A cursor is good only "
        "for the list, filters and sort it came with: follow “page.next” as it is.",
        "1 parameter is not valid.",
        guide="filtering-and-paging",
    ),
    ProblemType(
        "too-many-requests",
        429,
        "Too many requests",
        "This service limits how many requests a client may send, and this one came after the last of them. "
        "A client is an IPv4 address, or a network of IPv6 addresses.",
        "Wait as many seconds as Retry-After says. RateLimit-Policy says how many requests there are, and "
        "RateLimit, on every answer, how many are left; keep what may be kept, and ask again with its ETag.",
        "This service takes 600 requests in 60 seconds from a client. Wait as long as Retry-After says.",
    ),
    ProblemType(
        "internal-error",
        500,
        "Internal error",
        "Something went wrong inside the service. It was logged under the “request_id”.",
        "Try again later, waiting longer each time; if it stays, report it with its “request_id”, under "
        "which the log has what happened.",
        "Something went wrong on our side.",
    ),
    ProblemType(
        "not-implemented",
        501,
        "Not implemented",
        "oEmbed answers are served in two formats, and the request asks for a third.",
        "Ask for format=json or format=xml, or leave the format out.",
        "The formats are json and xml.",
    ),
    ProblemType(
        "query-timeout",
        503,
        "Query timeout",
        "The database needed longer for the query than a query may take.",
        "Narrow the request with filters, a smaller limit or fewer includes, or try again after the time in "
        "Retry-After.",
        "The query exceeded its time limit. Narrow it with a filter.",
    ),
    ProblemType(
        "unavailable",
        503,
        "Unavailable",
        "The database cannot be reached, or is too busy, at the moment.",
        "Try again after the time in Retry-After.",
        "The database is temporarily unavailable. Retry in a few seconds.",
    ),
)

#: Every problem by its code, in the order of their statuses.
PROBLEM_TYPES: dict[str, ProblemType] = {problem.code: problem for problem in _PROBLEM_TYPES}


def problem_for_status(status: int) -> ProblemType:
    """Return the problem that stands for an HTTP status; without one of its own, the nearest general one."""
    exact = [problem for problem in _PROBLEM_TYPES if problem.status == status]
    return exact[-1] if exact else PROBLEM_TYPES["bad-request" if status < 500 else "internal-error"]
