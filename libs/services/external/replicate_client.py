"""Replicate: what a run asks for, the calls, and what the answers mean. Nothing else knows this provider's API."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

import httpx
import msgspec
from replicate.client import Client

from libs.app_config.runtime import (
    ChoiceSetting,
    Model,
    Preset,
    RangeSetting,
    SettingValues,
    ToggleSetting,
    find_model,
)
from libs.services.generation.prompt import build_prompt

# Seconds a whole call may take, whatever the SDK retries meanwhile: it sleeps a GET's entire Retry-After.
CREATE_SECONDS: Final = 25
CALL_SECONDS: Final = 10
MAX_RETRY_AFTER: Final = 3600
# 100 predictions each: ten a second over the minutes around a submit.
MAX_LIST_PAGES: Final = 20
LOGGED_CHARACTERS: Final = 300
WEBHOOK_EVENTS: Final = ("start", "output", "logs", "completed")
TERMINAL: Final = frozenset({"succeeded", "failed", "canceled", "aborted"})

HTTP_REQUEST_TIMEOUT: Final = 408

# tqdm: ` 45%|████▌     | 9/20 [00:01<00:01,  7.20it/s]`
TQDM_PERCENT: Final = re.compile(r"(\d{1,3})%\|")
# The words of the FLUX safety checkers and of the provider's own moderation.
SAFETY_WORDS: Final = re.compile(r"nsfw|flagged as sensitive|\be005\b", re.IGNORECASE)
RESETS_IN: Final = re.compile(r"resets in ~?(\d{1,5})s")
# A refusal may quote the input: signed URLs in it open somebody's photo.
ADDRESS: Final = re.compile(r"(?:https?:|data:)\S+", re.IGNORECASE)
UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e\xa1-\U0010ffff]+")

T = TypeVar("T")


class ProviderError(Exception):
    """The provider did not do what it was asked. `detail` is bounded text for logs, never for people."""

    def __init__(self, detail: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.retry_after = retry_after


class ProviderRefused(ProviderError):
    """It answered no (4xx): surely nothing was created. `retry_after` is in seconds."""


class ProviderUnavailable(ProviderError):
    """It could not be reached and got nothing: surely nothing was created."""


class ProviderUnsure(ProviderError):
    """The request was sent and no usable answer came: it may have been carried out."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run as the provider tells it. Lenient: a status or field that is new does not stop anything."""

    id: str
    status: str
    model: str = ""
    version: str | None = None
    input: dict[str, Any] | None = None
    output: Any = None
    error: str | None = None
    logs: str | None = None
    created_at: str | None = None
    data_removed: bool = False
    webhook: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether the provider is done with it, one way or another."""
        return self.status in TERMINAL


class _Page(msgspec.Struct, frozen=True):
    results: list[Prediction]
    next: str | None = None


class ReplicateClient:
    """The provider's HTTP API. One per process, with one pool; close it with `aclose`."""

    def __init__(self, api_url: str, api_token: str) -> None:
        client = Client(api_token=api_token, base_url=api_url)
        # The SDK's typed calls fail on `aborted`, on new statuses and without `version`, and drop Retry-After: its
        # client (address, token, pool) carries our requests and answers are read here.
        self._http = client._async_client  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    async def create(
        self, model_id: str, values: Mapping[str, Any], webhook_url: str, cancel_after_seconds: int
    ) -> Prediction:
        """Start a run; never sent twice. Raises ProviderRefused, ProviderUnavailable or ProviderUnsure.

        The provider stops the run by itself `cancel_after_seconds` (at least 5) after its creation.
        """
        model = _model(model_id)
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
        """A run as it is now. Raises ProviderError; one that does not exist is ProviderRefused with status 404."""
        return await self._call("GET", f"/v1/predictions/{quote(prediction_id, safe='')}", Prediction, CALL_SECONDS)

    async def cancel(self, prediction_id: str) -> Prediction:
        """Ask to stop a run; the answer may still be running. Raises ProviderError."""
        return await self._call(
            "POST", f"/v1/predictions/{quote(prediction_id, safe='')}/cancel", Prediction, CALL_SECONDS
        )

    async def list_created(self, since: datetime, until: datetime) -> list[Prediction]:
        """All runs created between two aware times, newest first.

        Raises ProviderError; ProviderUnsure also when there are more than `MAX_LIST_PAGES` hold.
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
            # Path and query only: the token goes to no host that an answer names.
            path = httpx.URL(httpx.URL(page.next).raw_path.decode("ascii"))
        raise ProviderUnsure("the list has no end")

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._http.aclose()

    async def _call(
        self,
        method: str,
        path: str,
        answer: type[T],
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
                return msgspec.json.decode(response.content, type=answer)
            except msgspec.MsgspecError as error:
                raise ProviderUnsure("unreadable answer", status=response.status_code) from error
        raise _refusal(response)


def _refusal(response: httpx.Response) -> ProviderError:
    """What an answer other than 2xx means. A 408 is the provider's timeout: it may have begun."""
    status = response.status_code
    detail = loggable(response.text)
    if not response.is_client_error or status == HTTP_REQUEST_TIMEOUT:
        return ProviderUnsure(detail, status=status)
    return ProviderRefused(detail, status=status, retry_after=_retry_after(response))


def _retry_after(response: httpx.Response) -> int | None:
    """Seconds until it makes sense to try again, from the header or the sentence that stands in for it."""
    header = response.headers.get("retry-after", "").strip()
    seconds = header if re.fullmatch(r"[0-9]{1,5}", header) else None
    if seconds is None and (match := RESETS_IN.search(response.text)):
        seconds = match[1]
    return min(int(seconds), MAX_RETRY_AFTER) if seconds else None


def _model(model_id: str) -> Model:
    model = find_model(model_id)
    assert model is not None, "presets name models that exist: runtime.py is validated when imported"
    return model


def loggable(text: str) -> str:
    """Provider text made safe for a log line: one line, bounded, without addresses."""
    return UNPRINTABLE.sub(" ", ADDRESS.sub("<address>", text[: 10 * LOGGED_CHARACTERS]))[:LOGGED_CHARACTERS]


def model_input(
    preset: Preset, settings: SettingValues, prompt: str, variants: int, seed: int, image_url: str | None
) -> dict[str, Any]:
    """The `input` of a run, in the model's own terms. Raises FieldError when a setting is not one of the preset's."""
    model = _model(preset.model)
    has_photo = image_url is not None
    checked = preset.checked_settings(settings)
    values: dict[str, Any] = {"prompt": build_prompt(preset, checked, prompt, has_photo=has_photo)}
    values |= dict(model.constants)
    if model.negative_prompt_field and preset.template.negative:
        values[model.negative_prompt_field] = preset.template.negative
    if model.image_field and has_photo:
        values[model.image_field] = image_url
    if model.outputs_field:
        values[model.outputs_field] = variants
    if model.supports_seed:
        values["seed"] = seed
    for setting in preset.active_settings(has_photo=has_photo):
        value = checked[setting.id]
        match setting:
            case RangeSetting():
                # Rounded: 1 - 0.01 * 65 is 0.35 and a hair.
                values[setting.field] = round(setting.offset + setting.factor * value, 4)
            case ChoiceSetting() if setting.field:
                values[setting.field] = setting.option(value).value
            case ToggleSetting() if setting.field:
                values[setting.field] = value
            case _:
                pass
    return values


def is_run_of(prediction: Prediction, preset: Preset, values: Mapping[str, Any], webhook_url: str) -> bool:
    """Whether a listed prediction can be the run of a job, judged by its webhook, or else by its input.

    The photo's address is signed anew each time: its path counts, of which `values` may give the end only. Jobs that
    ask for the very same have the very same runs: the database lets each run belong to one.
    """
    if prediction.webhook is not None:
        return prediction.webhook == webhook_url
    image_field = _model(preset.model).image_field
    sent = prediction.input or {}
    return all(
        _path(sent.get(name)).endswith(_path(value)) if name == image_field else sent.get(name) == value
        for name, value in values.items()
    )


def _path(address: object) -> str:
    return address.partition("?")[0] if isinstance(address, str) else ""


def progress_of(prediction: Prediction) -> tuple[int, int]:
    """Percent done (0 to 99) by the log's progress bars, and how many pictures are there.

    Each picture may have its own bar: a percentage lower than the one before starts the next.
    """
    wanted = (prediction.input or {}).get("num_outputs", 1)
    pictures = wanted if isinstance(wanted, int) and wanted > 0 else 1
    output = prediction.output
    ready = len(cast(list[Any], output)) if isinstance(output, list) else int(output is not None)
    bars = [min(int(percent), 100) for percent in TQDM_PERCENT.findall(prediction.logs or "")]
    finished_bars = sum(1 for before, after in pairwise(bars) if after < before)
    share = finished_bars + (bars[-1] / 100 if bars else 0)
    return min(99, int(100 * max(share, ready) / pictures)), min(ready, pictures)


def failure_code(error_text: str | None) -> str:
    """`safety_blocked` when the provider's safety check refused, else `provider_failed`."""
    return "safety_blocked" if SAFETY_WORDS.search(error_text or "") else "provider_failed"
