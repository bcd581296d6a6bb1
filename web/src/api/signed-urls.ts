/** A signed URL is valid for an hour, and handed out for half an hour (libs/repositories/storage.py). */
export const URLS_LIVE_MS = 30 * 60_000;
/** When to ask for another, while it is shown. */
export const RENEW_AFTER_MS = 25 * 60_000;
