/** What the API answers when it refuses or fails. */
interface Failure {
  error: { code: string; message: string; details?: unknown; request_id: string };
}

interface ApiErrorFields {
  code: string;
  status: number;
  details?: unknown;
  /** Seconds to wait before the next try, from Retry-After. */
  retryAfter?: number;
  requestId?: string;
}

/**
 * A request that did not succeed. `message` is a sentence for the person; `code` is for decisions in code. Besides the
 * API's codes there are three of our own: `offline` (no network), `unreachable` (no answer), `unexpected` (not our
 * envelope).
 */
export class ApiError extends Error {
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly details: unknown;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, { code, status, details, retryAfter, requestId }: ApiErrorFields, cause?: unknown) {
    super(message, { cause });
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.details = details;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
  }

  /** Waiting may help: no answer, too many requests, or a server that is down. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Whether what was asked for is not there, or not any more: asking again does not help. */
export function isGone(error: Error | null): error is ApiError {
  return error instanceof ApiError && (error.status === 404 || error.status === 410);
}

/** The error of an answer that is not 2xx; `body` is its parsed JSON, or its text. */
export function failureOf(status: number, body: unknown, header: (name: string) => string | null): ApiError {
  const seconds = Number(header("Retry-After") ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? { retryAfter: seconds } : {};
  if (isFailure(body)) {
    const { code, message, details, request_id: requestId } = body.error;
    return new ApiError(message, { code, status, details, requestId, ...retryAfter });
  }
  return new ApiError("Maquette does not answer right now. Try again in a moment.", {
    code: "unexpected",
    status,
    ...retryAfter,
  });
}

/** The error of a request that got no answer. */
export function noAnswer(cause: unknown): ApiError {
  return navigator.onLine
    ? new ApiError(
        "We cannot reach Maquette right now. Try again in a moment.",
        { code: "unreachable", status: 0 },
        cause,
      )
    : new ApiError("You are offline. Your draft is kept on this device.", { code: "offline", status: 0 }, cause);
}

function isFailure(body: unknown): body is Failure {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string" &&
    "message" in error &&
    typeof error.message === "string"
  );
}
