// A drive of thousands of files, and a company of a thousand drives: all of it is found, page by page and by a search.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { Stage } from "./stage.mjs";
import { ended } from "./waiting.mjs";

const FILES = 5_000;
const SITES = 1_200;

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true, world: ["--items", FILES, "--more-sites", SITES] });
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const file = (number) => `File ${String(number).padStart(6, "0")}.pdf`;
const tick = (page, number) => page.getByRole("checkbox", { name: `Choose ${file(number)}` });

test("of 5,000 files the first come at once, all are reached, and what was chosen stays so on the way", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/files/add");
  const names = () => page.locator("td.tick + td .name").allInnerTexts();
  const met = new Set(await names());
  assert.ok(0 < met.size && met.size < FILES, `${met.size} on the first page`);
  await tick(page, 1).check();
  await tick(page, 2).check();
  await page.getByText("2 of 5 chosen").waitFor();
  while ((await button(page, "Next page").count()) !== 0) {
    await follow(page, button(page, "Next page"));
    (await names()).forEach((name) => met.add(name));
    await page.getByText("2 of 5 chosen").waitFor();
  }
  assert.equal(met.size, FILES);
  await tick(page, FILES).check();
  await follow(page, button(page, "First page"));
  await page.getByText("3 of 5 chosen").waitFor();
  assert.ok((await tick(page, 1).isChecked()) && (await page.getByLabel(file(FILES)).isChecked()));

  await page.getByLabel("Search these files").fill("4321");
  await page.getByLabel("Order").selectOption("By name");
  await follow(page, button(page, "Search"));
  // It says how far it has looked, and goes on from there.
  for (let times = 0; (await tick(page, 4_321).count()) === 0; times += 1) {
    await page.getByText(/Found 0 in \d+ loaded\./).waitFor();
    if (times === 0) await look(page, "add-many-goes-on");
    await follow(page, button(page, "Go on searching"));
  }
  await page.getByText(/Found 1 in \d+ loaded\./).waitFor();
  await tick(page, 4_321).check();
  // One of those that are chosen elsewhere is let go again.
  await page.getByLabel(file(2)).uncheck();
  await page.getByLabel("Search these files").fill("99");
  await follow(page, button(page, "Search"));
  await page.reload();
  await page.getByText("3 of 5 chosen").waitFor();
  assert.equal(await page.locator("th[aria-sort=ascending]").innerText(), "Name");
  await look(page, "add-many");
  await follow(page, button(page, "Select"));
  await ended(page);
  for (const number of [1, FILES, 4_321]) await page.getByRole("cell", { name: file(number) }).waitFor();
  await ada.leave();
});

test("R17: of 1,200 drives each is found by a search, and chosen", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/integrations/drives");
  for (const name of ["Site 0777", `Site ${SITES}`]) {
    await page.getByLabel("Search these drives").fill(name);
    await follow(page, button(page, "Search"));
    for (let times = 0; (await page.getByRole("radio").count()) === 0; times += 1) {
      assert.ok(times < 20, `${name} is found nowhere`);
      await follow(page, page.getByRole("link", { name: "Go on" }));
    }
    await page.getByRole("radio", { name }).waitFor();
  }
  await look(page, "drives-many-found");
  await page.getByRole("radio", { name: `Site ${SITES}` }).check();
  await follow(page, button(page, "Select").first());
  await follow(page, button(page, "Switch"));
  await page.getByRole("heading", { name: "You're done with the setup" }).waitFor();
  await page.goto("/");
  await page.getByText("3 files no longer follow their source").waitFor();
  await ada.leave();
});

test("R17: who may list no drive reads which permission that takes, and may choose one by its address", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await stage.change("roles", { roles: ["Sites.Selected"] });
  // What was permitted before is forgotten with the token, and the doctor asks for another.
  await page.goto("/doctor");
  await page.getByRole("button", { name: "Look now" }).click();
  await page.getByRole("heading", { name: "What was found" }).waitFor();
  await page.goto("/integrations/drives");
  await page.getByText("an administrator of Microsoft 365 can grant the application").waitFor();
  await look(page, "drives-not-listed");
  await page.getByLabel("Address").waitFor();
  await ada.leave();
});
