// Sheets as exceljs and SheetJS write them: node generate.mjs OUT ID ID ID ID. The rows are those of generate.py.

import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.PEER_SHEETS ?? process.cwd(), "x.js"));
const ExcelJS = require("exceljs");
const XLSX = require("xlsx");

const [out, first, second, third, fourth] = process.argv.slice(2);
const header = ["Name", "sharepoint file  path", "Owner", "FILE ID"];
const formula = { formula: '"Folder/"&"B.pdf"', result: "Folder/B.pdf" };
const rows = [
  ["Our files"],
  [],
  header,
  ["one", "A.pdf", "Ada", Number(first)],
  ["two", "Folder/B.pdf", "Ada", second],
  ["three", formula, "Ada", third],
  ["four", "Folder/Nothing.pdf", "Ada", fourth],
];

const book = new ExcelJS.Workbook();
const sheet = book.addWorksheet("Now");
rows.forEach((row, index) => (sheet.getRow(index + 1).values = row));
sheet.getRow(3).font = { bold: true };
await book.xlsx.writeFile(path.join(out, "exceljs.xlsx"));

const stream = new ExcelJS.stream.xlsx.WorkbookWriter({
  filename: path.join(out, "exceljs-streamed.xlsx"),
  useStyles: true,
  useSharedStrings: true,
});
const streamed = stream.addWorksheet("Now");
rows.forEach((row) => streamed.addRow(row).commit());
streamed.commit();
await stream.commit();

const plain = rows.map((row) => row.map((cell) => (cell === formula ? "x" : cell)));
const cells = XLSX.utils.aoa_to_sheet(plain);
cells.B6 = { t: "s", f: formula.formula, v: formula.result };
const other = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(other, cells, "Now");
for (const [name, options] of [
  ["sheetjs.xlsx", { compression: true, bookSST: true }],
  ["sheetjs-inline.xlsm", { bookType: "xlsm" }],
  ["sheetjs.xlsb", { bookType: "xlsb" }],
  ["sheetjs.xls", { bookType: "biff8" }],
  ["sheetjs.html", { bookType: "html" }],
  ["sheetjs.csv", { bookType: "csv" }],
]) {
  XLSX.writeFile(other, path.join(out, name), options);
}
