// What a program holds, as Linux tells it.

import { readdirSync, readFileSync } from "node:fs";

/** Megabytes in memory now, and at the most since the start; open handles. */
export function held(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]) / 1024;
  return { memory: megabytes("VmRSS"), most: megabytes("VmHWM"), handles: readdirSync(`/proc/${pid}/fd`).length };
}
