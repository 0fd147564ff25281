"""Adds the column of paths to an exported list, as a person would: python add_column.py LIST SHEET PATH..."""

import sys

import openpyxl

source, target, *paths = sys.argv[1:]
book = openpyxl.load_workbook(source)
sheet = book.worksheets[0]
headers = [cell.value for cell in sheet[1]]
assert headers[0] == "File ID", headers
assert all(cell.data_type == "s" for row in sheet.iter_rows(min_row=2, max_col=2) for cell in row), "a name is no formula"
column = sheet.max_column + 1
sheet.cell(1, column, "Sharepoint File Path")
for row, path in enumerate(paths, start=2):
    sheet.cell(row, column, path or None)
book.save(target)
