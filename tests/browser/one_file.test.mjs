// What can be done with one file, on its page: replacing it, showing it somewhere, and the way through the bin and
// back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { FILES, Stage } from "./stage.mjs";

const film = (name, text) => ({ name, mimeType: "video/mp4", buffer: Buffer.from(text) });
const [PROPOSAL, LOGO] = FILES;

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true, files: [PROPOSAL, LOGO] });
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

test("R29: a file of the library's own is replaced on its page, and one that follows is not", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/files/upload");
  await page.getByText("Up to 21 GB").waitFor();
  await page.getByLabel("File").setInputFiles(film("Film.mp4", "first"));
  await follow(page, page.getByRole("button", { name: "Upload" }));
  await look(page, "file-own");
  await page.getByLabel("Replace it by this file").setInputFiles(film("Other.mp4", "second"));
  await follow(page, page.getByRole("button", { name: "Replace", exact: true }));
  await page.getByRole("heading", { name: "Film.mp4", level: 1 }).waitFor();
  await page.getByText("6 bytes", { exact: true }).waitFor();

  // In another window somebody is faster.
  const other = await ada.context.newPage();
  await other.goto(page.url());
  await other.getByLabel("Replace it by this file").setInputFiles(film("Film.mp4", "third, and longer"));
  await follow(other, other.getByRole("button", { name: "Replace", exact: true }));
  await page.getByLabel("Replace it by this file").setInputFiles(film("Film.mp4", "fourth"));
  await follow(page, page.getByRole("button", { name: "Replace", exact: true }));
  await page.getByRole("alert").getByText("has revision 3 by now").waitFor();
  await look(page, "file-outdated");

  await page.goto("/files/100001");
  await page.getByText("so it is replaced there, and not here").waitFor();
  assert.equal(await page.getByLabel("Replace it by this file").count(), 0);
  await page.getByText("Up to date").waitFor();
  await ada.leave();
});

test("a file is shown in a ClientPoint, taken out, put into the bin, brought back, and removed for good", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/files");
  await follow(page, page.getByRole("link", { name: LOGO }));
  const address = page.url();
  await page.getByLabel("Its name").fill("Fabrikam");
  await follow(page, page.getByRole("button", { name: "Show it there" }));
  await page.getByRole("cell", { name: "Fabrikam", exact: true }).waitFor();
  await look(page, "file-shown");

  await follow(page, page.getByRole("button", { name: "Put it into the bin" }));
  await page.getByRole("alert").getByText("Fabrikam").waitFor();
  await look(page, "file-still-shown");
  await follow(page, page.getByRole("button", { name: "Take out of Fabrikam" }));
  await page.getByText("In no ClientPoint and no Template").waitFor();
  await follow(page, page.getByRole("button", { name: "Put it into the bin" }));
  await page.getByRole("heading", { name: "Bin", level: 1 }).waitFor();
  await look(page, "bin");
  await follow(page, page.getByRole("button", { name: `Bring back ${LOGO}` }));
  await page.getByRole("heading", { name: LOGO, level: 1 }).waitFor();

  await follow(page, page.getByRole("button", { name: "Put it into the bin" }));
  await follow(page, page.getByRole("link", { name: `Remove for good ${LOGO}` }));
  await look(page, "bin-remove");
  await follow(page, page.getByRole("button", { name: "Remove it for good" }));
  await page.getByText("The bin is empty").waitFor();
  await look(page, "bin-empty");
  await page.goto(address);
  await look(page, "file-removed");
  await page.goto("/trail");
  await page.getByRole("row", { name: /Removed for good/ }).waitFor();
  await ada.leave();
});

test("what is ticked in the list of files is moved together, by keyboard as well", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/files");
  await look(page, "files-ticks");
  await page.getByRole("checkbox", { name: `Choose ${PROPOSAL}` }).press("Space");
  await page.getByRole("checkbox", { name: "Choose Film.mp4" }).check();
  await page.getByRole("button", { name: "Move…" }).focus();
  await follow(page, { click: () => page.keyboard.press("Enter") });
  await page.getByRole("radio", { name: /^Division/ }).check();
  await page.getByLabel("Name of the Workspace or Division").fill("North");
  await follow(page, page.getByRole("main").getByRole("button", { name: "Move", exact: true }));
  assert.equal(await page.getByRole("cell", { name: "Division/North" }).count(), 2);
  await ada.leave();
});
