// Coming in: the first Administrator, passwords, and who is not let in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, loggedIn, somebody } from "./person.mjs";
import { PASSWORD, Stage } from "./stage.mjs";

let stage;
before(async () => {
  stage = await Stage.begin();
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

test("the first Administrator comes in by the link that the host prints, once", async () => {
  const ada = await somebody(stage);
  const { page } = ada;
  await page.goto("/");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  assert.equal(await page.getByText("Choose a password").count(), 0, "nobody claims a host without its link");
  await look(page, "login");

  await page.goto(stage.invitation);
  await look(page, "claim");
  // The browser itself asks for twelve letters; a page of another kind asks the host.
  await page.getByLabel("Password").evaluate((input) => input.removeAttribute("minlength"));
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Go in" }).click();
  await page.getByRole("alert").getByText("at least 12 characters").waitFor();
  await look(page, "claim-refused");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Go in" }).click();
  await page.getByRole("heading", { name: "One thing needs you" }).waitFor();
  stage.known = new Set(["admin"]);

  await page.goto(stage.invitation);
  await page.getByRole("alert").getByText("used already").waitFor();
  await look(page, "claim-used");
  await ada.leave();
});

test("after logging out, going back shows nothing", async () => {
  const ada = await loggedIn(stage, "admin");
  const { page } = ada;
  await page.goto("/users");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Users" }).count(), 0);
  await ada.leave();
});

test("whoever was sent to log in first comes to where they wanted to go", async () => {
  await (await loggedIn(stage, "admin")).leave();
  const ada = await somebody(stage);
  const { page } = ada;
  await page.goto("/files?state=held");
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Files", exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "?state=held");
  await ada.leave();
});

test("wrong passwords are told in words, and have to wait", async () => {
  const eve = await somebody(stage);
  const { page } = eve;
  await page.goto("/login");
  const tried = async () => {
    await page.getByLabel("Name").fill("eve");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Log in" }).click();
    return page.getByRole("alert").innerText();
  };
  assert.match(await tried(), /do not belong together/);
  await look(page, "login-refused");
  // The pause doubles with each failure: in the end it is longer than a browser takes to send the next.
  let said = "";
  for (let times = 0; times < 12 && !/Wait \d+ seconds?/.test(said); times += 1) said = await tried();
  assert.match(said, /Wait \d+ seconds?/);
  await look(page, "login-wait");
  await eve.leave();
});

test("the number of this machine leads to its name, and another name to a page that tells the way out", async () => {
  const ada = await somebody(stage);
  const { page } = ada;
  const { port } = new URL(stage.origin);
  await page.goto(`http://127.0.0.1:${port}/login`);
  assert.equal(page.url(), `${stage.origin}/login`);
  await page.goto("/nowhere");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await look(page, "nowhere");
  await ada.leave();

  const other = await fetch(`${stage.origin}/`, { redirect: "manual" });
  assert.equal(other.status, 303);
});

test("without scripts one comes in all the same", async () => {
  const ada = await loggedIn(stage, "admin", { javaScriptEnabled: false });
  await ada.page.getByRole("link", { name: "Files" }).click();
  await ada.page.getByRole("heading", { name: "Files", exact: true }).waitFor();
  await ada.leave();
});
