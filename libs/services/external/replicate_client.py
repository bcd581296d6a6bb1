"""The HTTP API of Replicate: the calls, and which error each failure is. It knows no preset and no job."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import msgspec
from replicate.client import Client

from libs.app_config.runtime import Model
from libs.errors import UpstreamError
from libs.text import loggable

# Seconds a whole call may take, whatever the SDK retries meanwhile: it sleeps a GET's entire Retry-After.
CREATE_SECONDS: Final = 25
CALL_SECONDS: Final = 10
MAX_RETRY_AFTER: Final = 3600
# 100 predictions each: ten a second over the minutes around a submit.
MAX_LIST_PAGES: Final = 20
WEBHOOK_EVENTS: Final = ("start", "output", "logs", "completed")
STOPPED: Final = frozenset({"canceled", "aborted"})
TERMINAL: Final = STOPPED | {"succeeded", "failed"}

HTTP_REQUEST_TIMEOUT: Final = 408

RESETS_IN: Final = re.compile(r"resets in ~?(\d{1,5})s")

T = TypeVar("T")


class ProviderError(UpstreamError):
    """A call to Replicate failed. `detail` is bounded text for logs, never for people."""

    def __init__(self, detail: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail, status=status, detail=detail)
        self.detail = detail
        self.status = status
        self.retry_after = retry_after


class ProviderRefused(ProviderError):
    """A 4xx response: nothing was created. `retry_after` is in seconds."""


class ProviderUnavailable(ProviderError):
    """No connection, so the request was not sent: nothing was created."""


class ProviderUnsure(ProviderError):
    """The request was sent and no usable response came: it may have been carried out."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A prediction in a response or a delivery. Decoded leniently: new statuses and fields are no error."""

    id: str
    status: str
    model: str = ""
    version: str | None = None
    input: dict[str, Any] | None = None
    output: Any = None
    error: str | None = None
    logs: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    data_removed: bool = False
    webhook: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether its status is final."""
        return self.status in TERMINAL

    @property
    def is_stopped(self) -> bool:
        """Whether somebody, or its deadline, ended it before it was done."""
        return self.status in STOPPED

    @property
    def has_begun(self) -> bool:
        """Whether the model ran at all: Replicate may bill it then."""
        return bool(self.started_at or self.logs or self.output)


class _Page(msgspec.Struct, frozen=True):
    results: list[Prediction]
    next: str | None = None


class ReplicateClient:
    """One per process, with one connection pool; close it with `aclose`."""

    def __init__(self, api_url: str, api_token: str) -> None:
        client = Client(api_token=api_token, base_url=api_url)
        # The SDK's typed calls fail on `aborted`, on new statuses and without `version`, and drop Retry-After. So its
        # HTTP client (address, token, retries of GET) sends our requests and we decode the responses (decision 22).
        self._http = client._async_client  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    async def create(
        self, model: Model, values: Mapping[str, Any], webhook_url: str, cancel_after_seconds: int
    ) -> Prediction:
        """Create a prediction; never sent twice. Raises ProviderRefused, ProviderUnavailable or ProviderUnsure.

        Replicate itself stops it `cancel_after_seconds` (at least 5) after its creation.
        """
        body: dict[str, Any] = {
            "input": values,
            "webhook": webhook_url,
            "webhook_events_filter": WEBHOOK_EVENTS,
        }
        path = f"/v1/models/{model.id}/predictions"
        if model.version is not None:
            path = "/v1/predictions"
            body["version"] = model.version
        headers = {"Cancel-After": f"{cancel_after_seconds}s"}
        return await self._call("POST", path, Prediction, CREATE_SECONDS, body, headers)

    async def get(self, prediction_id: str) -> Prediction:
        """A prediction as it is now. Raises ProviderError; ProviderRefused with status 404 when there is none."""
        return await self._call("GET", f"/v1/predictions/{quote(prediction_id, safe='')}", Prediction, CALL_SECONDS)

    async def cancel(self, prediction_id: str) -> Prediction:
        """Ask to stop a prediction; the one in the response may still be running. Raises ProviderError."""
        return await self._call(
            "POST", f"/v1/predictions/{quote(prediction_id, safe='')}/cancel", Prediction, CALL_SECONDS
        )

    async def list_created(self, since: datetime, until: datetime) -> list[Prediction]:
        """All predictions created between two aware times, newest first.

        Raises ProviderError; ProviderUnsure also when they fill more than `MAX_LIST_PAGES` pages.
        """
        path = httpx.URL(
            "/v1/predictions", params={"created_after": since.isoformat(), "created_before": until.isoformat()}
        )
        predictions: list[Prediction] = []
        for _ in range(MAX_LIST_PAGES):
            page = await self._call("GET", str(path), _Page, CALL_SECONDS)
            predictions += page.results
            if page.next is None:
                return predictions
            # Path and query only: the token is sent to no host that a response names.
            path = httpx.URL(httpx.URL(page.next).raw_path.decode("ascii"))
        raise ProviderUnsure("the list has no end")

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._http.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        into: type[T],
        seconds: float,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.request(method, path, json=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderUnavailable(type(error).__name__) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise ProviderUnsure(type(error).__name__) from error
        if response.is_success:
            try:
                return msgspec.json.decode(response.content, type=into)
            except msgspec.MsgspecError as error:
                raise ProviderUnsure("unreadable response", status=response.status_code) from error
        raise _refusal(response)


def _refusal(response: httpx.Response) -> ProviderError:
    """What a response other than 2xx means. A 408 is Replicate's own timeout: it may have begun."""
    status = response.status_code
    detail = loggable(response.text)
    if not response.is_client_error or status == HTTP_REQUEST_TIMEOUT:
        return ProviderUnsure(detail, status=status)
    return ProviderRefused(detail, status=status, retry_after=_retry_after(response))


def _retry_after(response: httpx.Response) -> int | None:
    """Seconds to wait, from the header or else from the sentence in the body that says it."""
    header = response.headers.get("retry-after", "").strip()
    seconds = header if re.fullmatch(r"[0-9]{1,5}", header) else None
    if seconds is None and (match := RESETS_IN.search(response.text)):
        seconds = match[1]
    return min(int(seconds), MAX_RETRY_AFTER) if seconds else None
