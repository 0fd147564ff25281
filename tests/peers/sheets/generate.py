"""Sheets as openpyxl, XlsxWriter and LibreOffice write them: python generate.py OUT ID ID ID ID

All have the same four rows below a title: an ID as a number, one as text, one by formula, and one with a path that leads
nowhere. The last one's path is a formula, so that its result has to be stored.
"""

import pathlib
import subprocess
import sys
import tempfile

import openpyxl
import xlsxwriter

out = pathlib.Path(sys.argv[1])
first, second, third, fourth = sys.argv[2:6]
HEADER = ["Name", "sharepoint file  path", "Owner", "FILE ID"]


def with_openpyxl():
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title = "Old"
    hidden.append(["File ID", "Sharepoint File Path"])
    hidden.append(["1", "wrong.pdf"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("Now")
    book.active = 1
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "Our files"
    sheet.append([])
    sheet.append(HEADER)
    sheet.append(["one", "A.pdf", "Ada", int(first)])
    sheet.append(["two", "Folder/B.pdf", "Ada", second])
    sheet.append(["three", "/FOLDER/b.PDF", "Ada", float(third)])
    sheet.append(["four", "Folder/Nothing.pdf", "Ada", fourth])
    sheet.append(["total", None, "=COUNTA(D4:D7)", None])
    for row in range(9, 400):
        sheet.cell(row, 4).number_format = "@"
    book.save(out / "openpyxl.xlsx")
    # Nobody has calculated the formulas of this one.
    sheet["B4"] = '="A"&".pdf"'
    book.save(out / "openpyxl-uncalculated.xlsx")


def with_xlsxwriter(name, options):
    book = xlsxwriter.Workbook(str(out / name), options)
    sheet = book.add_worksheet("Files & paths")
    bold = book.add_format({"bold": True, "font_color": "red"})
    sheet.merge_range(0, 0, 0, 3, "Our files", bold)
    for column, title in enumerate(HEADER):
        sheet.write_string(2, column, title, bold)
    rows = [("A.pdf", first), ("Folder/B.pdf", second), ("Folder/B.pdf", third), ("Folder/Nothing.pdf", fourth)]
    for row, (path, file) in enumerate(rows, start=3):
        sheet.write_string(row, 0, "=not a formula")
        if row == 5:
            sheet.write_formula(row, 1, '="Folder/"&"B.pdf"', None, path)
        else:
            sheet.write_rich_string(row, 1, path[:2], bold, path[2:])
        if row == 3:
            sheet.write_number(row, 3, int(file))
        else:
            sheet.write_string(row, 3, file)
    sheet.autofilter(2, 0, 6, 3)
    sheet.freeze_panes(3, 0)
    book.close()


def with_libreoffice():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        text = folder / "libreoffice.csv"
        rows = [["Our files"], [], HEADER]
        rows += [["one", "A.pdf", "Ada", first], ["two", "Folder/B.pdf", "Ada", second]]
        rows += [["three", '"=""Folder/""&""B.pdf"""', "Ada", third], ["four", "Folder/Nothing.pdf", "Ada", fourth]]
        text.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
        # Token 3, twelfth place: evaluate formulas.
        filter_ = "CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"
        for kind in ["xlsx", "ods", "xls"]:
            command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", f"--infilter={filter_}"]
            command += ["--convert-to", kind, "--outdir", str(out), str(text)]
            subprocess.run(command, check=True, timeout=180, stdout=subprocess.DEVNULL)


with_openpyxl()
with_xlsxwriter("xlsxwriter.xlsx", {})
with_xlsxwriter("xlsxwriter-streamed.xlsx", {"constant_memory": True})
with_libreoffice()
