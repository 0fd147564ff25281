// Waiting for what a page shows, never for a time.

/// How long something may take on a slow machine, in milliseconds.
const LIMIT = 60_000;

/// The page of an operation that has begun, until that has ended: it loads itself anew then, and in between has nothing on it.
export async function ended(page) {
  const running = page.locator("[data-operation]");
  do {
    await running.waitFor({ state: "detached", timeout: LIMIT });
    await page.waitForLoadState();
  } while ((await running.count()) !== 0);
}

/// Loads a page anew, as somebody does who waits for news there, until it says so.
export async function says(page, path, words) {
  for (const until = Date.now() + LIMIT; ; ) {
    await page.goto(path);
    if ((await page.getByText(words).count()) !== 0) return;
    if (until < Date.now()) throw new Error(`${path} never says ${words}: ${await page.locator("main").innerText()}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
