// Postgres ends a reserved connection, as its own end would; its holder goes on, gives it back, and somebody asks again.
const [driver, url] = process.argv.slice(2);
const { default: postgres } = await import(driver);

const sql = postgres(url, { max: 1 });
const reserved = await sql.reserve();
const [{ pid }] = await reserved`select pg_backend_pid() as pid`;
const other = postgres(url, { max: 1 });
await other`select pg_terminate_backend(${pid})`;
await new Promise((resolve) => setTimeout(resolve, 500));

const wide = "x".repeat(2000); // written at once; a short query waits for the next turn
for (const query of [reserved`select 1`, reserved`select ${wide}::text`]) console.log(await query.catch(({ code }) => code));
reserved.release();
for (let tries = 0; tries < 3; tries += 1) console.log(await sql`select 1 as one`.then(([{ one }]) => one, ({ code }) => code));
await Promise.all([sql.end(), other.end()]);
