"""Codes to statuses and sentences: the one place that knows both. Clients read the code, people the sentence."""

from enum import StrEnum
from typing import Any, Final, cast

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_500_INTERNAL_SERVER_ERROR
from msgspec import UNSET, to_builtins

from api.envelope import ErrorBody, ErrorEnvelope
from api.request_id import current_request_id, note_code
from libs.errors import ErrorCode, MaquetteError, causes_of

log = structlog.get_logger()


class TransportCode(StrEnum):
    """Why the API refuses a request before it calls a service. Clients read the value; its meaning never changes."""

    MALFORMED_REQUEST = "malformed_request"
    INVALID_IDEMPOTENCY_KEY = "invalid_idempotency_key"
    NOT_AUTHENTICATED = "not_authenticated"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    REQUEST_TIMEOUT = "request_timeout"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type"
    INTERNAL = "internal_error"


class TransportError(Exception):
    """A request is refused before a service is called."""

    def __init__(self, code: TransportCode) -> None:
        super().__init__(code.value)
        self.code = code


AnswerCode = ErrorCode | TransportCode

# Codes are equal when their text is: TOKEN_REFUSED is found as NOT_AUTHENTICATED.
# fmt: off
ANSWERS: Final[dict[AnswerCode, tuple[int, str]]] = {
    TransportCode.MALFORMED_REQUEST: (400, "The request is not well formed."),
    ErrorCode.INVALID_CURSOR: (400, "This page link is not valid. Start again from the first page."),
    TransportCode.INVALID_IDEMPOTENCY_KEY: (400, "The Idempotency-Key header must have 1 to 255 printable characters."),
    TransportCode.NOT_AUTHENTICATED: (401, "Your session ended. Sign in and you return to this draft."),
    ErrorCode.ACCOUNT_GONE: (401, "This account no longer exists."),
    ErrorCode.ACCOUNT_CLOSED: (401, "This account is closed and is being deleted. Soon you can sign up anew."),
    ErrorCode.PLAN_CAP_REACHED: (402, "You do not have enough credits left for this render."),
    ErrorCode.PAYMENT_DISPUTED: (403, "Your bank questions a payment of this account. Runs wait until we cleared it."),
    ErrorCode.ACCOUNT_BLOCKED: (403, "Your account is blocked: you cannot generate, upload, share or buy a plan."),
    ErrorCode.SHARING_REFUSED: (403, "This was taken down after a report and cannot be shared again."),
    ErrorCode.NOT_FOUND: (404, "There is nothing at this address."),
    ErrorCode.GENERATION_NOT_FOUND: (404, "This generation does not exist."),
    ErrorCode.INPUT_NOT_FOUND: (404, "The picture to start from no longer exists. Choose another one."),
    ErrorCode.COLLECTION_NOT_FOUND: (404, "This collection does not exist."),
    ErrorCode.RENDER_NOT_FOUND: (404, "This render does not exist."),
    ErrorCode.VARIANT_NOT_FOUND: (404, "This variant does not exist."),
    ErrorCode.SHARE_NOT_FOUND: (404, "This link opens nothing. It may have ended or been turned off by its owner."),
    ErrorCode.COMMUNITY_SET_NOT_FOUND: (404, "This set is no longer in the community."),
    ErrorCode.COMMUNITY_ITEM_NOT_FOUND: (404, "This picture is no longer in the community."),
    TransportCode.METHOD_NOT_ALLOWED: (405, "This address does not answer that method."),
    TransportCode.REQUEST_TIMEOUT: (408, "The request took too long to arrive. Try again."),
    ErrorCode.GENERATION_IN_FLIGHT: (409, "One render runs at a time. Generate when this one is done."),
    ErrorCode.GENERATION_NOT_RETRYABLE: (409, "Only a generation that failed or was canceled can be tried again."),
    ErrorCode.LAST_VARIANT: (409, "A render keeps at least one variant. Delete the render instead."),
    ErrorCode.FAVORITES_FIXED: (409, "My Favorites is always there: it cannot be renamed or deleted."),
    ErrorCode.ALREADY_SUBSCRIBED: (409, "You already have a plan. Change it under Manage billing."),
    ErrorCode.NO_SUBSCRIPTION: (409, "There is nothing to manage yet: you are on the free plan."),
    ErrorCode.TOO_MANY_UPLOADS: (409, "You have 1,000 photos here, the most we keep. Delete some you no longer need."),
    ErrorCode.TOO_MANY_COLLECTIONS: (409, "You have 1,000 collections, the most we keep. Delete one first."),
    ErrorCode.TOO_MANY_COLLECTION_ITEMS: (409, "Your collections hold 200,000 renders, the most we keep."),
    ErrorCode.TOO_MANY_SHARE_LINKS: (409, "You have made 5,000 links, the most we keep, with those turned off."),
    TransportCode.BODY_TOO_LARGE: (413, "The request is too large."),
    ErrorCode.UPLOAD_TOO_LARGE: (413, "This photo is too large. The limit is 25 MB."),
    ErrorCode.TOO_MANY_PIXELS: (413, "This photo has too many pixels. The limit is 64 megapixels."),
    TransportCode.UNSUPPORTED_CONTENT_TYPE: (415, "This address takes another content type."),
    ErrorCode.UNSUPPORTED_IMAGE: (415, "This file is not a photo we can use. Use JPEG, PNG, WebP, HEIC or AVIF."),
    ErrorCode.UNREADABLE_IMAGE: (422, "This photo is damaged or incomplete. Try another copy of it."),
    ErrorCode.ANIMATED_IMAGE: (422, "Animated pictures cannot be used. Choose a still photo."),
    ErrorCode.IMAGE_TOO_SLOW: (422, "This photo takes too long to open. Save it as a plain JPEG and use that copy."),
    ErrorCode.NOT_CONVERTIBLE: (422, "This picture cannot be saved in this format. Choose another one."),
    ErrorCode.VALIDATION_FAILED: (422, "Some values are not valid."),
    ErrorCode.IDEMPOTENCY_KEY_REUSED: (422, "This Idempotency-Key was used for another request."),
    ErrorCode.PRESET_UNAVAILABLE: (422, "This preset is no longer offered. Choose another one."),
    ErrorCode.TOO_MANY_VARIANTS: (422, "Your plan or this preset makes fewer variants at once."),
    ErrorCode.RATE_LIMITED: (429, "Too many requests. Wait a moment and try again."),
    ErrorCode.TOO_MANY_GIVEN_BACK: (
        429,
        "Too many renders were canceled or blocked today. You can generate again from 00:00 UTC.",
    ),
    ErrorCode.UPLOAD_UNDER_WAY: (429, "Your last photo is still being prepared. Wait a moment and try again."),
    ErrorCode.DOWNLOADS_UNDER_WAY: (429, "Your other downloads are still being prepared. Wait a moment and try again."),
    ErrorCode.TOO_MANY_EXPORTS: (429, "You exported your data several times in this hour. Try again in the next one."),
    TransportCode.INTERNAL: (500, "Something failed on our side. Try again; quote the request id if it stays."),
    ErrorCode.PROVIDER_ERROR: (502, "The image provider failed. Your credits are back. Try again."),
    ErrorCode.BILLING_UNAVAILABLE: (502, "Stripe does not answer right now. Nothing was changed. Try again soon."),
    ErrorCode.DATABASE_UNAVAILABLE: (503, "We cannot reach your data right now. Try again in a few seconds."),
    ErrorCode.STORAGE_UNAVAILABLE: (503, "We cannot reach your pictures right now. Try again in a few seconds."),
    ErrorCode.SIGN_IN_UNAVAILABLE: (503, "We cannot check your sign-in right now. Try again in a few seconds."),
    ErrorCode.LIMITS_UNAVAILABLE: (503, "We cannot take requests right now. Try again in a few seconds."),
    ErrorCode.OUTPUTS_UNAVAILABLE: (503, "The provider does not hand out its pictures right now. Try again soon."),
    ErrorCode.SUBMITS_PAUSED: (503, "New renders are paused. Your renders and your draft are safe. Try again later."),
    ErrorCode.DAILY_CEILING_REACHED: (503, "We make no more renders today. You can generate again from 00:00 UTC."),
    ErrorCode.UPLOADS_BUSY: (503, "Many photos are being prepared right now. Try again in a few seconds."),
}
# fmt: on

# What Litestar itself refuses with, before any of our code runs.
_CODE_OF_STATUS: Final = {
    400: TransportCode.MALFORMED_REQUEST,
    401: TransportCode.NOT_AUTHENTICATED,
    404: ErrorCode.NOT_FOUND,
    405: TransportCode.METHOD_NOT_ALLOWED,
    408: TransportCode.REQUEST_TIMEOUT,
    413: TransportCode.BODY_TOO_LARGE,
    415: TransportCode.UNSUPPORTED_CONTENT_TYPE,
    429: ErrorCode.RATE_LIMITED,
}

MAX_FIELDS: Final = 20


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """OpenAPI responses for the statuses of a handler, each with its possible codes. 500 is always one of them."""
    return {status: _documented(status) for status in (*statuses, 500)}


def _documented(status: int) -> ResponseSpec:
    codes = [code for code, (of, _) in ANSWERS.items() if of == status]
    body = ErrorBody(codes[0].value, ANSWERS[codes[0]][1], "4bf92f3577b34da6a3ce929d0e0e4736")
    return ResponseSpec(
        ErrorEnvelope,
        generate_examples=False,
        description=", ".join(code.value for code in codes),
        examples=[Example(value=to_builtins(ErrorEnvelope(body)))],
    )


def failure(
    code: AnswerCode, details: dict[str, Any] | None = None, retry_after: int | None = None
) -> Response[ErrorEnvelope]:
    """The answer for a code."""
    status, sentence = ANSWERS[code]
    note_code(code.value)
    facts = dict(details or {})
    # What an operator wrote for people stands in place of our own sentence.
    message = str(facts.pop("sentence", sentence))
    body = ErrorBody(code.value, message, current_request_id(), facts or UNSET)
    headers: dict[str, str] = {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == HTTP_401_UNAUTHORIZED:
        # RFC 9110, section 11.6.1: a 401 says how to authenticate.
        headers["WWW-Authenticate"] = "Bearer"
    return Response(ErrorEnvelope(body), status_code=status, headers=headers)


def on_maquette_error(_: Request[Any, Any, Any], error: MaquetteError) -> Response[ErrorEnvelope]:
    """What a service or repository refuses. What is not the client's doing is logged with its cause."""
    if ANSWERS[error.code][0] >= HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("request_failed", **causes_of(error))
    return failure(error.code, error.details, error.retry_after)


def on_transport_error(_: Request[Any, Any, Any], error: TransportError) -> Response[ErrorEnvelope]:
    """What our middleware, guards and parameters refuse."""
    return failure(error.code)


def on_validation_error(_: Request[Any, Any, Any], error: ValidationException) -> Response[ErrorEnvelope]:
    """A body or parameter that does not fit its contract: each field with its reason."""
    extra = cast("list[dict[str, Any]]", error.extra if isinstance(error.extra, list) else [])
    problems = [(str(entry.get("key", "")), str(entry.get("message", ""))[:200]) for entry in extra[:MAX_FIELDS]]
    # Handlers call the body `data`: a problem with the whole body has no path.
    fields = [{"field": "" if key == "data" else key, "message": message} for key, message in problems]
    return failure(ErrorCode.VALIDATION_FAILED, {"fields": fields})


def on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[ErrorEnvelope]:
    """What the framework refuses. Its text may quote the request, so only the status is kept."""
    if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("request_failed", code=TransportCode.INTERNAL.value, **causes_of(error))
    answer = failure(_CODE_OF_STATUS.get(error.status_code, TransportCode.INTERNAL))
    if allowed := (error.headers or {}).get("allow"):
        # RFC 9110, section 15.5.6: a 405 says what is allowed. Who answers GET answers HEAD.
        methods = set(allowed.split(", "))
        answer.headers["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return answer


def on_undecodable_body(_: Request[Any, Any, Any], __: Exception) -> Response[ErrorEnvelope]:
    """msgspec raises RecursionError for JSON nested thousands deep, and UnicodeDecodeError for text not in UTF-8."""
    return failure(TransportCode.MALFORMED_REQUEST)


def on_unexpected_error(_: Request[Any, Any, Any], error: Exception) -> Response[ErrorEnvelope]:
    """A bug. Logged with its trace; the client gets the request id only."""
    log.error("request_failed", exc_info=error, code=TransportCode.INTERNAL.value, **causes_of(error))
    return failure(TransportCode.INTERNAL)


EXCEPTION_HANDLERS: Final = {
    MaquetteError: on_maquette_error,
    TransportError: on_transport_error,
    ValidationException: on_validation_error,
    HTTPException: on_http_error,
    RecursionError: on_undecodable_body,
    UnicodeDecodeError: on_undecodable_body,
    Exception: on_unexpected_error,
}
