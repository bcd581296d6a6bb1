// The Supabase API of the local stack: @supabase/lite on our Postgres, changed so that it answers as hosted Supabase
// ("upstream") does. Product code is written for upstream; every difference of lite is corrected in this file only, with
// its reason, and tests/integration/local/test_gateway_shims.py fails without the correction.
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { SmtpEmailDriver, setExperimental } from "@supabase/lite";
import { createApi } from "@supabase/lite/cli";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { verify } from "hono/jwt";
import { answerAsUpstream } from "./auth.mjs";
import { Mailer } from "./mails.mjs";

const HOST = "127.0.0.1";
const NAMES = [
  "PROJECT", "PROJECT_FOLDER", "CONFIRM_EMAIL", "DATABASE_URL", "PORT", "STUDIO_PORT", "INBOX_SMTP_PORT", "STORAGE_DIR", "SITE_URL",
  "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_JWT_SECRET",
];
const missing = NAMES.filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`missing in the environment: ${missing.join(", ")}`);
  process.exit(2);
}
const env = process.env;
const apiUrl = `http://${HOST}:${env.PORT}`;

// A parent that was killed cannot send a signal, so watch for it.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(0), 500).unref();

const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
const types = {
  // RPC arguments of this type are JSON text already; lite would encode them a second time.
  jsonb: { to: 3802, from: [3802], serialize: text, parse: JSON.parse },
  // PostgREST answers 2026-01-31T08:00:00+00:00; the text of Postgres is 2026-01-31 08:00:00+00.
  timestamptz: {
    to: 1184,
    from: [1184],
    serialize: (value) => (value instanceof Date ? value.toISOString() : value),
    parse: (value) => value.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"),
  },
};
// The form of https://docs.postgrest.org/en/latest/references/errors.html#raise-errors-with-http-status-codes.
const withStatus = ({ code, message, detail, hint }, status) => ({
  code: "PGRST",
  message: JSON.stringify({ code, message, details: detail ?? null, hint: hint ?? null }),
  detail: JSON.stringify({ status, headers: {} }),
});
function connect() {
  const connection = createPostgresConnection({
    url: env.DATABASE_URL,
    postgresOptions: {
      types,
      connection: { "storage.allow_delete_query": "true" }, // see protect_delete() in platform.sql
      onnotice: () => {}, // at every start: "already exists, skipping"
    },
  });
  // At its first requests lite would GRANT ALL on every table to anon and authenticated. That undoes column grants and
  // revokes, and concurrent requests fail with "tuple concurrently updated". "active" tells lite that it is done.
  connection.rlsState = "active";
  // Lite shows its connection's settings on /_system/info: hide the password.
  connection.config.url = "local";
  // A violated check and a plain `raise exception` are 400 upstream; lite answers 500 unless SQL sets a status.
  connection.normalizeDbError = (error) => (["23514", "P0001"].includes(error?.code) ? withStatus(error, 400) : error);
  return connection;
}

// On this notification PostgREST reads the schema again; lite keeps the first one it read, or is just reading.
async function followSchema(connection) {
  let version = 0;
  const introspect = connection.introspect.bind(connection);
  connection.introspect = async (options) => {
    for (;;) {
      const started = version;
      const schema = await introspect(options);
      if (started === version) return schema;
      await connection.clearSchemaCache();
    }
  };
  await connection.driver.listen("pgrst", () => {
    version += 1;
    return connection.clearSchemaCache();
  });
}

// Upstream's Storage and PostgREST let policies read the request's headers; lite lets functions only.
const storageHeaders = new AsyncLocalStorage();
function giveHeadersToPolicies(connection) {
  const apply = connection.applyJwtSessionContext.bind(connection);
  connection.applyJwtSessionContext = async (transaction, ...context) => {
    await apply(transaction, ...context);
    const headers = storageHeaders.getStore();
    const sql = "select set_config('request.headers', $1, true)";
    if (headers) await transaction.executeQuery({ sql, parameters: [JSON.stringify(headers)], query: {}, queryId: {} });
  };
}

// Upstream's PostgREST gives each request the settings of its role. Lite's connections never sign in as that role.
function giveTimeoutOfRole(connection) {
  const apply = connection.applyJwtSessionContext.bind(connection);
  connection.applyJwtSessionContext = async (transaction, ...context) => {
    await apply(transaction, ...context);
    const sql = `
      select set_config('statement_timeout', split_part(setting, '=', 2), true)
      from pg_catalog.pg_db_role_setting, unnest(setconfig) as setting
      where setrole = (select oid from pg_catalog.pg_roles where rolname = current_user)
        and setting like 'statement\\_timeout=%'`;
    await transaction.executeQuery({ sql, parameters: [], query: {}, queryId: {} });
  };
}

async function untilConnected(connection) {
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    try {
      return await connection.driver`select 1`;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const project = JSON.parse(env.PROJECT); // supabase/config.toml
// Lite has the name that the CLI had before version 3: `enable_signup`. Its templates are in mails.mjs.
const { enabled: emailSignUp, template: templates, ...emailSettings } = project.auth.email;
// Off, people can try the product without waiting for a mail, as with `supabase start`.
emailSettings.enable_confirmations &&= env.CONFIRM_EMAIL === "true";

const smtp = new SmtpEmailDriver({ host: HOST, port: Number(env.INBOX_SMTP_PORT), from: "Maquette <auth@maquette.local>" });
// The page that the current request asks mail to lead to; lite's links return to the root of the site.
const redirectTo = new AsyncLocalStorage();
const mailer = new Mailer({
  templates,
  folder: env.PROJECT_FOLDER,
  siteUrl: env.SITE_URL,
  apiUrl,
  redirectTo: () => redirectTo.getStore(),
  send: (mail) => smtp.send(mail),
});

const connection = connect();
await untilConnected(connection);
await followSchema(connection);
giveHeadersToPolicies(connection);
giveTimeoutOfRole(connection);

const config = {
  api: { ...project.api, enabled: true, port: Number(env.PORT) },
  auth: {
    ...project.auth,
    enabled: true,
    site_url: env.SITE_URL,
    additional_redirect_urls: [`${env.SITE_URL}/**`],
    jwt_secret: env.SUPABASE_JWT_SECRET,
    publishable_key: env.SUPABASE_PUBLISHABLE_KEY,
    secret_key: env.SUPABASE_SECRET_KEY,
    email: { ...emailSettings, enable_signup: emailSignUp },
  },
  storage: { enabled: true, file_size_limit: project.storage.file_size_limit },
  // Only local/database writes `supabase_migrations`.
  db: { migrations: { enabled: false } },
};

async function createApp(connection, { studio }) {
  const api = await createApi({ withSupabaseClient: false, authStorage: {} }); // else it makes a folder at home
  const middlewares = [answerAsUpstream(emailSettings, (page, next) => redirectTo.run(page, next))];
  const settings = { ...config, connection, studio: { enabled: studio }, options: { server: { middlewares } } };
  api.project.local.getConfig = async () => settings;
  const app = await api.project.local.createApp(undefined, { admin: studio });
  keepFilesApart(app._storageAdapter);
  app._mailer = mailer;
  return app;
}

async function tryRow(bucket, name) {
  const undo = new Error();
  const attempt = connection.driver.begin(async (sql) => {
    await sql`
      insert into storage.objects (bucket_id, name, version) values (${bucket}, ${name}, 'next')
      on conflict (bucket_id, name) do update set version = excluded.version`;
    throw undo;
  });
  await attempt.catch((error) => {
    if (error !== undo) throw error;
  });
}

function keepFilesApart(files) {
  // Upstream has no folders, only names; lite makes folders, so that `room` and `room/a.png` could not both exist.
  files.filePath = (bucket, name) => `${env.STORAGE_DIR}/${bucket}/${createHash("sha256").update(name).digest("hex")}`;
  // Lite streams from a FileHandle and never closes it: file descriptors leak on Node 24.
  // Upstream keeps what was there when a trigger refuses the row of an upload. Lite stores the content before the row,
  // and tries the row only for uploads that were not signed.
  const upload = files.uploadObject.bind(files);
  files.uploadObject = async (bucket, name, ...rest) => {
    await tryRow(bucket, name);
    return upload(bucket, name, ...rest);
  };
  files.getObject = async (bucket, name, _version, headers) => {
    const path = files.filePath(bucket, name);
    const info = await stat(path);
    const eTag = `"${createHash("md5").update(`${path}:${info.mtimeMs}`).digest("hex")}"`;
    const metadata = files.buildMetadata(info, eTag, name);
    if (headers?.ifNoneMatch === eTag) return { httpStatusCode: 304, metadata };
    return { httpStatusCode: 200, metadata, body: await readFile(path) };
  };
}

process.env.EXPERIMENTAL_STORAGE = "1"; // without it createApp() gives Storage no folder
setExperimental("storage", true);
const app = await createApp(connection, { studio: false });
await app.ensureSystemSchema();
await connection.driver.unsafe(await readFile(new URL("platform.sql", import.meta.url), "utf8"));

const gateway = new Hono();
// Lite's CORS headers are incomplete, and browsers refuse the answers.
gateway.use(cors({ origin: "*", exposeHeaders: ["Content-Range", "Content-Location", "Preference-Applied"] }));

// A body that is no JSON object becomes an empty one, so that lite names the missing field.
const jsonBody = async (c) => Object(await c.req.json().catch(() => null));

gateway.use("/storage/v1/*", (c, next) => storageHeaders.run(Object.fromEntries(c.req.raw.headers), next));

// Upstream signs relative to /storage/v1 and answers a batch with one entry per path, but a token that has ended with one
// error; lite has no batches.
async function sign(c, path, body) {
  const url = new URL(`/storage/v1/object/sign/${c.req.param("bucket")}/${path}`, apiUrl);
  const request = new Request(url, { method: "POST", headers: c.req.raw.headers, body: JSON.stringify(body) });
  const answer = await app.fetch(request, c.env);
  const signed = await answer.json();
  return answer.ok ? [200, { signedURL: signed.signedUrl.replace("/storage/v1", "") }] : [answer.status, signed];
}
gateway.post("/storage/v1/object/sign/:bucket", async (c) => {
  const { paths, ...rest } = await jsonBody(c);
  if (!Array.isArray(paths)) return c.json({ statusCode: "400", error: "Error", message: "paths must be a list" }, 400);
  const signOne = async (path) => {
    const [status, signed] = await sign(c, String(path).replace(/[?#%]/g, encodeURIComponent), rest);
    if (status === 401) return null;
    return status === 200
      ? { path, signedURL: signed.signedURL, error: null }
      : { path, signedURL: null, error: "Either the object does not exist or you do not have access to it" };
  };
  const entries = await Promise.all(paths.map(signOne));
  if (!entries.includes(null)) return c.json(entries);
  return c.json({ statusCode: "403", error: "Unauthorized", message: '"exp" claim timestamp check failed' }, 400);
});
gateway.post("/storage/v1/object/sign/:bucket/:path{.+}", async (c) => {
  const [status, signed] = await sign(c, c.req.param("path"), await jsonBody(c));
  return c.json(signed, status);
});

// Upstream lists one folder: names are relative to it, and a folder in it is an entry without an id. Lite lists the full
// names of everything that begins with the prefix.
gateway.post("/storage/v1/object/list/:bucket", async (c) => {
  const { prefix = "", limit = 100, offset = 0, ...rest } = await jsonBody(c);
  const folder = prefix && `${prefix.replace(/\/$/, "")}/`;
  const request = new Request(c.req.raw, { body: JSON.stringify({ ...rest, prefix: folder }) });
  const answer = await app.fetch(request, c.env);
  if (!answer.ok) return answer;
  const entries = new Map();
  for (const file of await answer.json()) {
    const [name, ...below] = file.name.slice(folder.length).split("/");
    entries.set(name, below.length > 0 ? { name, id: null, metadata: null } : { ...file, name });
  }
  return c.json([...entries.values()].slice(offset, offset + limit));
});

// A signed address that expired or was edited is 400 upstream; lite answers 500.
gateway.get("/storage/v1/object/sign/*", async (c, next) => {
  const isGood = () => verify(c.req.query("token") ?? "", env.SUPABASE_JWT_SECRET, "HS256").then(() => true, () => false);
  if (await isGood()) {
    await next();
    // It may have expired since the first check.
    if (c.res.status !== 500 || (await isGood())) return;
  }
  c.res = undefined; // else the headers of the old answer stay
  c.res = c.json({ statusCode: "400", error: "InvalidJWT", message: "the signature is wrong or has expired" }, 400);
});

// Lite refuses an upload before it has read it, so the connection closes while the client still sends. And it checks
// the bucket's limit only when a Content-Length is given.
gateway.on(["POST", "PUT"], "/storage/v1/object/*", async (c, next) => {
  const body = await c.req.arrayBuffer();
  const headers = new Headers(c.req.raw.headers);
  headers.set("Content-Length", String(body.byteLength));
  c.req.raw = new Request(c.req.raw, { headers, body });
  return next();
});

// Upstream accepts the type "email" for the code of any mail; lite only the kind of the mail.
gateway.post("/auth/v1/verify", async (c, next) => {
  const body = await jsonBody(c);
  if (body.type === "email") body.type = "magiclink";
  c.req.raw = new Request(c.req.raw, { body: JSON.stringify(body) });
  return next();
});

// Only these routes: lite's /_system would show anybody the schema and the database address.
for (const prefix of ["/auth/v1/*", "/rest/v1/*", "/storage/v1/*"]) gateway.all(prefix, (c) => app.fetch(c.req.raw, c.env));

// Studio: lite's admin page, on a loopback port of its own, without a key, as with `supabase start`.
const studioConnection = connect();
await followSchema(studioConnection);
// As upstream, Studio works as the database's owner; lite would use service_role, which has few grants here.
studioConnection.applyJwtSessionContext = async () => {};
const admin = await createApp(studioConnection, { studio: true });

const studio = new Hono();
// No other site may send requests from a person's browser: neither cross-origin nor by pointing its name at 127.0.0.1.
const names = [HOST, "localhost"].map((name) => `${name}:${env.STUDIO_PORT}`);
studio.use(async (c, next) => {
  const origin = c.req.header("Origin");
  const ours = names.includes(c.req.header("Host")) && (!origin || names.includes(origin.replace("http://", "")));
  return ours && !c.req.header("apikey") && !c.req.header("Authorization") ? next() : c.text("Forbidden", 403);
});
const assets = fileURLToPath(new URL(".", import.meta.resolve("@supabase/lite")));
studio.use("/static/*", serveStatic({ root: assets }));
studio.all("*", (c) => admin.fetch(c.req.raw, { peerAddress: c.env.incoming.socket.remoteAddress ?? null }));

const listen = (fetch, port) =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch, port: Number(port), hostname: HOST }, () => resolve(server));
    // Upstream's proxies keep idle connections for more than a minute; Node closes them after five seconds, maybe just
    // when a client sends its next request.
    server.keepAliveTimeout = 75_000;
    server.once("error", reject);
  });
const servers = await Promise.all([listen(gateway.fetch, env.PORT), listen(studio.fetch, env.STUDIO_PORT)]);

async function stop() {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await Promise.all([connection, studioConnection].map(({ driver }) => driver.end({ timeout: 2 })));
  process.exit(0);
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
console.log(JSON.stringify({ event: "ready", url: apiUrl, studio_url: `http://${HOST}:${env.STUDIO_PORT}` }));
