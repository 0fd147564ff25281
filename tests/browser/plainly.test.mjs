// Somebody whose browser runs no script, in a narrow window, with a keyboard alone: from connecting to taking an update back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { enter, tab, type } from "./keys.mjs";
import { endBrowser, loggedIn } from "./person.mjs";
import { csv } from "./sheets.mjs";
import { Stage } from "./stage.mjs";
import { ended } from "./waiting.mjs";

let stage, file;
before(async () => {
  stage = await Stage.begin();
  file = await stage.add("Plan.pdf");
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

test("without scripts, by keyboard, 320 pixels wide: connect, choose, import, move, associate, sync, take back", async () => {
  const noa = await loggedIn(stage, "admin", { javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  const { page } = noa;
  const at = async (heading) => {
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 320, `${heading} is ${width} wide`);
  };

  await enter(page, "Cloud Storage Integrations");
  await at("Cloud Storage Integrations");
  await enter(page, "Connect");
  await at("Connect");
  // The first of the two ways is one's own sign-in.
  await tab(page, "Connect");
  await enter(page, "Connect");
  await type(page, "Tenant ID", stage.sim.tenant);
  await type(page, "Client ID", stage.sim.clientId);
  await type(page, "Client Secret", stage.sim.clientSecret);
  await enter(page);
  await at("Step 2");
  await type(page, "Search these drives", "Ada");
  await enter(page);
  await at("Step 2");
  await tab(page, "Ada Winter");
  await page.keyboard.press("Space");
  await enter(page, "Select");
  await at("You're done with the setup");

  await enter(page, "Add from OneDrive");
  await at("Add from OneDrive");
  await tab(page, "Choose Logo.png");
  await page.keyboard.press("Space");
  await enter(page, "Select");
  await ended(page);
  await enter(page, "Move it…");
  await at("Move");
  await tab(page, "Company Wide");
  await page.keyboard.press("ArrowDown");
  await type(page, "Name of the Workspace or Division", "Sales");
  await enter(page);
  await at("Files");
  await page.getByText("Workspace/Sales").first().waitFor();

  await tab(page, "More");
  await page.keyboard.press("Enter");
  await enter(page, "Associate OneDrive Files");
  await at("Associate OneDrive Files");
  const sheet = { name: "Links.csv", mimeType: "text/csv", buffer: csv([[file, "Clients/Overview.pdf"]]) };
  await page.getByLabel("Excel sheet").setInputFiles(sheet);
  await enter(page, "Check");
  await ended(page);
  await at("Check of a sheet");
  await enter(page, "Link 1 file");
  await ended(page);
  await at("Report");

  await enter(page, "Sync");
  await at("Sync");
  await enter(page, "Sync now");
  await ended(page);
  await enter(page, "Look at the run");
  await at("Run");
  await enter(page, "Take it back…");
  await at("Take back: Plan.pdf");
  await enter(page, "Take it back and hold it");
  await at("Plan.pdf");
  assert.match(await (await page.request.get(`/files/${file}/content`)).text(), /made by hand/);
  await noa.leave();
});
