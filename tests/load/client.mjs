// A page's side of `nascape serve`, without the page.

/** Methods of the server at an address that holds its key. */
export function clientOf(address) {
  const { origin, searchParams } = new URL(address);
  const headers = { "content-type": "application/json", authorization: `Bearer ${searchParams.get("token")}`, origin };

  const post = (method, args, signal) =>
    fetch(`${origin}/api/${method}`, { method: "POST", headers, body: JSON.stringify(args), ...(signal === undefined ? {} : { signal }) });

  return {
    /** The answer of a method; throws what the server says of a fault. */
    async ask(method, args = {}) {
      const answer = await post(method, args);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method}: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
    /** A tile's bytes, or null when it was cancelled. */
    async tile(request, signal) {
      const answer = await post("tile", { request }, signal);
      if (answer.ok) return (await answer.arrayBuffer()).byteLength;
      const text = await answer.text();
      if (answer.status === 422 && JSON.parse(text).cancelled) return null;
      throw new Error(`tile: ${answer.status} ${text}`);
    },
  };
}

/** Opens strands and gives the assay's id. */
export async function openAssay(client, paths) {
  const { tracks, faults } = await client.ask("open_files", { request: { paths, assembly: null, apart: false } });
  if (faults.length > 0) throw new Error(faults[0].message);
  return tracks[0].id;
}
