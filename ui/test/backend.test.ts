import { describe, expect, it } from "vitest";
import { headerText } from "../src/backend/methods";

describe("a header", () => {
  it("holds any path as ASCII that reads back the same", () => {
    for (const path of ["/data/K562.svg", "/data/Größe µ 图 🧬.pdf", 'C:\\a "b"\n\u007f']) {
      const text = headerText(path);
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(text)).toBe(path);
    }
  });
});
