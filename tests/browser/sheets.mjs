// Sheets that tie library files to files in the drive: written, sent by the page, and checked.

import { inflateRawSync } from "node:zlib";

import { follow } from "./person.mjs";
import { ended } from "./waiting.mjs";

export const HEADER = ["File ID", "Sharepoint File Path"];

const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/// Rows of cells as comma separated text.
export const csv = (rows) => Buffer.from([HEADER, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join(""));

/// Sends a sheet by the page, and waits until it is checked, or refused.
export async function check(page, name, buffer) {
  await page.goto("/files/associate");
  await page.getByLabel("Excel sheet").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  await follow(page, page.getByRole("button", { name: "Check" }));
  await ended(page);
}

/// Links what was checked.
export async function link(page, files) {
  await follow(page, page.getByRole("button", { name: `Link ${files} file${files === 1 ? "" : "s"}`, exact: true }));
  await ended(page);
}

/// The counts of the filters above a list, by their words.
export async function chips(page, label) {
  const texts = await page.getByRole("navigation", { name: label }).getByRole("link").allInnerTexts();
  return new Map(texts.map((text) => /^(.+?) ([\d,]+)$/.exec(text).slice(1)).map(([word, count]) => [word, Number(count.replaceAll(",", ""))]));
}

/// How many rows the first sheet of a workbook has.
export function rowsOf(workbook) {
  const [SIGNATURE, NAME] = [Buffer.from("PK\x01\x02", "latin1"), "xl/worksheets/sheet1.xml"];
  for (let at = workbook.indexOf(SIGNATURE); at !== -1; at = workbook.indexOf(SIGNATURE, at + 1)) {
    const [method, size, length, local] = [workbook.readUInt16LE(at + 10), workbook.readUInt32LE(at + 20), workbook.readUInt16LE(at + 28), workbook.readUInt32LE(at + 42)];
    if (workbook.toString("utf8", at + 46, at + 46 + length) !== NAME) continue;
    const begin = local + 30 + workbook.readUInt16LE(local + 26) + workbook.readUInt16LE(local + 28);
    const part = workbook.subarray(begin, begin + size);
    return (method === 0 ? part : inflateRawSync(part)).toString().match(/<row[ >]/g)?.length ?? 0;
  }
  throw new Error("it has no sheet");
}
