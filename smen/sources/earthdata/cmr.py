"""One question to Earthdata's search (CMR) through earthaccess, with time limits and errors in words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from smen.sources.earthdata.redact import redact
from smen.sources.earthdata.transfer_errors import TransferError, from_exception, from_response

if TYPE_CHECKING:
    from earthaccess.system import System

    from smen.sources.earthdata.retry import RetryPolicy

T = TypeVar("T")


def open_query(query: Any, system: System, policy: RetryPolicy) -> Any:  # noqa: ANN401  (earthaccess's queries have no types)
    """Point a query of earthaccess at a system and give its requests time limits, which earthaccess lacks.

    Args:
        query: `DataGranules` or `DataCollections`.
        system: the search to ask.
        policy: time limits.

    Returns:
        The query.
    """
    from requests.adapters import HTTPAdapter

    class TimeLimitedAdapter(HTTPAdapter):
        def send(self, *arguments: Any, timeout: Any = None, **options: Any) -> Any:  # noqa: ANN401
            options["timeout"] = timeout or policy.timeouts
            return super().send(*arguments, **options)

    query.mode(system.cmr_base_url)
    query.session.mount("https://", TimeLimitedAdapter())
    return query


def ask(question: Callable[[], T], system: System) -> T:
    """Ask, and turn what earthaccess raises into an error that is retryable or not.

    Args:
        question: sends requests to the search.
        system: the search, for the errors' texts.

    Raises:
        TransferError: the search fails, or its response is not what a search gives.
    """
    import requests

    host = urlsplit(system.cmr_base_url).hostname
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # earthaccess warns of its own use of `size`
            return question()
    except RuntimeError as problem:
        response = getattr(problem.__cause__, "response", None)
        if response is None:
            raise
        error = from_response(response, response.text)
        reason = f"the search failed: {error.reason}"
        if response.status_code == 400:
            reason += f" ({redact(response.text)[:300]})"
        raise TransferError(reason, error.kind, retryable=error.retryable, retry_after=error.retry_after) from None
    except requests.JSONDecodeError:
        raise TransferError(f"the search at {host} gave something that is no JSON", "server", retryable=True) from None
    except requests.RequestException as problem:
        raise from_exception(problem, host) from None
    except (KeyError, ValueError) as problem:
        reason = f"the search at {host} gave an answer without {problem}"
        raise TransferError(reason, "server", retryable=True) from None
