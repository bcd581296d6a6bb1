// Where lite's Auth answers otherwise than upstream's (https://github.com/supabase/auth/tree/master/internal/api), changed
// for each request: an address that has an account, codes of new people, two confirmations of a change of e-mail, and the
// code for a new password.
import { createHash, randomInt, randomUUID } from "node:crypto";

const RECENT_MS = 24 * 60 * 60 * 1000;
const HALF_CONFIRMED = "Confirmation link accepted. Please proceed to confirm link sent to the other email";

/** As lite makes and hashes codes. */
const newCode = (length) => Array.from({ length }, () => randomInt(10)).join("");
const hashOf = (email, code) => createHash("sha256").update(email.toLowerCase() + code).digest("hex");

/**
 * The middleware of lite's server that makes Auth answer as upstream. `settings` is `[auth.email]` of supabase/config.toml.
 * `withRedirect` runs a function with the page that the request asks to return to, if mail may lead there.
 */
export const answerAsUpstream = (settings, withRedirect) => async (c, next) => {
  if (!c.req.path.startsWith("/auth/v1/")) return next();
  const service = c.var.authService;
  // Lite does not export the class of its errors, whose status and code it answers. Without a token it throws one.
  const AuthError = await service.verifyOtp({}).catch((error) => error.constructor);
  const half = { confirmed: false };
  if (settings.enable_confirmations) confirmNewPeople(service);
  confirmBothAddresses(service, settings, half);
  if (settings.secure_password_change) askForCode(service, c, AuthError);
  const page = service.resolveEmailRedirect(c.req.query("redirect_to"));
  await withRedirect(page, next);
  if (!half.confirmed) return;
  const location = `${page}#${new URLSearchParams({ message: HALF_CONFIRMED, sb: "" })}`;
  c.res = undefined; // else the headers of lite's answer stay
  c.res =
    c.req.method === "GET"
      ? new Response(null, { status: 303, headers: { location } })
      : Response.json({ msg: HALF_CONFIRMED, code: "200" });
};

// Lite refuses a known address as if a mail had been sent just now, and confirms a new one before its code was entered.
function confirmNewPeople(service) {
  const signUp = service.signUp.bind(service);
  service.signUp = async (email, password, data) => {
    try {
      return await signUp(email, password, data);
    } catch (error) {
      if (error.code !== "over_email_send_rate_limit") throw error;
      const user = await service.repo.findUserByEmail(email);
      // Who asks shall not learn that the address has an account: an invented person, and no mail.
      if (user.confirmed_at) return { user: service.mapUserToResponse(inventedUser(email, data), [], "signup") };
      await confirmAgain(service, user);
      const identities = await service.repo.findIdentitiesByUserId(user.id);
      return { user: service.mapUserToResponse(user, identities, "signup") };
    }
  };

  const signInWithOtp = service.signInWithOtp.bind(service);
  service.signInWithOtp = async (email, options) => {
    const user = email && (await service.repo.findUserByEmail(email));
    const mayMake = options?.shouldCreateUser !== false;
    if (user ? user.confirmed_at : !email || !mayMake) return signInWithOtp(email, options);
    await service.signUp(email, randomUUID(), {});
  };
}

function inventedUser(email, data) {
  const now = new Date().toISOString();
  const providers = { provider: "email", providers: ["email"] };
  return {
    id: randomUUID(),
    email,
    created_at: now,
    updated_at: now,
    confirmation_sent_at: now,
    raw_app_meta_data: providers,
    raw_user_meta_data: data,
  };
}

async function confirmAgain(service, { id, email }) {
  const code = newCode(service.otpLength);
  const token = { confirmation_token: hashOf(email, code), confirmation_sent_at: new Date().toISOString() };
  await service.repo.updateUser(id, token);
  await service.mailer.sendConfirmation(email, token.confirmation_token, code);
}

// Lite asks one of the two addresses only. Upstream asks both, unless new people need no code.
function confirmBothAddresses(service, settings, half) {
  const needsBoth = settings.enable_confirmations && settings.double_confirm_changes;

  const updateUser = service.updateUser.bind(service);
  service.updateUser = async (id, changes) => {
    if (changes.email) await service.repo.updateUser(id, { email_change_confirm_status: 0 });
    return updateUser(id, changes);
  };

  const verifyOtp = service.verifyOtp.bind(service);
  service.verifyOtp = async (given) => {
    if (given.type !== "email_change") return verifyOtp(given);
    const hash = given.token_hash || (given.email && given.token && hashOf(String(given.email), given.token));
    const found = hash && (await service.findUserByTokenAndType(hash, given.type));
    const confirm = async (repo) => {
      if (!(await repo.claimUserToken(found.user.id, found.tokenColumn, hash))) return null;
      // Read again: the other confirmation may have been made meanwhile, and the claim waited for it.
      const user = await repo.findUserById(found.user.id);
      half.confirmed = needsBoth && user.email_change_confirm_status === 0;
      await repo.updateUser(user.id, { email_change_confirm_status: half.confirmed ? 1 : 0 });
      return half.confirmed ? {} : service.completeVerifyOtp(user, found.tokenColumn, given.type);
    };
    const isGood = found && !service.isTokenExpired(found.user, found.tokenColumn);
    return (isGood && (await inTransaction(service, confirm))) || verifyOtp({}); // which throws lite's error
  };
}

// Lite asks for no code, however old the sign-in is.
function askForCode(service, c, AuthError) {
  const updateUser = service.updateUser.bind(service);
  service.updateUser = async (id, changes) => {
    if (changes.password !== undefined) await requireRecentSignIn(service, c, id, AuthError);
    return updateUser(id, changes);
  };
}

async function requireRecentSignIn(service, c, id, AuthError) {
  const sessionId = c.get("sessionId");
  const session = sessionId && (await service.repo.findSessionById(sessionId));
  if (session && Date.now() - new Date(session.created_at) <= RECENT_MS) return;
  const { nonce } = await c.req.json();
  if (!nonce) throw new AuthError(400, "reauthentication_needed", "Password update requires reauthentication");
  const user = await service.repo.findUserById(id);
  const isGood =
    !service.isTokenExpired(user, "reauthentication_token") &&
    (await service.repo.claimUserToken(id, "reauthentication_token", hashOf(user.email, String(nonce))));
  if (!isGood) throw new AuthError(422, "reauthentication_not_valid", "Nonce has expired or is invalid");
}

/** Lite's own way: its methods read `service.repo`. */
async function inTransaction(service, work) {
  const { repo } = service;
  return repo.transaction(async (transaction) => {
    service.repo = transaction;
    try {
      return await work(transaction);
    } finally {
      service.repo = repo;
    }
  });
}
