// Looking at a page: what a machine can see of it, and pictures for people.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = {
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
  // The one rule of WCAG 2.2, which is off otherwise.
  rules: { "target-size": { enabled: true } },
};

const PICTURES = process.env.PICTURES;
mkdirSync(PICTURES, { recursive: true });

/// Looks at the page as it is now: in both colour schemes, wide and narrow. Its pictures have this name.
export async function look(page, name) {
  const before = page.viewportSize();
  try {
    await document(page, name);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 1280, height: 800 });
      await accessible(page, `${name}, 1280, ${colorScheme}`);
      await picture(page, `${name}-1280-${colorScheme}`);
      await page.setViewportSize({ width: 360, height: 740 });
      await picture(page, `${name}-360-${colorScheme}`);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    await accessible(page, `${name}, 320`);
    const width = await page.evaluate(() => window.document.documentElement.scrollWidth);
    assert.ok(width <= 320, `${name}: at 320 pixels the page is ${width} wide`);
  } finally {
    await page.setViewportSize(before);
    await page.emulateMedia({ colorScheme: null });
  }
}

/// What every page has, and what no page says.
async function document(page, name) {
  const found = await page.evaluate(() => ({
    language: window.document.documentElement.lang,
    title: window.document.title,
    headings: [...window.document.querySelectorAll("h1")].map((heading) => heading.textContent.trim()),
    mains: window.document.querySelectorAll("main").length,
    text: window.document.body.innerText,
  }));
  assert.equal(found.language, "en", name);
  assert.equal(found.headings.length, 1, `${name}: ${found.headings}`);
  assert.ok(found.title.endsWith(" – ClientPoint") && found.title.includes(found.headings[0]), `${name}: ${found.title}`);
  assert.equal(found.mains, 1, name);
  // Nobody here types anything, and nobody reads what programs write to each other.
  const flag = found.text.match(/(?<![\w-])--[a-z][\w-]*/)?.[0] ?? "";
  assert.ok(flag === "" || flag === "--public-url", `${name} has a flag on it: ${flag}`);
  for (const word of ["clientpoint-host", '{"', "undefined", "[object"]) {
    assert.ok(!found.text.includes(word), `${name} says ${word}`);
  }
}

async function accessible(page, name) {
  // The bar at the bottom lies over whatever is under it just then, and one scrolls: sizes are those of the whole page.
  const { width } = page.viewportSize();
  const height = await page.evaluate(() => window.document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height });
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((rules) => window.axe.run(window.document, rules), RULES);
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html}\n${failureSummary}`),
  );
  assert.deepEqual(told, [], `${name}: axe has found something`);
}

async function picture(page, name) {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true, animations: "disabled" });
}
