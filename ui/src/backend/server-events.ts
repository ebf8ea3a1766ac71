import type { Event } from "./wire/Event";

/** Server-sent events read by fetch, since `EventSource` cannot send the key in a header. Comes back after a lost line. */
export function listenToServer(token: string, heard: (event: Event) => void): () => void {
  const stop = new AbortController();

  async function listen(): Promise<void> {
    const answer = await fetch("api/events", {
      headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
      signal: stop.signal,
    });
    if (!answer.ok || answer.body === null) throw new Error(`events: ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const { events, rest: left } = splitEvents(rest + value);
      rest = left;
      for (const text of events) heard(JSON.parse(text) as Event);
    }
  }

  async function keepListening(): Promise<void> {
    let wait = 500;
    while (!stop.signal.aborted) {
      try {
        await listen();
        wait = 500;
      } catch {
        wait = Math.min(wait * 2, 10_000);
      }
      if (!stop.signal.aborted) await new Promise((done) => setTimeout(done, wait));
    }
  }

  void keepListening();
  return () => stop.abort();
}

/** The data of the whole events in `text`, and what follows the last of them. */
export function splitEvents(text: string): { events: string[]; rest: string } {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop() ?? "";
  const events = blocks
    .map((block) =>
      block
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n"),
    )
    .filter((data) => data !== "");
  return { events, rest };
}
