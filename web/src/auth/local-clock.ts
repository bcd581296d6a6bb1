/**
 * `fetch` for auth-js. Auth says by its own clock when a token ends, and auth-js compares that with the clock of this
 * device: one hour fast, it would renew the token before every request. Without `expires_at`, auth-js counts the seconds
 * that the token lives from now on.
 */
export async function fetchByOwnClock(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const text = await response.clone().text();
  if (!response.ok || !text.includes('"expires_at"')) return response;
  const session = JSON.parse(text) as { expires_at?: number };
  delete session.expires_at;
  return new Response(JSON.stringify(session), response);
}
