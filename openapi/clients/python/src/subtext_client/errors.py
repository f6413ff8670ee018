"""The errors that the client raises.

SubtextError
├── APIConnectionError         no response: connection refused, timeout, too many redirects
├── UnexpectedResponseError    a response that the API does not send, such as a proxy's error page
└── APIError                   a problem document (RFC 9457)
    └── NotFoundError, …       one for each type of problem, in ``subtext_client.problems``
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from subtext_client.models import ProblemError


class SubtextError(Exception):
    """Base class of all errors of this package."""


class APIConnectionError(SubtextError):
    """The service sent no response. The cause is the error of httpx."""


class UnexpectedResponseError(SubtextError):
    """The response is neither what the API sends nor a problem document.

    Attributes:
        status: The HTTP status.
        body: The first 1,000 characters of the body.
        location: Where a redirect leads. Reads follow redirects, writes do not.
    """

    def __init__(self, status: int, url: str, body: str, location: str | None = None) -> None:
        super().__init__(status, url, body, location)
        self.status = status
        self.url = url
        self.body = body
        self.location = location

    def __str__(self) -> str:
        if self.location is not None:
            return f"HTTP {self.status} from {self.url}: writes do not follow redirects, to {self.location}"
        return f"HTTP {self.status} from {self.url}: {self.body[:200]}"


class APIError(SubtextError):
    """A problem that the API reports (RFC 9457), of a type that this version of the client does not know.

    Known types are subclasses.

    Attributes:
        type: The URL of the page that explains this type of problem.
        code: A stable identifier of the type, such as ``not-found``.
        title: The name of the type, for people.
        status: The HTTP status.
        detail: What went wrong with this request.
        instance: The path of the request.
        request_id: Identifies the request in the server's logs.
        errors: The individual errors, with the name of the parameter in ``pointer``.
        retry_after: Seconds until another attempt makes sense, if the service says so.
        current_etag: The ETag of the item as it is now, of a `PreconditionFailedError`.
        new_id: The id that the item has now, of a `RenamedError`.
    """

    #: The ``code`` of the problems that a subclass stands for.
    CODE: ClassVar[str | None] = None

    def __init__(
        self,
        problem: Mapping[str, Any],
        retry_after: float | None = None,
        current_etag: str | None = None,
        new_id: str | None = None,
    ) -> None:
        super().__init__(problem, retry_after, current_etag, new_id)
        self.problem = problem
        self.type: str = problem["type"]
        self.code: str = problem["code"]
        self.title: str = problem["title"]
        self.status: int = problem["status"]
        self.detail: str = problem["detail"]
        self.instance: str = problem["instance"]
        self.request_id: str = problem["request_id"]
        self.errors = [ProblemError.from_dict(error) for error in problem["errors"]]
        self.retry_after = retry_after
        self.current_etag = current_etag
        self.new_id = new_id

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.status}): {self.detail}"]
        lines += [f"  {error.pointer}: {error.detail}" for error in self.errors]
        return "\n".join(lines)
