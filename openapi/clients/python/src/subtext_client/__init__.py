"""A typed client for Subtext, which serves structured film commentary.

>>> from subtext_client import Subtext
>>> with Subtext("https://subtext.example") as client:
...     for quote in client.quotes.list(theme="loneliness"):
...         print(quote.text)
"""

from subtext_client import bodies, models
from subtext_client.cache import Cache
from subtext_client.client import AsyncSubtext, Subtext
from subtext_client.errors import APIConnectionError, APIError, SubtextError, UnexpectedResponseError
from subtext_client.pages import AsyncPages, Pages
from subtext_client.problems import (
    BadRequestError,
    ConflictError,
    ContentTooLargeError,
    ForbiddenError,
    GoneError,
    IdempotencyKeyReusedError,
    InUseError,
    InvalidBodyError,
    InvalidJsonError,
    InvalidParametersError,
    LengthRequiredError,
    NotAcceptableError,
    NotFoundError,
    OutdatedBaseError,
    PreconditionFailedError,
    PreconditionRequiredError,
    QueryTimeoutError,
    ReadOnlyError,
    RenamedError,
    RequestInProgressError,
    ResyncRequiredError,
    StorageFullError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnsupportedMediaTypeError,
    UriTooLongError,
)
from subtext_client.retries import Retry
from subtext_client.types import UNSET, Unset
from subtext_client.version import __version__
from subtext_client.writes import BulkChange, Versioned

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "AsyncPages",
    "AsyncSubtext",
    "BadRequestError",
    "BulkChange",
    "Cache",
    "ConflictError",
    "ContentTooLargeError",
    "ForbiddenError",
    "GoneError",
    "IdempotencyKeyReusedError",
    "InUseError",
    "InvalidBodyError",
    "InvalidJsonError",
    "InvalidParametersError",
    "LengthRequiredError",
    "NotAcceptableError",
    "NotFoundError",
    "OutdatedBaseError",
    "Pages",
    "PreconditionFailedError",
    "PreconditionRequiredError",
    "QueryTimeoutError",
    "ReadOnlyError",
    "RenamedError",
    "RequestInProgressError",
    "ResyncRequiredError",
    "Retry",
    "StorageFullError",
    "Subtext",
    "SubtextError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnavailableError",
    "UnexpectedResponseError",
    "Unset",
    "UnsupportedMediaTypeError",
    "UriTooLongError",
    "Versioned",
    "__version__",
    "bodies",
    "models",
]
