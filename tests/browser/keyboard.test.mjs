// The keyboard alone: what has the focus is seen, in an order that makes sense, and nothing hides it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { endBrowser, loggedIn, somebody } from "./person.mjs";
import { FILES, PASSWORD, Stage } from "./stage.mjs";

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true, files: FILES });
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

/// What has the focus: its words, whether it is seen, and whether anything lies over it.
function focused(page) {
  return page.evaluate(async () => {
    // What has the focus is scrolled to before the next picture.
    for (let times = 0; times < 2; times += 1) await new Promise(requestAnimationFrame);
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const style = getComputedStyle(element);
    return {
      name: element.ariaLabel || element.labels?.[0]?.textContent || element.textContent.trim() || element.name,
      isBody: element === document.body,
      isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      over: over?.outerHTML.slice(0, 80),
      place: [box.x, box.y, box.width, box.height, innerWidth, innerHeight],
      isFree: box.width > 0 && (over === element || element.contains(over) || over?.contains(element)),
    };
  });
}

/// Walks through a page by the tab key, and says where it came by.
async function walk(page) {
  const names = [];
  for (let steps = 0; steps < 200; steps += 1) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (now.isBody) break;
    assert.ok(now.isSeen, `the focus is not seen on: ${now.name}`);
    assert.ok(now.isFree, `something lies over: ${JSON.stringify(now)}`);
    names.push(now.name);
  }
  return names;
}

test("somebody with a keyboard alone comes in, finds a file, moves it and logs out", async () => {
  const ada = await somebody(stage);
  const { page } = ada;
  const until = async (name) => {
    for (let steps = 0; steps < 100; steps += 1) {
      await page.keyboard.press("Tab");
      const now = await focused(page);
      // Before each name in a list there is a tick.
      if (now.name.includes(name) && !now.name.startsWith("Choose ")) {
        assert.ok(now.isSeen && now.isFree, name);
        return;
      }
    }
    assert.fail(`the tab key leads nowhere to ${name}`);
  };
  await page.goto(stage.invitation);
  await until("Password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  stage.known = new Set(["admin"]);
  await page.getByRole("button", { name: "Log out" }).waitFor();
  await until("Files");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Files", exact: true }).waitFor();
  await until("Skip to the page");
  await page.keyboard.press("Enter");
  await until("Search by name");
  await page.keyboard.type("proposal");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=proposal/);
  await until(FILES[0]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: FILES[0] }).waitFor();
  await until("Company Wide");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await until("Name of the Workspace or Division");
  await page.keyboard.type("North");
  await page.keyboard.press("Enter");
  await page.getByText("Division/North").first().waitFor();
  await until("Log out");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await ada.leave();
});

test("with a keyboard alone five files are chosen, a sixth is refused, and the five come in", async () => {
  await stage.change("put", { path: "/Zebra.pdf", text: "%PDF-1.7\n% one more\n" });
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/files/add");
  for (let chosen = 0; chosen < 6; ) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    assert.ok(!now.isBody, "the tab key comes by six files");
    if (!now.name.startsWith("Choose ")) continue;
    assert.ok(now.isSeen && now.isFree, `something lies over: ${JSON.stringify(now)}`);
    await page.keyboard.press("Space");
    chosen += 1;
  }
  await page.getByText("No more than 5 at one time").waitFor();
  do await page.keyboard.press("Tab");
  while ((await focused(page)).name !== "Select");
  await page.keyboard.press("Enter");
  await page.getByText("everyone can see").waitFor({ timeout: 60_000 });
  await ada.leave();
});

test("on every page the focus is seen, and nothing lies over it", async () => {
  const ada = await loggedIn(stage, "admin");
  for (const path of ["/", "/integrations", "/files", "/files/add", "/files/100001", "/files/associate", "/sync", "/plugin", "/limits", "/backups", "/users", "/tokens", "/trail", "/you"]) {
    await ada.page.goto(path);
    const names = await walk(ada.page);
    assert.equal(names[0], "Skip to the page", path);
    assert.deepEqual(names.slice(1, 3), ["admin", "Log out"], path);
  }
  await ada.leave();
});

test("with large letters and few colours all is still there", async () => {
  const ada = await loggedIn(stage, "admin", { forcedColors: "active", viewport: { width: 320, height: 256 } });
  for (const path of ["/", "/files", "/files/add", "/files/100001", "/limits"]) {
    await ada.page.goto(path);
    await walk(ada.page);
    const width = await ada.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 320, `${path} is ${width} wide`);
  }
  await ada.leave();
});
