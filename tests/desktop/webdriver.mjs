// The part of WebDriver that we need, on fetch: https://www.w3.org/TR/webdriver2/. WebKitWebDriver starts the app itself.

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const LIMIT = 30_000;

/** Starts `binary` with `args` and `env` under WebKitWebDriver. Close what comes back. */
export async function open(binary, args, env) {
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
    env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: "true" },
    stdio: "ignore",
    // A group of its own, so that no app outlives its test.
    detached: true,
  });
  const end = () => process.kill(-driver.pid, "SIGKILL");
  const ask = async (method, path, body) => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(LIMIT),
    });
    const { value } = await reply.json();
    if (!reply.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  try {
    await until("WebKitWebDriver answers", () => ask("GET", "/status").catch(() => false));
    const alwaysMatch = { "webkitgtk:browserOptions": { binary, args } };
    const { sessionId } = await ask("POST", "/session", { capabilities: { alwaysMatch } });
    return page((method, path, body) => ask(method, `/session/${sessionId}${path}`, body), end);
  } catch (fault) {
    end();
    throw fault;
  }
}

function page(ask, end) {
  const element = async (css) => (await ask("POST", "/element", { using: "css selector", value: css }))[ELEMENT];
  return {
    /** Runs the body of a function in the page and gives back what it returns; promises are waited for. */
    run: (script, ...args) => ask("POST", "/execute/sync", { script, args }),
    /** Types into a field, in place of what it holds. */
    async type(css, text) {
      await ask("POST", "/execute/sync", { script: "document.querySelector(arguments[0]).select()", args: [css] });
      await ask("POST", `/element/${await element(css)}/value`, { text });
    },
    click: async (css) => ask("POST", `/element/${await element(css)}/click`, {}),
    screenshot: async (path) => writeFile(path, Buffer.from(await ask("GET", "/screenshot"), "base64")),
    async close() {
      await ask("DELETE", "").catch(() => undefined);
      end();
    },
  };
}

/** Waits until `ready` answers something true, and gives that back. */
export async function until(what, ready, limit = LIMIT) {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ready();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Not within ${limit / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
