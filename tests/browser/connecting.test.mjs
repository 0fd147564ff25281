// Connecting both ways, as the product's help page tells it, by pages alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { Stage } from "./stage.mjs";

let stage;
before(async () => {
  stage = await Stage.begin();
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

/// Settings, Integration, Cloud Storage Integrations, Connect: by what one reads.
async function toConnect(page) {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Cloud Storage Integrations" }).click();
  await page.getByRole("heading", { name: "Microsoft OneDrive", exact: true }).waitFor();
  await page.getByRole("link", { name: "Connect", exact: true }).click();
  await page.getByRole("heading", { name: "Connect", exact: true, level: 1 }).waitFor();
}

/// The one of the two ways that is called so.
function way(page, name) {
  return page.locator("section.card", { has: page.getByRole("heading", { name }) });
}

/// Opens the window of the sign-in and picks an account in it.
async function pick(context, press, person) {
  const opened = context.waitForEvent("page");
  await press();
  const theirs = await opened;
  await theirs.getByRole("button", { name: person }).click();
  return theirs;
}

test("the company is connected by a form that is tried before it is kept, and its drive is chosen", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await toConnect(page);
  await look(page, "connect");
  await follow(page, way(page, "company/organization").getByRole("link", { name: "Connect" }));
  await look(page, "connect-company");
  await follow(page, page.getByRole("link", { name: "Where to find this information in Microsoft OneDrive?" }));
  await look(page, "connect-where");
  await page.goBack();

  await page.getByLabel("Tenant ID").fill(stage.sim.tenant);
  await page.getByLabel("Client ID").fill(stage.sim.clientId);
  await page.getByLabel("Client Secret").fill("wrong");
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "problem", "the summary has the focus");
  await look(page, "connect-company-refused");
  assert.equal(await page.getByLabel("Client ID").inputValue(), stage.sim.clientId);
  assert.equal(await page.getByLabel("Client Secret").inputValue(), "", "a secret is never sent back");
  const { connected } = await stage.host(["status"]);
  assert.ok(!connected, "what does not work is not kept");

  await page.getByLabel("Client Secret").fill(stage.sim.clientSecret);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("heading", { name: "Step 2" }).waitFor();
  await look(page, "drives");
  await page.getByLabel("Search these drives").fill("nothing like this");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No drive is found" }).waitFor();
  await look(page, "drives-none");
  await page.getByLabel("Search these drives").fill("Ada");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=Ada/);
  await page.getByRole("radio", { name: /Ada/ }).check();
  await page.getByRole("button", { name: "Select" }).first().click();
  await page.getByRole("heading", { name: "You're done with the setup" }).waitFor();
  await look(page, "connect-done");
  await page.getByRole("link", { name: "Add from OneDrive" }).waitFor();
  await ada.leave();
});

test("another drive is asked about first, with what that means", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/integrations");
  await follow(page, page.getByRole("link", { name: "Change the drive" }));
  await page.locator("input[type=radio]:not(:checked)").first().check();
  await page.getByRole("button", { name: "Select" }).first().click();
  await page.getByRole("heading", { name: "Switch the drive" }).waitFor();
  await look(page, "drive-switch");
  await page.getByRole("link", { name: "Keep the present one" }).click();
  await page.getByRole("heading", { name: "Step 2" }).waitFor();
  await ada.leave();
});

test("somebody signs in in a window that cuts all threads, and the page that has opened it learns of it", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page, context } = ada;
  await toConnect(page);
  await follow(page, way(page, "user authorization").getByRole("link", { name: "Connect" }));
  await look(page, "connect-own");
  await page.getByLabel("Client ID").fill(stage.sim.clientId);
  await page.getByLabel("Client Secret").fill(stage.sim.clientSecret);
  const theirs = await pick(context, () => page.getByRole("button", { name: "Connect" }).click(), "Ada Winter");
  await page.getByRole("heading", { name: "Waiting for the sign-in" }).waitFor();
  await look(page, "sign-in-waits");
  const closed = theirs.waitForEvent("close");
  await theirs.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  await closed;
  await look(page, "sign-in-done");
  await ada.leave();
});

test("whoever declines, is personal, or needs approval reads why, and nothing is connected", async (people) => {
  await stage.host(["users", "add", "grace", "--role", "administrator"]);
  const grace = await loggedIn(stage, "grace");
  const { page, context } = grace;
  for (const [person, last, words] of [
    ["Pat Private", "Accept", /personal/],
    ["Olga Nein", undefined, /declined|not accepted|agree/i],
    ["Rio Back", undefined, /./],
  ]) {
    await people.test(person, async () => {
      await page.goto("/integrations/connect");
      const theirs = await pick(context, () => way(page, "user authorization").getByRole("button", { name: "Connect" }).click(), person);
      if (last) await theirs.getByRole("button", { name: last }).click();
      await page.getByRole("heading", { name: "The sign-in did not work" }).waitFor();
      assert.match(await page.getByRole("alert").innerText(), words);
      await look(page, `sign-in-refused-${person.split(" ")[0].toLowerCase()}`);
    });
  }
  await page.goto("/integrations");
  assert.equal(await page.getByText("– grace").count(), 0, "nothing of hers is connected");
  await page.getByRole("heading", { name: "company/organization" }).waitFor();
  await look(page, "integrations-of-others");
  await grace.leave();
});

test("where no window may be opened, all of it happens in this one", async () => {
  const grace = await loggedIn(stage, "grace");
  const { page } = grace;
  await page.addInitScript(() => {
    window.open = () => null;
  });
  await page.goto("/integrations/connect");
  await way(page, "user authorization").getByRole("button", { name: "Connect" }).click();
  await page.getByRole("link", { name: "Go on to the sign-in" }).waitFor();
  await look(page, "sign-in-leads");
  await page.getByRole("link", { name: "Go on to the sign-in" }).click();
  await page.getByRole("button", { name: "Ben Okafor" }).click();
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  await grace.leave();
});

test("without scripts one signs in all the same", async () => {
  await stage.host(["users", "add", "joan", "--role", "administrator"]);
  const joan = await loggedIn(stage, "joan", { javaScriptEnabled: false });
  const { page } = joan;
  await toConnect(page);
  await way(page, "user authorization").getByRole("button", { name: "Connect" }).click();
  await page.getByRole("link", { name: "Go on to the sign-in" }).click();
  await page.getByRole("button", { name: "Ada Winter" }).click();
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
  await joan.leave();
});

test("disconnecting tells the same number before and after, and a file that follows nothing any more is unlocked", async () => {
  await stage.host(["--through", "organization", "onedrive", "import", "Logo.png", "Proposal 2026.docx"]);
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/integrations");
  await page
    .locator("section.card", { has: page.getByRole("heading", { name: "company/organization" }) })
    .getByRole("link", { name: "Disconnect" })
    .click();
  await page.getByRole("button", { name: "Disconnect" }).waitFor();
  await look(page, "disconnect");
  const files = async () => (await page.getByRole("main").getByRole("list").innerText()).match(/files \((\d+)\)/)?.[1];
  assert.equal(await files(), "2");
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("heading", { name: "Disconnected", level: 1 }).waitFor();
  await look(page, "disconnected");
  assert.equal(await files(), "2");
  await page.getByRole("link", { name: "Look at the files" }).click();
  await page.getByRole("link", { name: "Logo.png" }).click();
  await page.getByRole("button", { name: "Unlock" }).click();
  await page.getByText("is the library's own").waitFor();
  await look(page, "file-unlocked");
  await ada.leave();
});
