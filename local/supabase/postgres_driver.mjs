// Loaded before the gateway (`node --import`): puts right faults of postgres.js that end or cripple a process whose
// Postgres went away under a reserved connection (https://github.com/porsager/postgres/issues/1208). They go once a
// release has the fixes; until then a changed source stops the start here.
import { registerHooks } from "node:module";

const fixes = {
  "/postgres/src/connection.js": [
    // A query for a closed socket waits for ever or throws where nobody can catch it: it is refused instead.
    [
      "    if (q.cancelled)\n      return\n\n    try {",
      "    if (!socket) return queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true\n$&",
    ],
    // The same for a password's proof, which is computed aside: the connection is made anew in any case.
    ["    const x = socket.write(chunk, fn)\n", "    if (!socket) return (chunk = nextWriteTimer = null), true\n$&"],
    // What a closed socket was still to send would be the first thing that the next one says.
    ["    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n", "$&    chunk = nextWriteTimer = null\n"],
  ],
  "/postgres/src/index.js": [
    // A connection that closed while it was reserved goes back to the pool as open: nobody would connect it again.
    ["      c.reserved = null\n      onopen(c)\n    }\n\n    return sql\n", "      if (!c.reserved) return\n$&"],
  ],
};

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const file = Object.keys(fixes).find((name) => url.endsWith(name));
    if (!file) return loaded;
    let source = loaded.source.toString();
    for (const [place, fixed] of fixes[file]) {
      if (source.split(place).length !== 2) throw new Error(`postgres.js changed: look at ${import.meta.url} again`);
      source = source.replace(place, fixed);
    }
    return { ...loaded, source };
  },
});
