// A keyboard and nothing else.

import assert from "node:assert/strict";

import { follow } from "./person.mjs";

/// Goes by the tab key to what has this in its name.
export async function tab(page, name) {
  const met = [];
  for (let steps = 0; steps < 150; steps += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement.ariaLabel || activeElement.labels?.[0]?.innerText || activeElement.innerText || "";
    });
    if (now.includes(name)) return;
    met.push(now.slice(0, 40));
  }
  assert.fail(`the tab key leads nowhere to ${name}, but to ${met}`);
}

/// Goes there and types.
export async function type(page, name, text) {
  await tab(page, name);
  await page.keyboard.type(text);
}

/// Presses what leads to another page, where the focus is or by that name.
export async function enter(page, name) {
  if (name) await tab(page, name);
  await follow(page, { click: () => page.keyboard.press("Enter") });
}
