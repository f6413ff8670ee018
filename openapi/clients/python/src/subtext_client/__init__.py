"""A typed client for Subtext, which serves structured film commentary.

>>> from subtext_client import Subtext
>>> with Subtext("https://subtext.example") as client:
...     for quote in client.quotes.list(theme="loneliness"):
...         print(quote.text)
"""

from subtext_client import models
from subtext_client.cache import Cache
from subtext_client.client import AsyncSubtext, Subtext
from subtext_client.errors import APIConnectionError, APIError, SubtextError, UnexpectedResponseError
from subtext_client.pages import AsyncPages, Pages
from subtext_client.problems import (
    BadRequestError,
    GoneError,
    InvalidParametersError,
    NotAcceptableError,
    NotFoundError,
    PreconditionFailedError,
    QueryTimeoutError,
    TooManyRequestsError,
    UnavailableError,
    UriTooLongError,
)
from subtext_client.retries import Retry
from subtext_client.types import UNSET, Unset
from subtext_client.version import __version__

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "AsyncPages",
    "AsyncSubtext",
    "BadRequestError",
    "Cache",
    "GoneError",
    "InvalidParametersError",
    "NotAcceptableError",
    "NotFoundError",
    "Pages",
    "PreconditionFailedError",
    "QueryTimeoutError",
    "Retry",
    "Subtext",
    "SubtextError",
    "TooManyRequestsError",
    "UnavailableError",
    "UnexpectedResponseError",
    "Unset",
    "UriTooLongError",
    "__version__",
    "models",
]
