// Mornings: what Home tells whoever comes in after a night, of a run and of its files, of a night that was missed, and of what
// ends or is not accepted any more.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { FILES, Stage } from "./stage.mjs";
import { ended, says } from "./waiting.mjs";

const TODAY = Date.now();
const [PROPOSAL, LOGO, PRICES, TERMS] = FILES;

/// That many days from today.
const day = (days) => new Date(TODAY + days * 86_400_000).toISOString().slice(0, 10);

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true, files: FILES });
  await stage.host(["place", "100001", "--clientpoint", "Fabrikam"]);
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

/// The host is started at that moment, and somebody comes in.
async function wake(moment) {
  await stage.sleepUntil(moment);
  await stage.serve();
  return loggedIn(stage, "admin");
}

/// `4 files: 1 updated, 3 up to date.` as numbers by their words.
function numbers(sentence) {
  const [, all, parts] = /(\d+) files?: (.+?)\./.exec(sentence) ?? assert.fail(sentence);
  const named = parts.split(", ").map((part) => [part.replace(/^\d+ /, ""), Number.parseInt(part, 10)]);
  return { all: Number(all), ...Object.fromEntries(named) };
}

/// Signs in where no window may be opened.
async function signIn(page) {
  await page.evaluate(() => {
    window.open = () => null;
  });
  await page.getByRole("button", { name: "Connect" }).click();
  await follow(page, page.getByRole("link", { name: "Go on to the sign-in" }));
  await follow(page, page.getByRole("button", { name: "Ada Winter" }));
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "Connected" }).waitFor();
}

test("S1: once it is half past five one sync has run, and what Home says of it are the sums of its ledger", async () => {
  await (await loggedIn(stage, "admin")).leave();
  await stage.change("put", { path: `/${PROPOSAL}`, text: "%PDF-1.7\n% other words" });
  await stage.change("delete", { path: `/${LOGO}` });
  await stage.change("faults", { fault: `locked:/${TERMS}` });
  await stage.change("put", { path: `/${TERMS}`, text: "%PDF-1.7\n% other terms" });
  const ada = await wake(`${day(1)}T05:30:01Z`);
  const { page } = ada;
  await says(page, "/", "Last night's sync ran at");
  await look(page, "home-morning");
  const told = numbers(await page.getByRole("main").innerText());

  await follow(page, page.getByRole("link", { name: "Look at it" }));
  const ledger = await page.request.get(`${page.url()}/ledger/json`).then((answer) => answer.json());
  const { updated = 0, unchanged = 0, "source-gone": gone = 0, pending = 0, locked = 0 } = ledger.counts;
  assert.equal(told.all, ledger.run.inputs);
  assert.deepEqual([told.updated, told["up to date"]], [updated, unchanged], JSON.stringify(ledger.counts));
  assert.equal((told["needs you"] ?? 0) + (told.wait ?? 0), gone + pending + locked, JSON.stringify(ledger.counts));
  assert.equal(told.updated + told["up to date"] + gone + pending + locked, FILES.length);

  await page.goto("/sync?kind=scheduled");
  assert.equal(await page.getByRole("cell", { name: "Daily sync", exact: true }).count(), 1);
  await stage.calm();
  await ada.leave();
});

test("while a run is under way the last result still stands, with what runs now beside it", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await stage.change("faults", { fault: `stall:/${PRICES}` });
  await stage.change("put", { path: `/${PRICES}`, generated: { size: 16_000, seed: 1 } });
  await page.goto("/sync");
  await follow(page, page.getByRole("button", { name: "Sync now" }));
  await page.locator("#now").getByText(PRICES).waitFor();
  await look(page, "sync-runs");
  await page.reload();
  await page.getByRole("button", { name: "Stop" }).waitFor();

  await page.goto("/");
  await page.getByText("One runs now").waitFor();
  await page.getByText("Last night's sync ran at").waitFor();
  await look(page, "home-runs");

  await page.goto("/integrations/drives");
  await page.locator("input[type=radio]:not(:checked)").first().check();
  await follow(page, page.getByRole("button", { name: "Select" }).first());
  await follow(page, page.getByRole("button", { name: "Switch" }));
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await look(page, "drive-switch-waits");
  await follow(page, page.getByRole("main").getByRole("link", { name: "Sync" }));
  await follow(page, page.getByRole("link", { name: "Watch it" }));
  await stage.calm();
  await ended(page);
  await says(page, "/", "The last sync was begun by admin");
  assert.equal(await page.getByText("One runs now").count(), 0);
  await ada.leave();
});

test("a night in which the sync did not run is told, and so is that it ran late", async () => {
  await stage.sleepUntil(`${day(2)}T07:00:00Z`);
  // Somebody is at it with another program, which hangs.
  await stage.change("put", { path: `/${PRICES}`, generated: { size: 16_000, seed: 2 } });
  await stage.change("faults", { fault: `stall:/${PRICES}` });
  const sync = stage.host(["sync"]).catch(() => "a file is gone, which is told by its status");
  await Promise.race([stage.stalled(), sync]);
  await stage.serve();
  const ada = await loggedIn(stage, "admin");
  await says(ada.page, "/", "One runs now");
  await ada.page.getByText("Last night's sync did not run").first().waitFor();
  await look(ada.page, "home-missed");
  await stage.calm();
  await sync;
  await ada.leave();

  const bea = await wake(`${day(2)}T07:30:00Z`);
  await says(bea.page, "/", "Last night's sync ran late, at");
  assert.equal(await bea.page.getByText("did not run").count(), 0);
  await look(bea.page, "home-late");
  await bea.page.goto("/sync?kind=scheduled");
  assert.equal(await bea.page.getByRole("cell", { name: /^Daily sync/ }).count(), 2, "what was missed is caught up once");
  await bea.leave();
});

test("S5: a secret that ends is told with its day, and once it is replaced nobody has to clear that away", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  const replace = async (end) => {
    await page.goto("/integrations");
    await follow(page, page.getByRole("link", { name: "Replace secret" }));
    await page.getByLabel("Client Secret").fill(stage.sim.clientSecret);
    await page.getByLabel("The secret ends on").fill(end);
    await follow(page, page.getByRole("button", { name: "Connect" }));
  };
  await replace(day(20));
  await page.goto("/");
  const issue = page.locator(".issue", { hasText: "ends in" });
  await issue.getByText(day(20)).waitFor();
  await look(page, "home-secret-ends");
  await follow(page, issue.getByRole("link", { name: "Replace secret" }));
  await page.getByLabel("Client Secret").waitFor();
  await replace(day(300));
  await page.goto("/");
  assert.equal(await issue.count(), 0);
  assert.equal(await page.getByText("No drive is chosen").count(), 0);
  await replace(day(4));
  await ada.leave();

  const bea = await wake(`${day(5)}T12:00:00Z`);
  await says(bea.page, "/", "The secret of the company's connection has ended");
  await look(bea.page, "home-secret-over");
  await bea.leave();
});

test("R13: a sign-in that was revoked is told on every page that uses it, with the button that mends it", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/integrations/connect/own");
  await page.getByLabel("Client ID").fill(stage.sim.clientId);
  await page.getByLabel("Client Secret").fill(stage.sim.clientSecret);
  await signIn(page);
  await ada.leave();

  await stage.change("revoke", { person: "member" });
  const bea = await wake(`${day(6)}T05:30:01Z`);
  const bar = bea.page.getByRole("note", { name: "What is not connected any more" });
  await says(bea.page, "/", "Your sign-in is not accepted any more");
  for (const path of ["/files", "/sync", "/files/add?through=own", "/"]) {
    await bea.page.goto(path);
    await bar.getByRole("link", { name: "Sign in again" }).waitFor();
    if (path !== "/sync" && path !== "/files") await look(bea.page, path === "/" ? "home-reconnect" : "add-reconnect");
  }
  await follow(bea.page, bar.getByRole("link", { name: "Sign in again" }));
  await look(bea.page, "connect-own-again");
  await signIn(bea.page);
  await bea.page.goto("/");
  assert.equal(await bar.count(), 0);
  await bea.leave();
});
