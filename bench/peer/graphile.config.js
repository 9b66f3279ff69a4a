// PostGraphile as its documentation has it for production: the Amber preset, no explorer, no watching, no explaining.
import pg from "pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const pool = new pg.Pool({ max: Number(process.env.PEER_POOL_SIZE) });
pool.on("error", () => {});

/** @type {GraphileConfig.Preset} */
export default {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: ["public"] })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
  grafast: { explain: false },
  schema: { defaultBehavior: "-connection +list -insert -update -delete" },
};
