// Coming in by an account of the company's own sign-in service: tied once by a link, known by it from then on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { CLIENT_ID, Issuer, SECRET } from "./issuer.mjs";
import { look } from "./look.mjs";
import { endBrowser, follow, loggedIn, somebody } from "./person.mjs";
import { Stage } from "./stage.mjs";

let issuer, stage;
before(async () => {
  issuer = await Issuer.begin();
  stage = await Stage.begin({
    signIn: { issuer: issuer.address, "client-id": CLIENT_ID, name: "Contoso" },
    secret: SECRET,
  });
  await (await loggedIn(stage, "admin")).leave();
  await stage.host(["users", "add", "ada", "--role", "administrator"]);
});
after(async () => {
  await endBrowser();
  await stage?.end();
  await issuer?.end();
});

const button = (page) => page.getByRole("button", { name: /Sign in with/ });
const onward = (page) => page.getByRole("link", { name: "Go on to Contoso" });

// As far as the page of the sign-in service. Where scripts are, one is led there at once.
async function toTheService(page) {
  await button(page).click();
  await page.getByRole("link", { name: "Nobody" }).waitFor();
}

test("who has a link ties their account, and comes in by it from then on, to where they wanted to go", async () => {
  const ada = await somebody(stage);
  const { page } = ada;
  await page.goto(await stage.link("ada"));
  await look(page, "claim-account");
  await toTheService(page);
  await follow(page, page.getByRole("link", { name: "ada" }));
  assert.equal(page.url(), `${stage.origin}/`, "nothing of the way is left in the address");
  await page.goto("/you");
  await look(page, "you-account");
  await page.getByRole("button", { name: "Log out" }).click();

  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goto("/files?state=held");
  await look(page, "login-account");
  await toTheService(page);
  await follow(page, page.getByRole("link", { name: "ada" }));
  await page.getByRole("heading", { name: "Files", exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "?state=held");
  await ada.leave();
});

test("an account that nobody has tied is told what to do, and one who declines can try again", async () => {
  const mallory = await somebody(stage);
  const { page } = mallory;
  await page.goto("/login");
  await toTheService(page);
  await follow(page, page.getByRole("link", { name: "mallory" }));
  await page.getByText("makes a link for you").waitFor();
  await look(page, "account-unknown");

  await follow(page, page.getByRole("link", { name: "Log in" }));
  await toTheService(page);
  await follow(page, page.getByRole("link", { name: "Nobody" }));
  await page.getByRole("heading", { name: "You are not in yet" }).waitFor();
  await look(page, "account-declined");
  await page.goto("/files");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await mallory.leave();
});

test("without scripts the way is a page that one goes on from", async () => {
  const ada = await somebody(stage, { javaScriptEnabled: false });
  const { page } = ada;
  await page.goto("/login");
  await button(page).click();
  await onward(page).waitFor();
  await onward(page).click();
  await page.getByRole("link", { name: "ada" }).click();
  await page.getByRole("button", { name: "Log out" }).waitFor();
  await ada.leave();
});

test("while the service is away the page says so, and a password still opens", async () => {
  const admin = await somebody(stage);
  const { page } = admin;
  await page.goto("/login");
  await toTheService(page);
  // It ends while somebody reads its page.
  issuer.isAway = true;
  await follow(page, page.getByRole("link", { name: "ada" }));
  await page.getByRole("heading", { name: "The sign-in does not work just now" }).waitFor();
  await look(page, "account-away");
  issuer.isAway = false;
  await admin.leave();
  await (await loggedIn(stage, "admin")).leave();
});
