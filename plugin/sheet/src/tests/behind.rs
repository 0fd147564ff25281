//! What people see and cells do not say: hidden rows, links, merged cells, dates, and headers that nearly fit.

use super::*;

/// Inputs that people have met, word for word.
const FILTERED: &[u8] = include_bytes!("../../tests/cases/filtered-rows.xlsx");
const LINKED: &[u8] = include_bytes!("../../tests/cases/linked-cell-other-file.xlsx");
const MERGED: &[u8] = include_bytes!("../../tests/cases/merged-path.xlsx");
const LABELLED: &[u8] = include_bytes!("../../tests/cases/label-encrypted.xlsx");
const UNCLOSED: &[u8] = include_bytes!("../../tests/cases/unclosed-quote.csv");

/// A sheet: its cells, what stands behind them, and what it refers to.
fn sheet(data: &str, behind: &str, relations: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet xmlns:r=\"http://x\"><sheetData>{}{data}</sheetData>{behind}</worksheet>",
        headers(1)
    );
    let relations = format!("<Relationships>{relations}</Relationships>");
    archive(&[
        ("_rels/.rels", RELATIONS),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"S\" r:id=\"s\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/worksheets/_rels/sheet1.xml.rels", &relations),
    ])
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    read(bytes, limits()).unwrap().rows
}

/// Rows 2 to `last`, each with a File ID and, where there is one, the path.
fn filled(paths: &[&str]) -> String {
    let filled = (2..).zip(paths).map(|(number, path)| {
        let id = text(&format!("A{number}"), &format!("{}", 1000 + number));
        let path = match *path {
            "" => String::new(),
            path => text(&format!("B{number}"), path),
        };
        row(number, &[id, path])
    });
    filled.collect()
}

fn link(id: &str, target: &str) -> String {
    format!(
        r#"<Relationship Id="{id}" Type="http://x/relationships/hyperlink" Target="{target}" TargetMode="External"/>"#
    )
}

#[test]
fn r42_rows_that_a_filter_or_a_hand_hides_are_read_and_marked() {
    let read = rows(FILTERED);
    let hidden: Vec<(u32, bool)> = read.iter().map(|row| (row.number, row.hidden)).collect();
    assert_eq!(hidden, [(2, false), (3, true), (4, false)]);

    let data = [
        r#"hidden="true""#,
        r#"ht="0" customHeight="1""#,
        r#"hidden="0" ht="15""#,
        "",
    ]
    .map(|told| {
        format!(
            "<row {told}>{}{}</row>",
            r#"<c t="inlineStr"><is><t>1</t></is></c>"#, r#"<c t="inlineStr"><is><t>a</t></is></c>"#
        )
    });
    let read = rows(&sheet(&data.concat(), "", ""));
    let hidden: Vec<(u32, bool)> = read.iter().map(|row| (row.number, row.hidden)).collect();
    assert_eq!(hidden, [(2, true), (3, true), (4, false), (5, false)]);
}

#[test]
fn r42_the_link_of_a_path_is_told_beside_it() {
    let [only] = rows(LINKED).try_into().unwrap();
    assert_eq!(only.path, some("Offer.pdf"));
    let address = "https://contoso.sharepoint.com/Shared%20Documents/Sub/Offer.pdf";
    assert_eq!(only.link.as_deref(), Some(address));

    let behind = r#"<hyperlinks><hyperlink ref="B2" r:id="one"/><hyperlink ref="B3:C5" r:id="two" location="page=2"/>
        <hyperlink ref="B4" r:id="three"/><hyperlink ref="B6" location="Sheet2!A1"/><hyperlink ref="B7" r:id="lost"/>
        <hyperlink ref="A7" r:id="one"/><hyperlink ref="nonsense" r:id="one"/></hyperlinks>"#;
    let relations = link("one", "Sub/Offer.pdf?a=1&amp;b=2")
        + &link("two", "https://x/2")
        + &link("three", "mailto:a@b.c")
        + r#"<Relationship Id="lost" Type="http://x/relationships/drawing" Target="../d.xml"/>"#;
    let read = rows(&sheet(&filled(&["a", "b", "c", "", "e", "f"]), behind, &relations));
    let links: Vec<Option<&str>> = read.iter().map(|row| row.link.as_deref()).collect();
    let two = Some("https://x/2#page=2");
    assert_eq!(
        links,
        [
            Some("Sub/Offer.pdf?a=1&b=2"),
            two,
            Some("mailto:a@b.c"),
            two,
            None,
            None
        ]
    );
}

#[test]
fn r42_the_formula_of_a_link_is_a_link_whatever_was_stored_for_it() {
    let formula = |place: &str, formula: &str, value: &str| {
        format!(r#"<row><c><v>1</v></c><c r="{place}" t="str"><f>{formula}</f>{value}</c></row>"#)
    };
    let data = formula(
        "B2",
        "HYPERLINK(&quot;https://x/Sub/Offer.pdf&quot;,&quot;Offer.pdf&quot;)",
        "<v>Offer.pdf</v>",
    ) + &formula(
        "B3",
        "HYPERLINK(&quot;https://x/a.pdf&quot;,&quot;a.pdf&quot;)",
        "<v>0</v>",
    ) + &formula("B4", "HYPERLINK(&quot;https://x/a.pdf&quot;)", "")
        + &formula("B5", "HYPERLINK(C2)", "<v>a.pdf</v>")
        + &formula("B6", "HYPERLINK(C2,&quot;a.pdf&quot;)", "<v>a.pdf</v>");
    let read = rows(&sheet(&data, "", ""));
    let told: Vec<(&Value, Option<&str>)> = read.iter().map(|row| (&row.path, row.link.as_deref())).collect();
    assert_eq!(told[0], (&some("Offer.pdf"), Some("https://x/Sub/Offer.pdf")));
    assert_eq!(told[1], (&some("a.pdf"), Some("https://x/a.pdf")));
    assert_eq!(told[2], (&some("https://x/a.pdf"), Some("https://x/a.pdf")));
    assert_eq!(told[3], (&some("a.pdf"), None));
    let (Value::Unreadable(cell, why), None) = told[4] else {
        unreachable!("{:?}", told[4])
    };
    assert!(cell == "B6" && why.contains("a formula computes"), "{cell} {why}");
}

#[test]
fn a_copy_keeps_the_links_of_all_cells() {
    let behind =
        r#"<hyperlinks><hyperlink ref="B2:C3" r:id="one"/><hyperlink ref="D1:XFD1048576" r:id="all"/></hyperlinks>"#;
    let data = filled(&["a", "b"]) + &row(3, &[text("C3", "c"), text("D3", "d")]);
    let bytes = sheet(
        &data,
        behind,
        &(link("one", "https://x/1") + &link("all", "https://x/2")),
    );
    let mut lines = Vec::new();
    block_on(copy(&bytes, limits(), async |some| {
        lines.extend(some);
        true
    }))
    .unwrap();
    let links: Vec<_> = lines.iter().flat_map(|line| line.links.clone()).collect();
    let one = "https://x/1".to_owned();
    let expected = [
        (1, one.clone()),
        (1, one.clone()),
        (2, one),
        (3, "https://x/2".to_owned()),
    ];
    assert_eq!(links, expected);
}

#[test]
fn r42_a_path_that_is_merged_downwards_counts_for_each_of_its_rows() {
    let read = rows(MERGED);
    let told: Vec<_> = read.iter().map(|row| (row.number, &row.path, row.path_from)).collect();
    let offer = some("Offer.pdf");
    assert_eq!(told, [(2, &offer, None), (3, &offer, Some(2))]);

    let behind = r#"<mergeCells><mergeCell ref="B1:B2"/><mergeCell ref="B3:C5"/><mergeCell ref="B4:B9"/><mergeCell ref="C6:D6"/>
        <mergeCell ref="B10:C10"/><mergeCell ref="B11:B1048576"/><mergeCell ref="A13:B13"/></mergeCells>
        <hyperlinks><hyperlink ref="B3" r:id="one"/></hyperlinks>"#;
    let paths = ["", "3", "", "", "", "", "", "", "10", "", "", ""];
    let read = rows(&sheet(&filled(&paths), behind, &link("one", "https://x/3")));
    let told: Vec<_> = read
        .iter()
        .map(|row| (row.number, row.path.clone(), row.path_from, row.link.is_some()))
        .collect();
    let blank = |number| (number, Value::Blank, None, false);
    let third = |number| (number, some("3"), Some(3), true);
    let expected = [
        blank(2),
        (3, some("3"), None, true),
        // A block that begins in another one has nothing written in it.
        blank(4),
        blank(5),
        blank(6),
        blank(7),
        blank(8),
        blank(9),
        (10, some("10"), None, false),
        blank(11),
        blank(12),
        blank(13),
    ];
    assert_eq!(told, expected);
    let behind =
        r#"<mergeCells><mergeCell ref="B3:C5"/></mergeCells><hyperlinks><hyperlink ref="B3" r:id="one"/></hyperlinks>"#;
    let read = rows(&sheet(&filled(&paths), behind, &link("one", "https://x/3")));
    let told: Vec<_> = read
        .iter()
        .map(|row| (row.number, row.path.clone(), row.path_from, row.link.is_some()))
        .collect();
    assert_eq!(told[2..5], [third(4), third(5), blank(6)]);
}

#[test]
fn r42_a_file_id_that_is_merged_downwards_stands_in_each_of_its_rows() {
    let data = row(2, &[text("A2", "1001"), text("B2", "a.pdf")])
        + &row(3, &[text("B3", "b.pdf")])
        + &row(4, &[text("B4", "c.pdf")]);
    let read = rows(&sheet(
        &data,
        r#"<mergeCells><mergeCell ref="A2:A3"/></mergeCells>"#,
        "",
    ));
    let told: Vec<_> = read.iter().map(|row| (&row.id, row.id_from)).collect();
    let id = some("1001");
    assert_eq!(told, [(&id, None), (&id, Some(2)), (&Value::Blank, None)]);
}

#[test]
fn a_long_path_that_is_merged_or_linked_over_all_rows_does_not_fill_the_memory() {
    let long = "x".repeat(8000);
    let mut paths = vec![""; 10_000];
    paths[0] = long.as_str();
    let merged = sheet(
        &filled(&paths),
        r#"<mergeCells><mergeCell ref="B2:B10001"/></mergeCells>"#,
        "",
    );
    assert_eq!(problem(&merged), Problem::TooLarge);
    let behind = r#"<hyperlinks><hyperlink ref="B1:B10001" r:id="one"/></hyperlinks>"#;
    let linked = sheet(&filled(&["a"; 10_000]), behind, &link("one", &long));
    assert_eq!(problem(&linked), Problem::TooLarge);
    let many = r#"<hyperlink ref="B2" r:id="one"/>"#.repeat(200_001);
    let linked = sheet(
        &filled(&["a"]),
        &format!("<hyperlinks>{many}</hyperlinks>"),
        &link("one", "x"),
    );
    assert_eq!(problem(&linked), Problem::TooLarge);
}

#[test]
fn r42_dates_are_told_as_dates_in_all_formats() {
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/><numFmt numFmtId="165" formatCode="&quot;days&quot; 0"/></numFmts>
        <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
    let data = headers(1)
        + &(0..4)
            .map(|style| format!(r#"<row><c s="{style}"><v>44681</v></c><c s="{style}"><v>44681.5</v></c></row>"#))
            .collect::<String>()
        + r#"<row><c t="d"><v>2022-04-30T00:00:00</v></c><c t="inlineStr"><is><t>a</t></is></c></row>"#;
    let workbook = |shift: &str| {
        archive(&[
            ("_rels/.rels", RELATIONS),
            (
                "xl/workbook.xml",
                &format!("<workbook>{shift}<sheets><sheet name=\"S\" r:id=\"s\"/></sheets></workbook>"),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" Target=\"s.xml\"/></Relationships>",
            ),
            (
                "xl/s.xml",
                &format!("<worksheet><sheetData>{data}</sheetData></worksheet>"),
            ),
            ("xl/styles.xml", styles),
        ])
    };
    let dated = |value: &Value, date: &str| matches!(value, Value::Unreadable(_, why) if why.contains(&format!("is the date {date}")));
    let read = rows(&workbook(""));
    for place in [0, 3] {
        assert_eq!((&read[place].id, &read[place].path), (&some("44681"), &some("44681.5")));
    }
    for row in &read[1..3] {
        assert!(
            dated(&row.id, "2022-04-30") && dated(&row.path, "2022-04-30"),
            "{row:?}"
        );
    }
    assert!(dated(&read[4].id, "2022-04-30"), "{:?}", read[4]);
    let later = rows(&workbook(r#"<workbookPr date1904="1"/>"#));
    assert!(dated(&later[1].id, "2026-05-01"), "{:?}", later[1]);
}

#[test]
fn r40_a_header_that_nearly_fits_is_asked_about() {
    let refused = |cells: &[&str]| {
        let cells: Vec<String> = cells
            .iter()
            .zip('A'..)
            .map(|(cell, column)| text(&format!("{column}2"), cell))
            .collect();
        let error = read(&one(&row(2, &cells)), limits()).unwrap_err();
        assert_eq!(error.problem, Problem::MissingColumn);
        error.message
    };
    let told = refused(&["File ID", "SharePoint Path", "Name"]);
    assert!(
        told.contains("\"Sharepoint File Path\" is missing: row 2 has \"File ID\"")
            && told.contains("did you mean column B (\"SharePoint Path\")?"),
        "{told}"
    );
    let told = refused(&["Link", "File-ID", "Sharepiont File  Path"]);
    assert!(
        told.contains("did you mean column C (\"Sharepiont File Path\")?"),
        "{told}"
    );
    let told = refused(&["Name", "ID", "Sharepoint File Path"]);
    assert!(
        told.contains("\"File ID\" is missing") && told.contains("did you mean column B (\"ID\")?"),
        "{told}"
    );
    let told = refused(&["ID", "Path"]);
    assert!(
        told.contains("column A (\"ID\") and column B (\"Path\") of row 2"),
        "{told}"
    );
    let told = refused(&["File ID", "Name"]);
    assert!(
        told.contains("add \"Sharepoint File Path\" beside it") && !told.contains("did you mean"),
        "{told}"
    );
}

#[test]
fn r42_a_quote_that_is_never_closed_is_refused_since_it_would_swallow_rows() {
    let error = read(UNCLOSED, limits()).unwrap_err();
    assert!(
        error.problem == Problem::Damaged && error.message.contains("the quote that opens in row 2 is not closed"),
        "{error}"
    );
}

#[test]
fn a_workbook_that_a_label_encrypts_is_told_from_one_with_a_password() {
    let error = read(LABELLED, limits()).unwrap_err();
    assert!(
        error.problem == Problem::Encrypted
            && error
                .message
                .contains("a sensitivity label encrypts it: save a copy without the label"),
        "{error}"
    );
}
