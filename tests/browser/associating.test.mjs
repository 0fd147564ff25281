// Associate OneDrive Files: sheets with every kind of mistake, mended by what was meant and by the report, and wrong ones.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { enter, tab } from "./keys.mjs";
import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { check, chips, csv, link } from "./sheets.mjs";
import { FILES, Stage } from "./stage.mjs";
import { ended } from "./waiting.mjs";

/// Each kind of row, as the page names it, and where the row leads; a file of its own is put in for each.
const ROWS = [
  ["Will be linked", "Clients/Overview.pdf"],
  ["No path: nothing was asked for", ""],
  ["Nothing is at that path", "Clients/Overvieww.pdf"],
  ["The path is a folder", "Clients/Northwind"],
  ["In another drive", "https://contoso.sharepoint.com/sites/Marketing/Shared Documents/Welcome.pdf"],
  ["A file type that can't follow", "Notes.txt"],
  ["Another format", "Logo.png"],
  ["A path that may not be followed", "../Secret.pdf"],
  ["Malware was found in it", "Infected.pdf"],
  ["A notebook, which can't follow", "Team Notebook"],
  ["A shortcut to another drive", "Marketing Documents"],
];

let stage, files, library;
before(async () => {
  stage = await Stage.begin({ isConnected: true, files: FILES });
  files = [];
  for (const [place] of ROWS.entries()) files.push(await stage.add(`Plan ${place + 1}.pdf`));
  const film = await stage.add("Film.mp4", Buffer.from("\0\0\0\x18ftypisom\0\0\x02\0isommp41", "latin1"));
  files.push(film);
  library = (await stage.host(["library", "list"])).files;
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

const imported = (name) => library.find((file) => file.name === name).id;
const content = async (page, file) => (await page.request.get(`/files/${file}/content`)).text();

test("R45: of a sheet with every kind of mistake the sums are its rows, and each row says what it needs", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  const rows = ROWS.map(([, path], place) => [files[place], path]);
  rows.push(
    [files.at(-1), "Long Film.mp4"],
    ["999999", "Clients/Overview.pdf"],
    ["", "Clients/Overview.pdf"],
    [imported(FILES[0]), FILES[0]],
    [imported(FILES[3]), "Übersicht 100%.pdf"],
    [imported(FILES[1]), FILES[1]],
    [imported(FILES[1]), "Clients/Logo.png"],
  );
  await check(page, "Mistakes.csv", csv(rows));
  const found = await chips(page, "Rows");
  const kinds = [...ROWS.map(([kind]) => kind), "Too large", "No file has this File ID", "The File ID is missing", "Linked already", "Will be linked anew", "The same File ID twice"];
  for (const kind of kinds) assert.ok(found.has(kind), `${kind}: ${JSON.stringify([...found])}`);
  const sum = [...found].filter(([word]) => word !== "All" && word !== "Need you").reduce((sum, [, count]) => sum + count, 0);
  assert.deepEqual([found.get("All"), sum], [rows.length, rows.length], JSON.stringify([...found]));
  // Only what needs somebody is shown first.
  assert.equal(await page.getByRole("row").count(), found.get("Need you") + 1);
  await look(page, "sheet-of-mistakes");
  await follow(page, page.getByRole("link", { name: `All ${rows.length}` }));
  assert.equal(await page.getByRole("row").count(), rows.length + 1);
  await ada.leave();
});

test("R45: what was meant is picked by keyboard alone, linked as a sheet of its own, and taken back by itself", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  const [linked, , meant] = files;
  await check(page, "Two.csv", csv([[linked, "Clients/Overview.pdf"], [meant, "Clients/Overvieww.pdf"]]));
  await link(page, 1);
  const first = page.url();
  await follow(page, page.getByRole("link", { name: "Choose what was meant" }));
  await tab(page, "Clients/Overview.pdf");
  await page.keyboard.press("Space");
  await enter(page, "Check the chosen paths");
  await ended(page);
  await enter(page, "Link 1 file");
  await ended(page);
  await page.getByText("1 file was linked").waitFor();
  await enter(page, "Take it back");
  await enter(page, "Take it back");
  await ended(page);
  await look(page, "sheet-taken-back");
  const standing = async (file) => (await stage.host(["library", "show", file])).file.managed;
  assert.deepEqual([await standing(linked), await standing(meant)], [true, false], "the first sheet stays linked");
  await page.goto(first);
  await page.getByText("1 file was linked, 1 row needs you").waitFor();
  assert.equal(await page.getByText("Taken back").count(), 0);
  await ada.leave();
});

test("R43: the report is mended and uploaded again, and contents stay as they are until the next sync", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  const file = files[3];
  const before = await content(page, file);
  await check(page, "Third.csv", csv([[file, "Clients/Overview.pdf"]]));
  await link(page, 1);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download the report (.xlsx)" }).click(),
  ]);
  const report = await readFile(await download.path());
  assert.equal(await content(page, file), before);
  await check(page, download.suggestedFilename(), report);
  assert.equal((await chips(page, "Rows")).get("Linked already"), 1);
  await page.getByText("There is nothing to link.").waitFor();
  await look(page, "sheet-nothing-to-link");

  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Sync now" }));
  await ended(page);
  assert.notEqual(await content(page, file), before);
  assert.match(await content(page, file), /All clients/);
  await ada.leave();
});

test("R42: what is no sheet is told in words, and one tries again where one stands", async (sheets) => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  for (const [name, file, bytes, words] of [
    ["no sheet", "Links.xlsx", Buffer.from("%PDF-1.7\n% not a workbook"), /workbook|sheet/],
    ["empty", "Empty.csv", Buffer.alloc(0), /empty/],
    ["a column is missing", "Links.csv", Buffer.from("File ID,Path\r\n100001,Logo.png\r\n"), /Sharepoint File Path/],
    ["not UTF-8", "Links.csv", Buffer.from("File ID,Sharepoint File Path\r\n100001,\xdcbersicht.pdf\r\n", "latin1"), /UTF-8/],
  ]) {
    await sheets.test(name, async () => {
      await check(page, file, bytes);
      const said = await page.getByRole("main").innerText();
      assert.match(said, words);
      await look(page, `sheet-wrong-${name.replaceAll(" ", "-")}`);
      await page.getByLabel("Excel sheet").waitFor();
    });
  }
  await sheets.test("too large", async () => {
    await stage.host(["settings", "set", "policy.max-sheet-bytes", "1KiB"]);
    await page.goto("/files/associate");
    await page.getByLabel("Excel sheet").setInputFiles({ name: "Large.csv", mimeType: "text/csv", buffer: Buffer.alloc(1 << 20, "a") });
    await follow(page, page.getByRole("button", { name: "Check" }));
    await page.getByRole("heading", { name: "There is a problem" }).waitFor();
    await look(page, "sheet-wrong-too-large");
    await page.getByLabel("Excel sheet").waitFor();
  });
  await ada.leave();
});
