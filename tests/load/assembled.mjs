// A server with assays open, ready for load.

import { clean, serve } from "../browser/window.mjs";
import { folderOfAssays, strandsOf } from "./assays.mjs";
import { clientOf, openAssay } from "./client.mjs";

/** Starts the server, opens `count` assays that `nascape simulate` made with these arguments, and learns what can be asked for. */
export async function assembled(count, ...simulate) {
  const folder = folderOfAssays(count, ...simulate);
  const server = await serve(folder);
  const client = clientOf(server.address);
  const open = (number) => openAssay(client, strandsOf(folder, number));
  const assays = [];
  for (let number = 0; number < count; number++) assays.push(await open(number));
  const chromosomes = (await client.ask("genome", { track: assays[0] })).chromosomes.filter(({ has_data }) => has_data);
  const marks = (await client.ask("about")).bundles
    .filter((bundle) => bundle.default)
    .map(({ name, targets }) => ({ bundle: name, target: targets[0].name }));
  const close = async () => {
    await server.stop();
    clean(folder);
  };
  return { client, server, folder, assays, chromosomes, marks, open, close };
}
