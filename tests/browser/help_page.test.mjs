// What the product's help page tells, from the first link to files that are associated, by somebody who knows only that page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { Stage } from "./stage.mjs";
import { says } from "./waiting.mjs";

const FIVE = ["Logo.png", "Pitch Deck.pptx", "Prices #1.xlsx", "Proposal 2026.docx", "Terms + Conditions.pdf"];
const PDF = Buffer.from("%PDF-1.7\n% made by hand\n");

let stage;
before(async () => {
  stage = await Stage.begin();
  await stage.change("put", { path: "/Clients/Plan.pdf", text: "%PDF-1.7\n% the plan, as it is in the drive\n" });
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

const menu = (page, name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
const title = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor();

async function connect(page, context) {
  const card = (name) => page.locator("section.card", { has: page.getByRole("heading", { name }) });
  const begin = async (name) => {
    await menu(page, "Cloud Storage Integrations");
    await page.getByRole("link", { name: "Connect", exact: true }).click();
    await card(name).getByRole("link", { name: "Connect" }).click();
    await page.getByLabel("Client ID").fill(stage.sim.clientId);
    await page.getByLabel("Client Secret").fill(stage.sim.clientSecret);
  };
  await begin("company/organization");
  await page.getByLabel("Tenant ID").fill(stage.sim.tenant);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("radio", { name: /Ada Winter/ }).check();
  await page.getByRole("button", { name: "Select" }).first().click();
  await title(page, "You're done with the setup");

  await begin("user authorization");
  const opened = context.waitForEvent("page");
  await page.getByRole("button", { name: "Connect" }).click();
  const theirs = await opened;
  await theirs.getByRole("button", { name: "Ada Winter" }).click();
  await theirs.getByRole("button", { name: "Accept" }).click();
  await title(page, "Connected");
}

async function importFive(page) {
  await menu(page, "Files");
  await page.getByText("Add to Library", { exact: true }).click();
  await page.getByRole("link", { name: "Add from OneDrive" }).click();
  for (const name of FIVE) await page.getByRole("checkbox", { name: `Choose ${name}` }).check();
  await page.getByText("5 of 5 chosen").waitFor();
  await page.getByRole("button", { name: "Select" }).click();
  await page.getByText("These files are in Company Wide").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Move them…" }).click();
  await page.getByRole("radio", { name: /^Workspace/ }).check();
  await page.getByLabel("Name of the Workspace or Division").fill("Sales");
  await page.getByRole("main").getByRole("button", { name: "Move", exact: true }).click();
  await title(page, "Files");
  assert.equal(await page.getByRole("cell", { name: "Workspace/Sales" }).count(), 5);
}

async function upload(page, name) {
  await menu(page, "Files");
  await page.getByText("Add to Library", { exact: true }).click();
  await page.getByRole("link", { name: "Upload", exact: true }).click();
  await page.getByLabel("File").setInputFiles({ name, mimeType: "application/pdf", buffer: PDF });
  await page.getByRole("button", { name: "Upload" }).click();
  await title(page, name);
  return new URL(page.url()).pathname.split("/").pop();
}

async function associate(page) {
  const [overview, plan] = [await upload(page, "Overview.pdf"), await upload(page, "Plan.pdf")];
  await menu(page, "Files");
  await page.getByText("More", { exact: true }).click();
  await look(page, "files-menus");
  await follow(page, page.getByRole("link", { name: "Associate OneDrive Files" }));
  await look(page, "associate");
  const rows = `${overview},Clients/Overview.pdf\r\n${plan},Clients/Plann.pdf\r\n999999,Clients/Overview.pdf\r\n`;
  const sheet = Buffer.from(`File ID,Sharepoint File Path\r\n${rows}`);
  await page.getByLabel("Excel sheet").setInputFiles({ name: "Links.csv", mimeType: "text/csv", buffer: sheet });
  await page.getByRole("button", { name: "Check" }).click();
  await page.getByText("2 rows need you").waitFor({ timeout: 60_000 });
  await look(page, "sheet-checked");
  await page.getByRole("button", { name: "Link 1 file" }).click();
  await page.getByText("1 file was linked").waitFor({ timeout: 60_000 });
  await look(page, "sheet-linked");
  await page.getByRole("link", { name: "Choose what was meant" }).click();
  await page.getByRole("radio", { name: "Clients/Plan.pdf" }).check();
  await page.getByRole("button", { name: "Check the chosen paths" }).click();
  await page.getByRole("button", { name: "Link 1 file" }).click();
  await page.getByText("1 file was linked").waitFor({ timeout: 60_000 });
  await follow(page, page.getByRole("link", { name: "Take it back" }));
  await look(page, "sheet-take-back");
  await follow(page, page.getByRole("link", { name: "Keep it" }));
}

// The night has been, and one of the files has changed before it: what became of it is looked at, and taken back.
async function lookAtLastNight(page) {
  await says(page, "/", "Last night's sync ran at");
  await look(page, "help-page-morning");
  const name = FIVE[4];
  // The files came by their own sign-in, and so did the night's update.
  const own = page.locator("p", { hasText: "The sign-in of admin" });
  await follow(page, own.getByRole("link", { name: "Look at it" }));
  const row = page.getByRole("row").filter({ hasText: name });
  await row.getByText("Updated").first().waitFor();
  await follow(page, row.getByRole("link", { name: "Take it back…" }));
  await follow(page, page.getByRole("button", { name: "Take it back and hold it" }));
  await title(page, name);
  await page.getByText("Held", { exact: true }).waitFor();
}

test("somebody who knows the help page alone connects both ways, imports, moves, associates, and takes a night's update back", async () => {
  const ada = await loggedIn(stage, "admin");
  await connect(ada.page, ada.context);
  await importFive(ada.page);
  await associate(ada.page);
  await ada.leave();

  await stage.change("put", { path: `/${FIVE[4]}`, text: "%PDF-1.7\n% other terms\n" });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await stage.sleepUntil(`${tomorrow}T05:30:01Z`);
  await stage.serve();
  const rested = await loggedIn(stage, "admin");
  await lookAtLastNight(rested.page);
  await rested.leave();
});
