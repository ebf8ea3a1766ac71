// What a program holds, as Linux tells it.

import { readdirSync, readFileSync } from "node:fs";

/** Megabytes in memory now, and at the most since the start; open handles. */
export function held(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]) / 1024;
  return { memory: megabytes("VmRSS"), most: megabytes("VmHWM"), handles: readdirSync(`/proc/${pid}/fd`).length };
}

/** Seconds of processor time of all that this process started, and of what those started. */
export function worked() {
  const stats = readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      // After the name, which may hold anything: the parent second, user and system time twelfth and thirteenth.
      const [, parent, , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
      return [{ pid, parent, ticks: Number(user) + Number(system) }];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
  const ofAll = (parent) => stats.filter((one) => one.parent === String(parent)).reduce((sum, { pid, ticks }) => sum + ticks + ofAll(pid), 0);
  return ofAll(process.pid) / 100;
}
