#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn team() -> DriveAddress {
    DriveAddress::new(
        Some("https://contoso.sharepoint.com/sites/Team/Shared%20Documents"),
        "Documents",
    )
}

fn readings(text: &str) -> Vec<String> {
    match read(text, &team()).unwrap() {
        Reference::InDrive { readings, .. } => readings,
        other => unreachable!("{text}: {other:?}"),
    }
}

fn is(text: &str, path: &str) {
    assert_eq!(readings(text), [path], "{text}");
}

#[test]
fn r40_relative_paths_lose_what_copying_adds() {
    for text in [
        "A/b.docx",
        "/A/b.docx",
        "\\A\\b.docx",
        "A\\b.docx",
        "  \"A/b.docx\" ",
        "\u{feff}A/b.docx\u{a0}",
        "A//./b.docx",
        "A / b.docx",
        "“A/b.docx”",
        "A/b.docx?web=1",
        "/drives/b!abc/root:/A/b.docx",
        "/drive/root:/A/b.docx",
    ] {
        is(text, "A/b.docx");
    }
    is("/", "");
    is("A/", "A");
    is("Plan #1 + 2.docx", "Plan #1 + 2.docx");
    assert_eq!(read("  ", &team()), None);
    assert_eq!(read("\"\"", &team()), None);
}

#[test]
fn r40_server_relative_paths_and_addresses_lead_below_the_drive() {
    for text in [
        "/sites/Team/Shared Documents/A/b.docx",
        "/SITES/team/shared%20documents/A/b.docx",
        "sites/Team/Shared Documents/A/b.docx",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx",
        "https://Contoso.SharePoint.com:443/sites/Team/Shared%20Documents/A/b.docx?web=1",
        "HTTP://contoso.sharepoint.com/sites/Team/Shared Documents/A/b.docx#page=2",
        "contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx",
        "https://contoso.sharepoint.com/:w:/r/sites/Team/Shared%20Documents/A/b.docx?d=w17&csf=1&web=1&e=Xy",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb%2Edocx&parent=%2Fsites",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/stream.aspx?id=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb%2Edocx",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/download.aspx?SourceUrl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb.docx",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/WopiFrame.aspx?sourcedoc=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb.docx&action=view",
        "ms-word:ofe|u|https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx",
        "\\\\contoso.sharepoint.com@SSL\\DavWWWRoot\\sites\\Team\\Shared Documents\\A\\b.docx",
    ] {
        is(text, "A/b.docx");
    }
    is(
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/100%25.pdf",
        "100%.pdf",
    );
    is(
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Forms/AllItems.aspx",
        "",
    );
    is("https://contoso.sharepoint.com/sites/Team/Shared%20Documents", "");
}

#[test]
fn what_can_be_read_in_two_ways_is_read_in_both() {
    assert_eq!(readings("100%25.pdf"), ["100%25.pdf", "100%.pdf"]);
    assert_eq!(readings("Documents/a.pdf"), ["Documents/a.pdf", "a.pdf"]);
    assert_eq!(readings("Shared Documents/a.pdf"), ["Shared Documents/a.pdf", "a.pdf"]);
    is("100%.pdf", "100%.pdf");
    is("Documents", "Documents");
    let Some(Reference::InDrive { readings, elsewhere }) = read("/sites/Other/Docs/a.pdf", &team()) else {
        unreachable!("it may be a folder");
    };
    assert_eq!((readings, elsewhere), (vec!["sites/Other/Docs/a.pdf".to_owned()], true));
}

#[test]
fn a_folder_that_is_called_like_the_drive_is_thought_of() {
    let root = DriveAddress::new(Some("https://contoso.sharepoint.com/Shared%20Documents"), "Documents");
    let Some(Reference::InDrive { readings, .. }) = read("Shared Documents/a.pdf", &root) else {
        unreachable!("it is in the drive");
    };
    assert_eq!(readings, ["Shared Documents/a.pdf", "a.pdf"]);
    let Some(Reference::InDrive { readings, .. }) = read("/Shared Documents/a.pdf", &root) else {
        unreachable!("it is in the drive");
    };
    assert_eq!(readings, ["a.pdf"]);
}

#[test]
fn an_option_of_an_address_is_decoded_once() {
    is(
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2FTeam%2FShared%20Documents%2FAnnual%2520Report.pdf",
        "Annual%20Report.pdf",
    );
}

#[test]
fn an_apostrophe_belongs_to_the_name() {
    is("'90s.pdf", "'90s.pdf");
    is("'A/b.pdf'", "A/b.pdf");
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
    ] {
        assert_eq!(read(text, &team()), Some(Reference::Link(text.to_owned())), "{text}");
    }
}

#[test]
fn r42_other_drives_are_told_from_foreign_hosts() {
    for text in [
        "https://contoso.sharepoint.com/sites/Other/Shared%20Documents/a.docx",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents%202/a.docx",
        "https://contoso-my.sharepoint.com/personal/ada/Documents/a.docx",
        "https://contoso-my.sharepoint.com/sites/Team/Shared%20Documents/a.docx",
    ] {
        assert_eq!(read(text, &team()), Some(Reference::OtherDrive), "{text}");
    }
    for text in [
        "https://evil.example/sites/Team/Shared%20Documents/a.docx",
        "https://contoso.sharepoint.com.evil.example/sites/Team/Shared%20Documents/a.docx",
        "https://contoso.sharepoint.com@evil.example/sites/Team/a.docx",
        "https://fabrikam.sharepoint.com/:w:/s/Team/EaBcD",
        "https://contoso.sharepoint.com/x?SourceUrl=https%3A%2F%2Fevil.example%2Fsites%2FTeam%2Fa",
        "//evil.example/a.docx",
        "\\\\server\\share\\a.docx",
        "C:\\Users\\ada\\a.docx",
        "file:///C:/a.docx",
        "javascript://a",
        "A/../b.docx",
        "A/%2e%2e/b.docx",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/%2E%2E/a.docx",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/a%2Fb.docx",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/a%00b.docx",
        "a\u{1}b.docx",
        "https://",
    ] {
        assert!(
            matches!(read(text, &team()), Some(Reference::Forbidden(_))),
            "{text}: {:?}",
            read(text, &team())
        );
    }
}

#[test]
fn a_drive_without_an_address_still_takes_relative_paths() {
    let drive = DriveAddress::new(None, "");
    let relative = read("A/b.docx", &drive).unwrap();
    assert!(matches!(relative, Reference::InDrive { readings, .. } if readings == ["A/b.docx"]));
    assert!(matches!(
        read("https://contoso.sharepoint.com/a", &drive),
        Some(Reference::Forbidden(_))
    ));
}

#[test]
fn case_and_accents_make_no_difference() {
    assert_eq!(key("R\u{e9}sum\u{e9}.PDF"), key("re\u{301}sume\u{301}.pdf"));
    assert_eq!(key("ÜBER"), key("über"));
    assert_ne!(key("a"), key("á"));
    assert_eq!(key("ΟΔΟΣ"), key("οδοσ"));
    for text in ["İ\u{6e3}/t", "ΟΔΟΣ", "R\u{e9}"] {
        assert_eq!(key(&key(text)), key(text));
        assert_eq!(key(&lower(text)), key(text));
    }
    assert_eq!(spellings("plain.pdf"), Vec::<String>::new());
    assert_eq!(spellings("R\u{e9}.pdf"), ["Re\u{301}.pdf"]);
    assert_eq!(spellings("Re\u{301}.pdf"), ["R\u{e9}.pdf"]);
}
