import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { assembled } from "./assembled.mjs";
import { browse } from "./browse.mjs";
import { held } from "./process.mjs";

const CONNECTIONS = 8;
/** Connections that were given up may be closed a moment later. */
const SPARE = 16;
let load;

before(async () => {
  load = await assembled(2, "--chromosome", "chr21", "--chromosome", "chr22", "--reads", "100000");
});
after(() => load?.close());

test("2,000 tiles for 8 connections, one in ten given up, come without a fault and leave no handle open", { skip: !existsSync("/proc/self/fd") && "needs Linux" }, async () => {
  const { client, server, assays, chromosomes } = load;
  // One light bundle: it is the server that is tried.
  const marks = [{ bundle: "H3K4me3.cnn", target: "H3K4me3" }];
  const before = held(server.pid);
  let left = 2_000;
  const { milliseconds, givenUp } = await browse({ client, assays, chromosomes, marks, connections: CONNECTIONS, more: () => left-- > 0 });
  assert.ok(givenUp > 0 && milliseconds.length > 1_500, `${milliseconds.length} came, ${givenUp} were given up`);
  const after = held(server.pid);
  assert.ok(after.handles <= before.handles + CONNECTIONS + SPARE, `handles: ${before.handles}, then ${after.handles}`);
  assert.ok(after.most < 1_024, `${after.most} MB`);
});
