import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AXE, clean, folderWith, launch, open, PAIR, serve, settled, shot } from "./window.mjs";

let browser;
let folder;
let server;

before(async () => {
  folder = folderWith(...PAIR);
  browser = await launch();
  server = await serve(folder);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  clean(folder);
});

/** Serious and critical findings of axe-core, as `rule: element`. */
async function faults(page) {
  await page.waitForTimeout(250);
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE }).catch(() => undefined);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await import("node:fs").then((fs) => fs.readFileSync(AXE, "utf8")));
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`));
  });
}

for (const theme of ["light", "dark"]) {
  for (const [width, height] of [
    [1400, 900],
    [1100, 700],
  ]) {
    test(`no state has a serious fault of access, ${theme}, ${width} x ${height}`, async () => {
      const page = await open(browser, server, { theme, width, height });
      const look = async (state) => {
        assert.deepEqual(await faults(page), [], state);
        await shot(page, `${theme}-${width}-${state}`);
      };
      await page.getByText("imputes H3K4me3").waitFor();
      await look("empty");
      await page.getByRole("button", { name: "Open example" }).click();
      await settled(page);
      await look("example");
      for (const tab of ["Models", "Jobs", "Regions", "Explain", "Assay"]) {
        await page.getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
        await look(tab.toLowerCase());
      }
      await page.getByRole("button", { name: "Mark region" }).click();
      await look("region");
      await page.getByRole("button", { name: "Menu of H3K4me3" }).click();
      await look("track-menu");
      await page.keyboard.press("Escape");
      for (const [keys, state] of [
        ["F1", "keys"],
        ["Control+e", "export"],
        ["Control+o", "files"],
      ]) {
        await page.keyboard.press(keys);
        await page.getByRole("dialog").waitFor();
        await look(state);
        await page.keyboard.press("Escape");
      }
      await page.close();
    });
  }
}

test("every control can be reached by key, and shows that it is", async () => {
  const page = await open(browser, server);
  await page.getByRole("button", { name: "Open example" }).click();
  await settled(page);
  await page.evaluate(() => document.activeElement?.blur());
  const reached = new Set();
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const element = document.activeElement;
      const name = element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
      const outline = getComputedStyle(element).outlineStyle;
      return element === document.body ? null : `${name}|${outline}`;
    });
    if (name !== null) {
      assert.ok(!name.endsWith("|none"), `${name} shows that it has the focus`);
      reached.add(name.split("|")[0]);
    }
  }
  for (const wanted of ["Open assay", "Place or gene", "Zoom in", "Menu of H3K4me3", "Height of DNase", "Assay"]) {
    assert.ok([...reached].some((name) => name.startsWith(wanted)), `${wanted} among ${[...reached].join(", ")}`);
  }
  await page.close();
});

test("a track can be explained, moved and removed without a mouse", async () => {
  const page = await open(browser, server);
  await page.getByRole("button", { name: "Open example" }).click();
  await settled(page);
  await page.getByRole("button", { name: "Menu of DNase" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.equal(await page.getByRole("button", { name: "Menu of DNase" }).count(), 0);
  await page.close();
});
