// Add to Library, Add from OneDrive: five files at most, seen as they come in, whatever somebody does in between.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, loggedIn } from "./person.mjs";
import { Stage } from "./stage.mjs";

/// Five that can be imported.
const FIVE = ["Logo.png", "Pitch Deck.pptx", "Prices #1.xlsx", "Proposal 2026.docx", "Terms + Conditions.pdf"];

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true });
});
afterEach(async () => {
  await stage.calm();
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

async function toAdd(page) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Files" }).click();
  await page.getByText("Add to Library", { exact: true }).click();
  await page.getByRole("link", { name: "Add from OneDrive" }).click();
  await page.getByRole("heading", { name: "Add from OneDrive" }).waitFor();
}

async function choose(page, names) {
  for (const name of names) await page.getByRole("checkbox", { name: `Choose ${name}` }).check();
}

/// How often a file of this name is in the library.
async function times(page, name) {
  await page.goto(`/files?q=${encodeURIComponent(name.split(" ")[0])}`);
  return page.getByRole("link", { name, exact: true }).count();
}

test("R23: a sixth file is refused on the spot, in words; what can't be imported has its reason in its row", async () => {
  await stage.change("faults", { fault: "slow=1@graph" });
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await toAdd(page);
  await look(page, "add");
  const ticks = page.getByRole("checkbox", { name: /^Choose / });
  for (let number = 0; number < 5; number += 1) await ticks.nth(number).check();
  await page.getByText("5 of 5 chosen").waitFor();
  // Not `check`: it must not stay checked.
  await ticks.nth(5).click();
  await page.getByText("No more than 5 at one time").waitFor();
  assert.equal(await page.locator("input[name=pick]:checked").count(), 5);
  await look(page, "add-full");

  const button = page.getByRole("button", { name: "Select" });
  const [{ x, y, height }, card] = await Promise.all([button.boundingBox(), page.locator("form.card").boundingBox()]);
  assert.ok(x - card.x < 40, "Select is at the left");
  assert.ok(y + height <= 800 && 700 < y, `Select is at the bottom of the window, at ${y}`);
  const row = page.getByRole("row", { name: /Macros\.xlsm/ });
  assert.match(await row.innerText(), /macros/i);
  assert.equal(await row.getByRole("checkbox").count(), 0);

  await page.getByLabel("Search these files").fill("proposal");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText(/Found 1 in \d+ loaded/).waitFor();
  await page.getByText("5 of 5 chosen").waitFor();
  await look(page, "add-searched");
  await page.getByLabel("Search these files").fill("nothing like this");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("heading", { name: "No file fits" }).waitFor();
  await look(page, "add-none");
  await ada.leave();
});

test("five files come in while somebody reloads, goes back, presses twice and closes the page", async () => {
  await stage.change("faults", { fault: "stall:/Pitch Deck.pptx*1" });
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await toAdd(page);
  await choose(page, FIVE);
  await page.getByRole("button", { name: "Select" }).dblclick();
  await page.waitForURL(/\/operations\/\d+/);
  const address = page.url();
  await page.getByRole("progressbar").first().waitFor();
  await look(page, "import-runs");
  await page.reload();
  await page.getByRole("progressbar").first().waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Add from OneDrive" }).waitFor();
  await page.goForward();
  await page.getByRole("progressbar").first().waitFor();
  // Whoever closes the page loses nothing.
  await page.goto("/files");
  await page.goto(address);
  await stage.calm();
  // Nobody reloads: the page learns of the end by itself.
  await page.getByText("everyone can see").waitFor({ timeout: 60_000 });
  await look(page, "import-done");
  await page.getByRole("button", { name: /^Move (it|them)…/ }).click();
  await page.getByRole("radio", { name: /^Workspace/ }).check();
  await page.getByRole("main").getByRole("button", { name: "Move", exact: true }).click();
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await look(page, "move-refused");
  assert.ok(await page.getByRole("radio", { name: /^Workspace/ }).isChecked(), "what was chosen stays chosen");
  await page.getByLabel("Name of the Workspace or Division").fill("Sales");
  await page.getByRole("main").getByRole("button", { name: "Move", exact: true }).click();
  await page.getByRole("heading", { name: "Files", exact: true }).waitFor();
  for (const name of FIVE) assert.equal(await times(page, name), 1, name);
  await ada.leave();
});

test("the same file once more is in the library already, with its File ID, and what fails is tried again", async () => {
  await stage.change("faults", { fault: "malware-late:/Product Film.mp4*1" });
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await toAdd(page);
  await page.getByRole("row", { name: /Logo\.png/ }).getByText("In the library").waitFor();
  await choose(page, ["Product Film.mp4"]);
  await page.getByRole("button", { name: "Select" }).click();
  await page.getByText("Ended, but not every file came in").waitFor({ timeout: 60_000 });
  await look(page, "import-failed");
  await ada.leave();
});

test("two tabs import one after the other, and the host is killed in between: no file is there twice", async () => {
  await stage.change("faults", { fault: "stall:/Product Film.mp4" });
  const ada = await loggedIn(stage, "admin");
  const { page, context } = ada;
  await toAdd(page);
  await choose(page, ["Product Film.mp4"]);
  const other = await context.newPage();
  await other.goto("/files/add");
  await choose(other, ["Übersicht 100%.pdf"]);
  await page.getByRole("button", { name: "Select" }).click();
  await page.getByRole("progressbar").first().waitFor();
  await other.getByRole("button", { name: "Select" }).click();
  await other.waitForURL(/\/operations\/\d+/);
  await look(other, "import-waits");

  await stage.kill();
  await page.getByText("No contact with the host").waitFor();
  await stage.calm();
  await stage.serve();
  await page.getByText("Interrupted").first().waitFor({ timeout: 60_000 });
  ada.forgiveOutage();
  await look(page, "import-interrupted");
  await page.getByRole("button", { name: /^Import .* again/ }).click();
  await page.getByText("everyone can see").waitFor({ timeout: 60_000 });
  assert.equal(await times(page, "Product Film.mp4"), 1);
  ada.forgiveOutage();
  await ada.leave();
});
