// Each page in each of its states, looked at.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn } from "./person.mjs";
import { FILES, Stage } from "./stage.mjs";

let stage, fresh;
before(async () => {
  [stage, fresh] = await Promise.all([Stage.begin({ isConnected: true, files: FILES }), Stage.begin()]);
  await stage.host(["place", "100001", "--clientpoint", "Fabrikam"]);
  await stage.host(["place", "100001", "--clientpoint", "Northwind"]);
  await stage.host(["sync"]);
  await stage.change("put", { path: "/Proposal 2026.docx", text: "another proposal" });
  await stage.change("delete", { path: "/Logo.png" });
  await stage.host(["sync"]).catch(() => "a file is gone, which is told by its status");
});
after(async () => {
  await endBrowser();
  await Promise.all([stage?.end(), fresh?.end()]);
});

test("a host on which nothing was done yet says on each page how to begin", async (pages) => {
  const ada = await loggedIn(fresh, "admin");
  for (const [path, name] of [
    ["/", "home-fresh"],
    ["/integrations", "integrations-fresh"],
    ["/files", "files-empty"],
    ["/sync", "sync-empty"],
    ["/users", "users-one"],
  ]) {
    await pages.test(name, async () => {
      await ada.page.goto(path);
      await look(ada.page, name);
    });
  }
  await ada.leave();
});

test("every page of a host at work is right for eyes, keyboards and screen readers", async (pages) => {
  const ada = await loggedIn(stage, "admin");
  for (const [path, name] of [
    ["/", "home"],
    ["/integrations", "integrations"],
    ["/files", "files"],
    ["/files?q=nothing+like+this", "files-none"],
    ["/files/100001", "file"],
    ["/files/100002", "file-gone"],
    ["/files/999999", "file-unknown"],
    ["/sync", "sync"],
    ["/sync/2", "run"],
    ["/sync/2?outcome=source-gone", "run-filtered"],
    ["/sync/99", "run-unknown"],
    ["/plugin", "plugin"],
    ["/limits", "limits"],
    ["/backups", "backups"],
    ["/doctor", "doctor-before"],
    ["/users", "users"],
    ["/tokens", "tokens-none"],
  ]) {
    await pages.test(name, async () => {
      await ada.page.goto(path);
      await look(ada.page, name);
    });
  }
  await ada.leave();
});

test("the doctor looks once it is asked, and tells what it has found with the way out", async () => {
  const ada = await loggedIn(stage, "admin");
  await ada.page.goto("/doctor");
  await ada.page.getByRole("button", { name: "Look now" }).click();
  await ada.page.getByRole("heading", { name: "What was found" }).waitFor();
  await look(ada.page, "doctor");
  await ada.leave();
  const new_here = await loggedIn(fresh, "admin");
  await new_here.page.goto("/doctor");
  await new_here.page.getByRole("button", { name: "Look now" }).click();
  await new_here.page.getByText("Something does not work").waitFor();
  await look(new_here.page, "doctor-fresh");
  await new_here.leave();
});

test("a token for a program is made, shown once, and ended", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/tokens");
  await page.getByLabel("Name", { exact: true }).fill("nightly <b>report</b>");
  await page.getByLabel("Last day").fill("2001-01-01");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await look(page, "tokens-wrong");
  await page.getByLabel("Last day").fill("");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByText("It is shown here alone").waitFor();
  await look(page, "tokens-made");
  const token = await page.locator("code.hash").innerText();
  await page.goto("/tokens");
  assert.equal((await page.content()).includes(token), false);
  await look(page, "tokens");
  await page.getByRole("button", { name: "End it: the token nightly" }).click();
  await page.getByText("None so far").waitFor();
  await ada.leave();
});

test("R2: a Member sees files, no menu for others, and a page in words for all else", async () => {
  await stage.host(["users", "add", "mia", "--role", "member"]);
  const mia = await loggedIn(stage, "mia");
  const { page } = mia;
  await page.getByRole("heading", { name: "Files", exact: true }).waitFor();
  assert.deepEqual(await page.getByRole("navigation", { name: "Main" }).getByRole("link").allInnerTexts(), ["Home", "Files"]);
  await look(page, "files-member");
  await follow(page, page.getByRole("link", { name: FILES[0] }));
  await look(page, "file-member");
  await page.goto("/users");
  await page.getByText("Only Administrators").waitFor();
  await look(page, "forbidden");
  await mia.leave();
});

test("a file is moved, found at its place, and goes back to the content before", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/files");
  await follow(page, page.getByRole("link", { name: FILES[0] }));
  await page.getByRole("radio", { name: /^Workspace/ }).check();
  await page.getByLabel("Name of the Workspace or Division").fill("Sales");
  await page.getByRole("button", { name: "Move" }).click();
  await page.getByText("Workspace/Sales").first().waitFor();
  await page.goto("/files?place=Workspace%2FSales");
  assert.equal(await page.getByRole("link", { name: FILES[0] }).count(), 1);
  await follow(page, page.getByRole("link", { name: FILES[0] }));
  await page.getByRole("button", { name: "Go back to the content before" }).click();
  await page.getByRole("heading", { name: FILES[0] }).waitFor();
  await page.goto("/files?state=held");
  await look(page, "files-held");
  await ada.leave();
});

test("names that mean harm are shown and do nothing", async () => {
  const ada = await loggedIn(stage, "admin");
  for (const name of ["=cmd|' !A1.pdf", "x\u202efdp.exe.pdf", "<script>alert(1)<b>.pdf", `${"W".repeat(200)}.pdf`]) {
    const { id } = await stage.change("put", { path: `/${name}`, text: "%PDF-1.4 harmless" });
    await stage.host(["onedrive", "import", id]);
  }
  await ada.page.goto("/files?sort=name");
  await look(ada.page, "files-hostile");
  await ada.page.getByRole("link", { name: "WWWW" }).click();
  await look(ada.page, "file-long-name");
  await ada.leave();
});
