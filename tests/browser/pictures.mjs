// The pictures of the main pages for the README: no story, and nothing is looked at but by people.

import { join } from "node:path";

import { endBrowser, loggedIn } from "./person.mjs";
import { Stage } from "./stage.mjs";

/// What the drive has beside the demo's files, with sizes in bytes.
const MORE = {
  "Annual Report.pdf": 4_310_000,
  "Brand Guide.pdf": 12_400_000,
  "Case Study Fabrikam.docx": 318_000,
  "Price List.xlsx": 96_000,
  "Team.png": 1_240_000,
};

/// A document as a person has written it anew: it looks like what its name says.
const write = (stage, name, size) => stage.change("put", { path: `/${name}`, text: `%PDF-1.7\n${"% ".repeat(size / 2)}` });
const put = (stage, name, size, seed) => stage.change("put", { path: `/${name}`, generated: { size, seed } });

/// A library in which a night has brought news, and something for a person.
async function set() {
  const stage = await Stage.begin({ isConnected: true });
  let seed = 1;
  for (const [name, size] of Object.entries(MORE)) await put(stage, name, size, (seed += 1));
  await stage.host(["onedrive", "import", ...Object.keys(MORE)]);
  await stage.host(["onedrive", "import", "Proposal 2026.docx", "Logo.png", "Terms + Conditions.pdf"]);
  for (const [file, place] of [["100002", "Workspace/Marketing"], ["100004", "Workspace/Sales"], ["100005", "Division/North"]]) {
    await stage.host(["library", "move", file, place]);
  }
  for (const clientpoint of ["Fabrikam", "Northwind"]) await stage.host(["place", "100002", "--clientpoint", clientpoint]);
  await stage.host(["sync"]);
  await write(stage, "Annual Report.pdf", 420_000);
  await write(stage, "Terms + Conditions.pdf", 51_000);
  await stage.change("delete", { path: "/Logo.png" });
  await stage.host(["sync"]).catch(() => "a file is gone, which is told by its status");
  return stage;
}

const stage = await set();
try {
  await stage.host(["users", "add", "Ada", "--role", "administrator"]);
  const { page } = await loggedIn(stage, "Ada", { viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  const picture = (name) => page.screenshot({ path: join(process.env.PICTURES, `console-${name}.png`) });
  for (const [name, path] of [["home", "/"], ["integrations", "/integrations"], ["files", "/files?sort=name"], ["sync", "/sync"]]) {
    await page.goto(path);
    await picture(name);
  }
  await page.goto("/files/add");
  for (const name of ["Pitch Deck.pptx", "Prices #1.xlsx", "Product Film.mp4"]) {
    await page.getByRole("checkbox", { name: `Choose ${name}` }).check();
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  await picture("add");
} finally {
  await endBrowser();
  await stage.end();
}
