// Syncs in trouble: many files gone at once, a host that dies in the middle, an update that somebody does not want; and what
// two Administrators do with one file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { chips, link, rowsOf } from "./sheets.mjs";
import { Stage } from "./stage.mjs";
import { ended, says } from "./waiting.mjs";

const FILES = 100;
const GONE = 25;
const name = (number) => `File ${String(number).padStart(6, "0")}.pdf`;

let stage, library;
before(async () => {
  stage = await Stage.begin({ isConnected: true, world: ["--items", FILES] });
  const names = Array.from({ length: FILES }, (_, number) => name(number + 1));
  await stage.host(["onedrive", "import", "--from", "-"], names.join("\n"));
  library = (await stage.host(["library", "list"])).files;
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

const idOf = (number) => library.find((file) => file.name === name(number)).id;
const put = (number, text) => stage.change("put", { path: `/${name(number)}`, text: `%PDF-1.7\n% ${text}` });
const content = async (page, number) => (await page.request.get(`/files/${idOf(number)}/content`)).text();

async function sync(page) {
  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Sync now" }));
  await ended(page);
}

test("S8: a host that dies in the middle of a sync tells so, and the next one goes on where it stood", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  for (const number of [1, 2, 3]) await put(number, `other ${number}`);
  await stage.change("faults", { fault: `stall:/${name(2)}` });
  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Sync now" }));
  const address = page.url();
  await page.locator("#now").getByText(name(2)).waitFor();
  await page.goto("/files");
  await stage.kill();
  await stage.calm();
  await stage.serve();
  await page.goto(address);
  await page.getByText("Interrupted").first().waitFor();
  await look(page, "sync-interrupted");
  await says(page, "/sync?state=complete", "3 Updated");
  assert.equal(await page.getByRole("cell", { name: "Sync by hand" }).count(), 1, "it was one run");
  for (const number of [1, 2, 3]) assert.match(await content(page, number), /other/);
  ada.forgiveOutage();
  await ada.leave();
});

test("R37: an update that was taken back stays away until the file is released, and of two the second is told", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await put(5, "not wanted");
  await sync(page);
  assert.match(await content(page, 5), /not wanted/);
  await stage.host(["users", "add", "bea", "--role", "administrator"]);
  const bea = await loggedIn(stage, "bea");
  await bea.page.goto(`/files/${idOf(5)}`);
  await page.goto(`/files/${idOf(5)}`);
  await follow(page, page.getByRole("button", { name: "Go back to the content before" }));
  await put(5, "wanted at last");
  await sync(page);
  assert.doesNotMatch(await content(page, 5), /wanted/);
  await page.goto("/files?state=held");
  await page.getByRole("link", { name: name(5) }).waitFor();

  // What she looks at is how it was before.
  await follow(bea.page, bea.page.getByRole("button", { name: "Go back to the content before" }));
  await bea.page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await look(bea.page, "file-changed-meanwhile");
  await bea.page.goto(`/files/${idOf(5)}`);
  await follow(bea.page, bea.page.getByRole("button", { name: "Release" }));
  await bea.page.getByRole("heading", { name: name(5) }).waitFor();
  assert.equal(await bea.page.getByRole("heading", { name: "There is a problem" }).count(), 0);
  await sync(page);
  assert.match(await content(page, 5), /wanted at last/);
  await bea.leave();
  await ada.leave();
});

test("a file follows another one by its path, which is checked first, and is taken back", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  const follows = async (path) => {
    await page.goto(`/files/${idOf(10)}`);
    await page.getByLabel("Path or address").fill(path);
    await follow(page, page.getByRole("button", { name: "Check it" }));
  };
  await follows(" ");
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await look(page, "file-follow-nothing");
  await follows("File 00011.pdf");
  await ended(page);
  await page.getByText("Nothing is at that path").first().waitFor();
  await follows(name(11));
  await ended(page);
  await look(page, "file-follow-checked");
  await link(page, 1);
  await page.getByText("1 file was linked").waitFor();
  await sync(page);
  assert.match(await content(page, 10), /File 11\b/);
  await ada.leave();
});

test("S7: a quarter of the files is gone at once: all of them are looked at before they count as gone", async () => {
  for (let number = FILES - GONE; number < FILES; number += 1) await stage.change("delete", { path: `/${name(number + 1)}` });
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await sync(page);
  await page.goto("/sync");
  await page.getByText("would be marked as gone at once").waitFor();
  await look(page, "sync-guard");
  await page.goto("/");
  await look(page, "home-guard");
  await page.goto("/sync");
  await follow(page, page.getByRole("link", { name: "Look at them" }));
  assert.equal(await page.getByRole("row").count(), GONE + 1);
  await look(page, "guard");
  await follow(page, page.getByRole("button", { name: "They are really gone" }));
  await ended(page);
  await look(page, "guard-accepted");
  await follow(page, page.getByRole("link", { name: "Look at the run" }));
  const run = page.url();
  assert.equal((await chips(page, "Outcome")).get("Gone from the source, kept here"), GONE);

  await page.goto(`${run}?outcome=source-gone`);
  assert.equal(await page.getByRole("row").count(), GONE + 1);
  const files = page.getByRole("region", { name: "Download" });
  for (const [label, lines] of [
    ["JSON", (bytes) => JSON.parse(bytes).lines.length],
    ["CSV", (bytes) => bytes.toString().trim().split("\n").length - 1],
    ["Excel (.xlsx)", (bytes) => rowsOf(bytes) - 1],
  ]) {
    const [download] = await Promise.all([page.waitForEvent("download"), files.getByRole("link", { name: label }).first().click()]);
    assert.equal(lines(await readFile(await download.path())), GONE, label);
  }
  await ada.leave();
});
