// Somebody with a browser. What the browser complains of is noted: a story that leaves a complaint has failed.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

import { PASSWORD } from "./stage.mjs";

let browser;

/// A new browser of somebody at that stage's console, who is not logged in. `options` are those of a context of playwright.
export async function somebody(stage, options = {}) {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // Root can have no sandbox of its own inside of containers.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const context = await browser.newContext({
    baseURL: stage.origin,
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const complaints = [];
  context.on("page", (page) => watch(page, stage, complaints));
  const page = await context.newPage();
  return new Person(context, page, complaints);
}

/// The same, logged in; by their link if they have no password yet.
export async function loggedIn(stage, name, options = {}) {
  const person = await somebody(stage, options);
  const { page } = person;
  stage.known ??= new Set();
  if (stage.known.has(name)) {
    await page.goto("/login");
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
  } else {
    await page.goto(name === "admin" && stage.invitation ? stage.invitation : await stage.link(name));
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go in" }).click();
    stage.known.add(name);
  }
  await page.getByRole("button", { name: "Log out" }).waitFor();
  return person;
}

/// Presses what leads to another document, and waits for that: a click alone ends before its navigation has begun, so that
/// what comes next could still see the page before, or go somewhere else in the middle of it.
export async function follow(page, link) {
  const [moved] = await Promise.all([page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame()), link.click()]);
  await moved.waitForLoadState();
}

/// Ends the browser. Each file of stories does so once.
export async function endBrowser() {
  await browser?.close();
  browser = undefined;
}

class Person {
  constructor(context, page, complaints) {
    Object.assign(this, { context, page, complaints });
  }

  /// The host was gone for a moment, and the browser has written that down: that is no complaint of a page.
  forgiveOutage() {
    const isOutage = (complaint) => complaint.includes("net::ERR_");
    assert.deepEqual(this.complaints.filter((complaint) => !isOutage(complaint)), []);
    this.complaints.length = 0;
  }

  /// Goes, after nothing was found to complain of.
  async leave() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }
}

function watch(page, stage, complaints) {
  const isOurs = () => page.url().startsWith(stage.origin);
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.stack}`));
  page.on("console", (message) => {
    // A page that says what is wrong has a status that says so too, and browsers write that down.
    const isStatus = message.text().startsWith("Failed to load resource") && message.location().url === page.url();
    const isBad = ["error", "warning"].includes(message.type());
    if (isBad && isOurs() && !isStatus) complaints.push(`${page.url()}: ${message.text()}`);
  });
}
