// Serves PostGraphile on a free port of this machine and prints the address. Its database is named by PGHOST and the like.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/node";
import preset from "./graphile.config.js";

const server = createServer();
const peer = postgraphile(preset);
const serving = peer.createServ(grafserv);
await serving.addTo(server);
await serving.ready();
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
