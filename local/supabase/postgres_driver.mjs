// Loaded before the gateway (`node --import`): corrects faults of postgres.js that end or block a process whose Postgres
// stops while a connection is reserved (https://github.com/porsager/postgres/issues/1208). Remove this when a release
// has the fixes. When the source of postgres.js changes, the start fails here.
import { registerHooks } from "node:module";

const fixes = {
  "/postgres/src/connection.js": [
    // A query for a closed socket would wait for ever or throw an error that cannot be caught: refuse it instead.
    [
      "    if (q.cancelled)\n      return\n\n    try {",
      "    if (!socket) return queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true\n$&",
    ],
    // The same for the password exchange, which runs asynchronously: the connection is opened again in any case.
    ["    const x = socket.write(chunk, fn)\n", "    if (!socket) return (chunk = nextWriteTimer = null), true\n$&"],
    // Otherwise the next socket would first send what was left of the closed one.
    ["    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n", "$&    chunk = nextWriteTimer = null\n"],
  ],
  "/postgres/src/index.js": [
    // A connection that closed while it was reserved would return to the pool as open, and never be opened again.
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
