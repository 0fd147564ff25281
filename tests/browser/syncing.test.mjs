// A sync by pages: looked at before it is done, done exactly so, looked at afterwards, and one update of it taken back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { FILES, Stage } from "./stage.mjs";
import { ended } from "./waiting.mjs";

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true, files: FILES });
  await stage.host(["place", "100001", "--clientpoint", "Fabrikam"]);
  await stage.host(["sync"]);
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

test("somebody looks what would change, does exactly that, and takes one of the updates back", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await stage.change("put", { path: `/${FILES[0]}`, text: "%PDF-1.7\n% other words\n" });
  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Look what would change" }));
  await ended(page);
  await page.getByText("Would be updated").first().waitFor();
  await look(page, "plan");
  await follow(page, page.getByRole("button", { name: "Do exactly this" }));
  await ended(page);
  await page.goto("/sync");
  await follow(page, page.getByRole("link", { name: "Look at it" }).first());
  const row = page.getByRole("row", { name: new RegExp(FILES[0].replace(/[.+]/g, "\\$&")) });
  await row.getByText("Updated").first().waitFor();
  await look(page, "run-by-plan");

  await follow(page, row.getByRole("link", { name: "Take it back…" }));
  await page.getByText("they show it at once").waitFor();
  await look(page, "take-back");
  await follow(page, page.getByRole("button", { name: "Take it back and hold it" }));
  await page.getByRole("heading", { name: FILES[0] }).waitFor();
  await page.goto("/files/100001/revisions");
  assert.equal(await page.getByText("Shown now").count(), 1);
  await look(page, "revisions");
  await page.goto("/files?state=held");
  await page.getByRole("link", { name: FILES[0] }).waitFor();
  await ada.leave();
});

test("a plan that the world has overtaken is refused in words, and nothing is done", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await stage.change("put", { path: `/${FILES[1]}`, text: "%PDF-1.7\n% once\n" });
  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Look what would change" }));
  await ended(page);
  await page.getByText("Would be updated").first().waitFor();
  await stage.change("put", { path: `/${FILES[1]}`, text: "%PDF-1.7\n% twice\n" });
  await follow(page, page.getByRole("button", { name: "Do exactly this" }));
  await ended(page);
  await page.getByText("Failed").first().waitFor();
  await look(page, "plan-overtaken");
  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Sync now" }));
  await ended(page);
  await look(page, "sync-done");
  await ada.leave();
});
