"""What services and repositories refuse with: a stable code and the facts that a sentence needs.

`api/errors.py` alone knows the status and the sentence of a code, and the codes of HTTP itself.
"""

from collections.abc import Mapping
from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a rule refuses. Clients read the value, SQL functions raise it; its meaning never changes."""

    INVALID_CURSOR = "invalid_cursor"
    # The database does not accept the caller's token (any more). Clients see the code of a request without a token.
    TOKEN_REFUSED = "not_authenticated"  # noqa: S105 - no secret
    ACCOUNT_GONE = "account_gone"
    ACCOUNT_CLOSED = "account_closed"
    PLAN_CAP_REACHED = "plan_cap_reached"
    PAYMENT_DISPUTED = "payment_disputed"
    ACCOUNT_BLOCKED = "account_blocked"
    SHARING_REFUSED = "sharing_refused"
    NOT_FOUND = "not_found"
    GENERATION_NOT_FOUND = "generation_not_found"
    INPUT_NOT_FOUND = "input_not_found"
    COLLECTION_NOT_FOUND = "collection_not_found"
    RENDER_NOT_FOUND = "render_not_found"
    VARIANT_NOT_FOUND = "variant_not_found"
    SHARE_NOT_FOUND = "share_not_found"
    COMMUNITY_SET_NOT_FOUND = "community_set_not_found"
    COMMUNITY_ITEM_NOT_FOUND = "community_item_not_found"
    GENERATION_IN_FLIGHT = "generation_in_flight"
    GENERATION_NOT_RETRYABLE = "generation_not_retryable"
    LAST_VARIANT = "last_variant"
    FAVORITES_FIXED = "favorites_fixed"
    ALREADY_SUBSCRIBED = "already_subscribed"
    NO_SUBSCRIPTION = "no_subscription"
    TOO_MANY_UPLOADS = "too_many_uploads"
    TOO_MANY_COLLECTIONS = "too_many_collections"
    TOO_MANY_COLLECTION_ITEMS = "too_many_collection_items"
    TOO_MANY_SHARE_LINKS = "too_many_share_links"
    UPLOAD_UNDER_WAY = "upload_under_way"
    UPLOADS_BUSY = "uploads_busy"
    DOWNLOADS_UNDER_WAY = "downloads_under_way"
    NOT_CONVERTIBLE = "not_convertible"
    UPLOAD_TOO_LARGE = "upload_too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNSUPPORTED_IMAGE = "unsupported_image"
    UNREADABLE_IMAGE = "unreadable_image"
    ANIMATED_IMAGE = "animated_image"
    IMAGE_TOO_SLOW = "image_too_slow"
    VALIDATION_FAILED = "validation_failed"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    PRESET_UNAVAILABLE = "preset_unavailable"
    TOO_MANY_VARIANTS = "too_many_variants"
    RATE_LIMITED = "rate_limited"
    TOO_MANY_GIVEN_BACK = "too_many_given_back"
    TOO_MANY_EXPORTS = "too_many_exports"
    PROVIDER_ERROR = "provider_error"
    BILLING_UNAVAILABLE = "billing_unavailable"
    DATABASE_UNAVAILABLE = "database_unavailable"
    SUBMITS_PAUSED = "submits_paused"
    DAILY_CEILING_REACHED = "daily_ceiling_reached"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    SIGN_IN_UNAVAILABLE = "sign_in_unavailable"
    LIMITS_UNAVAILABLE = "limits_unavailable"
    OUTPUTS_UNAVAILABLE = "outputs_unavailable"


class UpstreamError(Exception):
    """A service that we call failed or refused.

    `facts` are for our logs: SQLSTATE, status, a bounded `detail`. Never a token, an address or what a person wrote.
    """

    def __init__(self, message: str = "", **facts: object) -> None:
        super().__init__(message)
        self.facts = {name: fact for name, fact in facts.items() if fact is not None}


def causes_of(error: BaseException) -> dict[str, object]:
    """What a log line says about an error: the type of each exception behind it, nearest first, and their facts.

    The texts of exceptions are left out, because those of libraries quote addresses and input.
    """
    types: list[str] = []
    facts: dict[str, object] = {}
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, MaquetteError):
            facts.setdefault("code", found.code.value)
        else:
            types.append(type(found).__name__)
        if isinstance(found, UpstreamError):
            facts = found.facts | facts
        found = found.__cause__
    return facts | {"causes": types}


class MaquetteError(Exception):
    """A failure with a code.

    `details` are facts a client may show (numbers, ids, field errors): never a secret, never another person's data.
    `retry_after` is the number of seconds after which a repeat may succeed, where it is known.
    """

    def __init__(
        self, code: ErrorCode, details: Mapping[str, object] | None = None, *, retry_after: int | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.details = dict(details or {})
        self.retry_after = retry_after


class FieldError(MaquetteError):
    """A value of the request that breaks a rule; `field` is its path in the body, `message` a plain sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(ErrorCode.VALIDATION_FAILED, {"fields": [{"field": field, "message": message}]})
