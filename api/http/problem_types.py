"""The problem types: every kind of error in the API, with its code, status, cause and remedy.

The codes are part of the API contract. Each problem type has a page at ``/docs/problems/<code>``, whose URL
is the ``type`` of the problem (RFC 9457, section 3.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemType:
    """A kind of error. Its page shows ``cause`` and ``remedy`` and links to the guide named ``guide``.

    ``example`` is an example of a problem's ``detail``.
    """

    code: str
    status: int
    title: str
    cause: str
    remedy: str
    example: str
    guide: str = "errors"

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status == 429 or self.status >= 500


_PROBLEM_TYPES = (
    ProblemType(
        "bad-request",
        400,
        "Bad request",
        "The request is malformed: its syntax, its query string or its Host header is invalid.",
        "Send a well-formed HTTP/1.1 request to the base URL that all “url” fields begin with. If you did, "
        "the operator of the service has to add the host name to its trusted hosts.",
        "The Host header is not a trusted host of this service.",
        guide="self-hosting",
    ),
    ProblemType(
        "invalid-json",
        400,
        "Invalid JSON",
        "The body is not strict JSON: it has a syntax error, is not encoded in UTF-8, repeats a name in an "
        "object, is nested too deeply, or has a number or text that cannot be stored. “errors” says where.",
        "Create bodies with a JSON library, and send them in UTF-8 without a byte order mark.",
        "/title: Must not be repeated in its object.",
        guide="writing",
    ),
    ProblemType(
        "unauthorized",
        401,
        "Unauthorized",
        "The request needs an API key, and has none, or one that is not valid: it was mistyped, has expired, "
        "was revoked or belongs to another service.",
        "Send a key of this service in the Authorization header: “Authorization: Bearer subtext_…”. Its "
        "operator creates keys. Read requests need none.",
        "This request needs an API key. Send it in the header “Authorization: Bearer <key>”.",
        guide="api-keys",
    ),
    ProblemType(
        "forbidden",
        403,
        "Forbidden",
        "The API key is valid, but lacks a scope that this request needs. “errors” names each missing scope.",
        "Use another key, or ask the operator of the service for one with the missing scopes.",
        "The API key “desk” lacks the scope publish.",
        guide="api-keys",
    ),
    ProblemType(
        "not-found",
        404,
        "Not found",
        "This URL does not exist: the path is unknown, or no resource has this id.",
        "Use the URLs in “url”, “links” and “page” of other responses, and the ids in “id”. /v1 links to all "
        "lists. Ids consist of lowercase words with hyphens between them. The item of a day exists from the "
        "start of that day.",
        "No quote has the id “her-2013-no-such-line”.",
    ),
    ProblemType(
        "method-not-allowed",
        405,
        "Method not allowed",
        "The URL exists, but does not support this HTTP method.",
        "Use one of the methods in the Allow header. All resources can be read with GET and HEAD.",
        "POST is not allowed here. Allowed methods: GET, HEAD, OPTIONS.",
    ),
    ProblemType(
        "not-acceptable",
        406,
        "Not acceptable",
        "The resource is not available in a format that the Accept header allows.",
        "Send Accept: application/json, or no Accept header. Quotes, commentary and sources have further "
        "formats; “detail” names the formats of this URL.",
        "This URL is available as application/json.",
        guide="citing",
    ),
    ProblemType(
        "request-in-progress",
        409,
        "Request in progress",
        "Another request with the same Idempotency-Key is still being processed.",
        "Repeat the request with the same key after the number of seconds in Retry-After. If the other "
        "request succeeds, you get its response.",
        "A request with this Idempotency-Key is in progress.",
        guide="writing",
    ),
    ProblemType(
        "renamed",
        409,
        "Renamed",
        "The resource has another id now. Reads are redirected, but a change is not: the redirected request "
        "might lose its body or its API key.",
        "Read the resource at the URL in the Link header with the relation “canonical”, and repeat the "
        "change there.",
        "The theme “solitude” was renamed to “loneliness”.",
        guide="writing",
    ),
    ProblemType(
        "in-use",
        409,
        "In use",
        "The resource cannot be deleted because others refer to it. “referrers” lists up to 20 of them.",
        "Delete the referring resources first, or remove their references. POST /v1/bulk can do all of it at "
        "once.",
        "The theme “loneliness” cannot be deleted: 3 resources refer to it.",
        guide="writing",
    ),
    ProblemType(
        "outdated-base",
        409,
        "Outdated base",
        "The draft cannot be published, because the item has changed since it was made. The draft is kept. "
        "“changes” has what was changed: in the item, in the draft, and where that is a conflict.",
        "Merge the changes of the item into the draft, and save it with base= and the pin in “current”. Then "
        "publish it.",
        "The item has changed since the draft was made. Merge what “changes” shows into the draft, and save "
        "it with base=4.ab12cd.",
        guide="drafts",
    ),
    ProblemType(
        "conflict",
        409,
        "Conflict",
        "The change contradicts what is stored: the id is taken, reserved or was used before.",
        "Choose another id, or change the resource that has it.",
        "The id “loneliness” is taken by another theme.",
        guide="writing",
    ),
    ProblemType(
        "gone",
        410,
        "Gone",
        "The resource was deleted. Its id is never reused.",
        "Delete your copy of the resource and your references to it. If there is a replacement, it is in the "
        "lists.",
        "The quote “her-2013-withdrawn” was deleted.",
        guide="versioning",
    ),
    ProblemType(
        "resync-required",
        410,
        "Resync required",
        "The cursor of the change feed belongs to another history of the content: the database was restored "
        "from a backup or imported, and changes after that point are lost, or never were in this one.",
        "Begin again: load the newest snapshot from the URL in “snapshots” and follow the feed from its "
        "cursor, or read the feed in “changes” from the beginning. Remove what you then have too much.",
        "The cursor belongs to a history of the content that this service does not have any more.",
        guide="changes",
    ),
    ProblemType(
        "length-required",
        411,
        "Length required",
        "The request has a body without a Content-Length, or one that is sent in chunks.",
        "Send the body as a whole, with its length in Content-Length. HTTP clients do so for texts and "
        "bytes, but not for streams.",
        "Send the body with a Content-Length, and not in chunks.",
        guide="writing",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "Precondition failed",
        "The ETag in the If-Match header does not match the current state of the resource, or the resource "
        "has changed since the date in If-Unmodified-Since.",
        "Read the resource again and use its new ETag. To download a resource only if it has changed, send "
        "If-None-Match instead. A change that is refused was made by nobody: look at what has changed since, "
        "then send yours again.",
        "The resource does not match the ETag in If-Match.",
        guide="caching",
    ),
    ProblemType(
        "content-too-large",
        413,
        "Content too large",
        "The body of the request is larger than the limit.",
        "Send a smaller body. Read requests need no body.",
        "The body must be at most 1048576 bytes long.",
    ),
    ProblemType(
        "uri-too-long",
        414,
        "URI too long",
        "The URL of the request is longer than the limit.",
        "Split the values over several requests, or request the whole list and filter it yourself.",
        "The query string must be at most 30000 bytes long.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "Unsupported media type",
        "The Content-Type of the body is not one that this operation takes, or the body is compressed.",
        "Send JSON, with the Content-Type that the problem names and without a Content-Encoding.",
        "The Content-Type of the body must be application/json, in UTF-8.",
        guide="writing",
    ),
    ProblemType(
        "invalid-body",
        422,
        "Invalid body",
        "One or more values in the body are invalid. “errors” names each of them with a JSON Pointer, and "
        "says what is wrong and what is allowed. Nothing was changed.",
        "Correct these values, and send the request again; the same Idempotency-Key may be used.",
        "1 value is not valid.",
        guide="writing",
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "Idempotency key reused",
        "The Idempotency-Key was used within the last 24 hours for another request: one with another method, "
        "path, body or precondition.",
        "Use a new key for each request, and the same one only to repeat it unchanged.",
        "This Idempotency-Key belongs to another request. Use a new key.",
        guide="writing",
    ),
    ProblemType(
        "invalid-parameters",
        422,
        "Invalid parameters",
        "One or more query parameters are invalid. “errors” names each of them, says what is wrong and lists "
        "the allowed values where there is a list.",
        "Correct the parameters named by “pointer” as “detail” and “allowed” say. A cursor is only valid for "
        "the list, filters and sort that it was issued for: follow the URL in “page.next” unchanged.",
        "1 parameter is not valid.",
        guide="filtering-and-paging",
    ),
    ProblemType(
        "precondition-required",
        428,
        "Precondition required",
        "A change of an item names the state that it changes, so that nobody overwrites a change they have "
        "not seen.",
        "Read the item, and send its ETag in If-Match. To create an item with PUT, send If-None-Match: *.",
        "Read the item first, and send the ETag of that response in If-Match.",
        guide="writing",
    ),
    ProblemType(
        "too-many-requests",
        429,
        "Too many requests",
        "This client exceeded the rate limit. A client is an IPv4 address, a network of IPv6 addresses or an "
        "API key.",
        "Wait for the number of seconds in Retry-After. RateLimit-Policy states the limits, and RateLimit "
        "states the remaining requests. Cache responses and revalidate them with their ETag.",
        "The rate limit is 600 requests in 60 seconds per client. Wait as long as Retry-After says.",
    ),
    ProblemType(
        "internal-error",
        500,
        "Internal error",
        "An unexpected error occurred in the service. The log has the details under the “request_id”.",
        "Try again later, with increasing delays. If the error persists, report it with its “request_id”.",
        "An unexpected error occurred.",
    ),
    ProblemType(
        "not-implemented",
        501,
        "Not implemented",
        "The requested oEmbed format is not supported.",
        "Use format=json or format=xml, or leave the parameter out.",
        "The formats are json and xml.",
    ),
    ProblemType(
        "read-only",
        503,
        "Read-only",
        "The database cannot be written at the moment. Reads go on.",
        "Repeat the request after the number of seconds in Retry-After, with the same Idempotency-Key. If "
        "the problem persists, the operator has to make the database writable.",
        "The database is read-only.",
        guide="self-hosting",
    ),
    ProblemType(
        "query-timeout",
        503,
        "Query timeout",
        "The database query exceeded its timeout.",
        "Narrow the request with filters, a smaller limit or fewer includes, or try again after the number "
        "of seconds in Retry-After.",
        "The query exceeded its time limit. Narrow it with a filter.",
    ),
    ProblemType(
        "unavailable",
        503,
        "Unavailable",
        "The service has more requests than it can answer, or its database is unreachable at the moment.",
        "Try again after the number of seconds in Retry-After.",
        "The database is temporarily unavailable. Retry in a few seconds.",
    ),
    ProblemType(
        "storage-full",
        507,
        "Storage full",
        "The disk of the database is full, so nothing can be written. Nothing was changed, and reads go on.",
        "The operator has to free disk space. Then repeat the request with the same Idempotency-Key.",
        "The disk of the database is full.",
        guide="self-hosting",
    ),
)

#: Every problem type by its code, in the order of statuses.
PROBLEM_TYPES: dict[str, ProblemType] = {problem.code: problem for problem in _PROBLEM_TYPES}


#: The general problem type of each status that has several.
_GENERAL_CODES = {400: "bad-request", 409: "conflict", 422: "invalid-parameters", 503: "unavailable"}


def problem_for_status(status: int) -> ProblemType:
    """Return the problem type of an HTTP status, or the general one of its class (400 or 500)."""
    if status in _GENERAL_CODES:
        return PROBLEM_TYPES[_GENERAL_CODES[status]]
    matches = [problem for problem in _PROBLEM_TYPES if problem.status == status]
    return matches[0] if matches else PROBLEM_TYPES["bad-request" if status < 500 else "internal-error"]
