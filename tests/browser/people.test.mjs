// The console's own people, by mouse and keyboard: who is let in, where they are logged in, what they did, and how somebody
// goes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn, somebody } from "./person.mjs";
import { FILES, PASSWORD, Stage } from "./stage.mjs";

let stage;
before(async () => {
  stage = await Stage.begin({ isConnected: true, files: FILES });
});
after(async () => {
  await endBrowser();
  await stage?.end();
});

test("an Administrator adds somebody, who comes in by a link that is shown once", async () => {
  const admin = await loggedIn(stage, "admin");
  const { page } = admin;
  await page.goto("/users");
  await page.getByText("Nobody else is here yet").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("admin");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("heading", { name: "There is a problem" }).waitFor();
  await look(page, "users-wrong");
  await page.getByRole("link", { name: /already/ }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "name");
  await page.getByLabel("Name", { exact: true }).fill("grace");
  await page.getByLabel("Role").selectOption("administrator");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("heading", { name: "grace", exact: true }).waitFor();
  await look(page, "user-new");
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.locator("code.hash").innerText();
  await look(page, "user-link");
  await page.goto("/users/one?name=grace");
  assert.equal(await page.locator("code.hash").count(), 0, "it is shown once");

  const grace = await somebody(stage);
  await grace.page.goto(link);
  await look(grace.page, "claim");
  await grace.page.getByLabel("Password").fill(PASSWORD);
  await grace.page.getByRole("button", { name: "Go in" }).click();
  await grace.page.getByRole("link", { name: "grace" }).click();
  await grace.page.getByRole("heading", { name: "You", exact: true }).waitFor();
  stage.known.add("grace");
  await grace.leave();
  await admin.leave();
});

test("somebody changes their password and is out everywhere else", async () => {
  const desk = await loggedIn(stage, "grace");
  const phone = await loggedIn(stage, "grace", { userAgent: "Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1" });
  const { page } = desk;
  await page.goto("/you");
  await page.getByRole("cell", { name: "Safari on iPhone", exact: true }).waitFor();
  await look(page, "you");
  await page.getByLabel("Present password").fill("not the present one");
  await page.getByLabel("New password").fill("another horse battery");
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByText("That is not your present password.").waitFor();
  assert.equal(await page.getByLabel("New password").inputValue(), "");
  await look(page, "you-wrong");
  await page.getByLabel("Present password").fill(PASSWORD);
  await page.getByLabel("New password").fill("another horse battery");
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByText("The password is changed.").waitFor();
  await look(page, "you-changed");
  await phone.page.goto("/files");
  await phone.page.getByRole("button", { name: "Log in" }).waitFor();
  // As it was, for the stories that follow.
  await page.getByLabel("Present password").fill("another horse battery");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByText("The password is changed.").waitFor();
  await phone.leave();
  await desk.leave();
});

test("one's other logins are ended by keyboard alone, and an Administrator ends those of others", async () => {
  const grace = await loggedIn(stage, "grace");
  const other = await loggedIn(stage, "grace");
  await grace.page.goto("/you");
  await grace.page.getByRole("button", { name: "Sign out everywhere else" }).focus();
  await grace.page.keyboard.press("Enter");
  await grace.page.getByText("You are logged out everywhere else.", { exact: true }).waitFor();
  await other.page.goto("/you");
  await other.page.getByRole("button", { name: "Log in" }).waitFor();

  const admin = await loggedIn(stage, "admin");
  await admin.page.goto("/users/one?name=grace");
  await look(admin.page, "user");
  await admin.page.getByRole("button", { name: /^Sign out/ }).click();
  await admin.page.getByText("Nowhere.").waitFor();
  await grace.page.goto("/you");
  await grace.page.getByRole("button", { name: "Log in" }).waitFor();
  await Promise.all([grace, other, admin].map((person) => person.leave()));
});

test("an Administrator who becomes a Member in the middle of their work is refused at the next click", async () => {
  const [grace, admin] = [await loggedIn(stage, "grace"), await loggedIn(stage, "admin")];
  const role = async (name) => {
    await admin.page.goto("/users/one?name=grace");
    await follow(admin.page, admin.page.getByRole("link", { name: `${name}…` }));
    await follow(admin.page, admin.page.getByRole("button", { name }));
  };
  await grace.page.goto("/files/add");
  await grace.page.getByRole("checkbox", { name: /^Choose / }).first().check();
  await role("Make a Member");
  await stage.forget();
  await follow(grace.page, grace.page.getByRole("button", { name: "Select" }));
  await grace.page.getByRole("button", { name: "Log in" }).waitFor();
  await grace.leave();

  const again = await loggedIn(stage, "grace");
  await again.page.goto("/files/add");
  await again.page.getByText("Only Administrators").waitFor();
  assert.deepEqual(await stage.asked(), [], "nothing was asked of the source");
  await again.leave();
  await role("Make an Administrator");
  await admin.leave();
});

test("what somebody's going comes to is told before, with numbers, and after", async () => {
  const admin = await loggedIn(stage, "admin");
  const { page } = admin;
  await page.goto("/users/one?name=admin");
  await page.getByText("somebody must be one").waitFor({ state: "detached" });
  await page.goto("/users/one?name=grace");
  await page.getByRole("link", { name: "Make a Member…" }).click();
  await page.getByText("sees the library and its files, and nothing else").waitFor();
  await look(page, "role-ask");
  await page.getByRole("button", { name: "Make a Member" }).click();
  await page.getByText("A Member now").first().waitFor();
  await page.goto("/users/one?name=admin");
  await page.getByText("somebody must be one").waitFor();
  await look(page, "user-last");
  await page.goto("/users/one?name=grace");
  await follow(page, page.getByRole("link", { name: "Remove…" }));
  await look(page, "remove-ask");
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByText("Removed").first().waitFor();
  await look(page, "remove-done");
  await page.goto("/users/one?name=grace");
  await page.getByText("There is no user").waitFor();
  await admin.leave();
});

test("the trail is read by person and kind, also where names mean harm", async () => {
  for (const name of ["<script>alert(1)</script>", "x\u202etxt", "W".repeat(64)]) {
    await stage.host(["users", "add", name, "--role", "member"]);
  }
  const admin = await loggedIn(stage, "admin");
  const { page } = admin;
  await page.goto("/users");
  await look(page, "users-hostile");
  await page.goto("/trail");
  await look(page, "trail");
  await page.getByLabel("Name of a person").fill("grace");
  await page.getByLabel("What was done").selectOption("Changed the password");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("cell", { name: "Changed the password" }).first().waitFor();
  assert.equal(await page.getByRole("row").count(), 3, "a heading, and twice");
  await look(page, "trail-narrowed");
  await page.goto("/trail?who=nobody");
  await page.getByRole("heading", { name: "Nothing fits" }).waitFor();
  await look(page, "trail-none");
  await admin.leave();
});

test("without scripts all of it works as well", async () => {
  const admin = await loggedIn(stage, "admin", { javaScriptEnabled: false });
  const { page } = admin;
  await page.goto("/users");
  await page.getByLabel("Name", { exact: true }).fill("hedy");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("link", { name: "Make an Administrator…" }).click();
  await page.getByRole("button", { name: "Make an Administrator" }).click();
  await page.getByText("An Administrator now").first().waitFor();
  await page.goto("/users/remove?name=hedy");
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByText("Removed").first().waitFor();
  await page.goto("/trail?what=user-removed");
  await page.getByRole("cell", { name: "hedy" }).waitFor();
  await admin.leave();
});
