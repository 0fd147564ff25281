//! What people copy from a browser or a mail.

use super::*;

#[test]
fn what_is_encoded_twice_may_be_meant_so_or_not() {
    let list = "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2FTeam%2FShared%20Documents%2FAnnual%2520Report.pdf";
    let both = ["Annual%20Report.pdf", "Annual Report.pdf"];
    assert_eq!(readings(list), both);
    assert_eq!(
        readings("https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Annual%2520Report.pdf"),
        both
    );
    for text in [
        "https://contoso.sharepoint.com/sites/Team/Shared%2520Documents/A%2520b/c.pdf",
        "https://contoso.sharepoint.com/sites/Team/Shared%252520Documents/A%252520b/c.pdf",
        "https://contoso.sharepoint.com/:b:/r/sites/Team/Shared%2520Documents/A%2520b/c.pdf?web=1",
    ] {
        is(text, "A b/c.pdf");
    }
    // What would leave the drive is no reading.
    is(
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/%252E%252E/c.pdf",
        "%2E%2E/c.pdf",
    );
}

#[test]
fn a_hash_may_be_part_of_a_name_or_begin_what_is_no_path() {
    let readings_of = |path: &str| {
        readings(&format!(
            "https://contoso.sharepoint.com/sites/Team/Shared Documents/{path}"
        ))
    };
    assert_eq!(readings_of("Plan #1/b.docx"), ["Plan", "Plan #1/b.docx"]);
    assert_eq!(readings_of("A/Offer #2.docx?web=1"), ["A/Offer", "A/Offer #2.docx"]);
    assert_eq!(readings_of("C#/F#.pdf"), ["C", "C#/F#.pdf"]);
    assert_eq!(readings_of("A/b.docx#page=2"), ["A/b.docx"]);
    assert_eq!(readings_of("Plan %231/b.docx"), ["Plan #1/b.docx"]);
    let list = "https://contoso.sharepoint.com/sites/Team/Shared Documents/Forms/AllItems.aspx?id=/sites/Team/Shared Documents/Plan #1/b.docx&parent=/sites";
    assert_eq!(readings(list), ["Plan", "Plan #1/b.docx"]);
    let text = "https://contoso.sharepoint.com/sites/Team/Shared Documents/Plan #1/b.docx?e=SECRET";
    let reference = read(text, &team()).unwrap();
    assert_eq!(shown(text, &reference), text.split('?').next().unwrap());
}

#[test]
fn the_address_bar_of_an_open_file_names_it_by_its_id() {
    let id = "0f3c1c2e-aaaa-4bbb-8ccc-0123456789ab";
    let page = |text: &str| match read(text, &team()).unwrap() {
        Reference::Page(page) => page,
        other => unreachable!("{text}: {other:?}"),
    };
    for kind in ["", "/:w:/r", "/:x:/r", "/:P:/R"] {
        for name in ["Doc.aspx", "doc2.aspx", "WopiFrame.aspx", "DOC.ASPX"] {
            for sourcedoc in [
                "sourcedoc=%7B0F3C1C2E-AAAA-4BBB-8CCC-0123456789AB%7D",
                "SourceDoc={0f3c1c2e-aaaa-4bbb-8ccc-0123456789ab}",
                "sourcedoc=0F3C1C2E-AAAA-4BBB-8CCC-0123456789AB",
                "sourcedoc=%257B0F3C1C2E-AAAA-4BBB-8CCC-0123456789AB%257D",
            ] {
                let path =
                    format!("{kind}/sites/Team/_layouts/15/{name}?{sourcedoc}&file=Offer%202026.docx&action=default");
                let url = format!("https://contoso.sharepoint.com{path}");
                let expected = FilePage {
                    url: url.clone(),
                    id: id.to_owned(),
                    name: "Offer 2026.docx".to_owned(),
                    here: true,
                };
                assert_eq!(page(&url), expected);
            }
        }
    }
    let embedded =
        "https://contoso.sharepoint.com/sites/team/_layouts/15/embed.aspx?UniqueId=0f3c1c2eaaaa4bbb8ccc0123456789ab";
    assert_eq!(page(embedded).id, id);
    for other in ["/sites/Lib", "/:w:/r/sites/Team2", ""] {
        let url = format!("https://contoso.sharepoint.com{other}/_layouts/15/Doc.aspx?sourcedoc=%7B{id}%7D");
        assert!(!page(&url).here, "{url}");
    }
    let ada = DriveAddress::new(
        Some("https://contoso-my.sharepoint.com/personal/ada_contoso_com/Documents"),
        "OneDrive",
    );
    let url = format!(
        "https://contoso-my.sharepoint.com/:x:/r/personal/ada_contoso_com/_layouts/15/Doc.aspx?sourcedoc=%7B{id}%7D&file=a.xlsx"
    );
    let reference = read(&url, &ada).unwrap();
    assert!(
        matches!(&reference, Reference::Page(page) if page.here),
        "{reference:?}"
    );
    let expected = "https://contoso-my.sharepoint.com/:x:/r/personal/ada_contoso_com/_layouts/15/Doc.aspx?file=a.xlsx";
    assert_eq!(shown(&url, &reference), expected);
}

#[test]
fn pages_without_an_id_are_for_microsoft_to_resolve_or_name_no_file() {
    let redirect = "https://contoso.sharepoint.com/sites/Team/_layouts/15/DocIdRedir.aspx?ID=TEAM-123-4";
    assert_eq!(read(redirect, &team()), Some(Reference::Link(redirect.to_owned())));
    let settings = "https://contoso.sharepoint.com/sites/Team/_layouts/15/viewlsts.aspx";
    assert!(matches!(read(settings, &team()), Some(Reference::Forbidden(_))));
}

#[test]
fn what_may_open_a_file_is_not_shown() {
    for (text, expected) in [
        ("A\\b #1@home.docx", "A\\b #1@home.docx"),
        (
            "/sites/Team/Shared Documents/a.docx?web=1",
            "/sites/Team/Shared Documents/a.docx",
        ),
        (
            "https://contoso.sharepoint.com/:w:/r/sites/Team/Shared%20Documents/a.docx?d=w17&e=SECRET",
            "https://contoso.sharepoint.com/:w:/r/sites/Team/Shared%20Documents/a.docx",
        ),
        (
            "https://contoso.sharepoint.com/sites/Other/a.docx?tempauth=SECRET#SECRET",
            "https://contoso.sharepoint.com/sites/Other/a.docx",
        ),
        (
            "https://contoso.sharepoint.com/:w:/s/Team/SECRET?e=4x",
            "https://contoso.sharepoint.com/…",
        ),
        ("contoso.sharepoint.com/:w:/g/SECRET", "contoso.sharepoint.com/…"),
        ("//contoso.sharepoint.com/:w:/g/SECRET", "contoso.sharepoint.com/…"),
        ("/:w:/s/Team/SECRET", ":w:/…"),
        (
            "https://contoso.sharepoint.com\\:w:\\s\\Team\\SECRET",
            "https://contoso.sharepoint.com/…",
        ),
        (
            "https://fabrikam.sharepoint.com/:w:/s/Team/SECRET",
            "https://fabrikam.sharepoint.com/…",
        ),
        ("fabrikam.sharepoint.com/:w:/s/Team/SECRET", "fabrikam.sharepoint.com/…"),
        ("https://1drv.ms/w/s!SECRET", "https://1drv.ms/…"),
        (
            "https://ada:SECRET@contoso.sharepoint.com/a.docx",
            "https://contoso.sharepoint.com/…",
        ),
        (
            "ada:SECRET@contoso.sharepoint.com/a.docx",
            "contoso.sharepoint.com/a.docx",
        ),
    ] {
        let reference = read(text, &team()).unwrap();
        assert_eq!(shown(text, &reference), expected, "{reference:?}");
    }
}

#[test]
fn sharing_links_are_for_microsoft_to_resolve() {
    let whole = "https://contoso.sharepoint.com/:w:/s/Team/EaBcD";
    for text in ["contoso.sharepoint.com/:w:/s/Team/EaBcD", "/:w:/s/Team/EaBcD"] {
        assert_eq!(read(text, &team()), Some(Reference::Link(whole.to_owned())), "{text}");
    }
    for text in [
        "https://contoso.sharepoint.com/:w:/s/Team/EaBcD?e=4x",
        "https://contoso-my.sharepoint.com/:x:/g/personal/ada_contoso_com/EaBcD",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/Doc.aspx?sourcedoc=%7B0F3C%7D&file=b.docx&action=default",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/guestaccess.aspx?share=EaBcD",
    ] {
        assert_eq!(read(text, &team()), Some(Reference::Link(text.to_owned())), "{text}");
    }
}
