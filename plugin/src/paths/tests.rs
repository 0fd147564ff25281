#![allow(clippy::unwrap_used, reason = "tests")]

mod copied;

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
        "A > b.docx",
        "<A/b.docx>",
        "\u{202a}A\\b.docx\u{202c}",
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
        "<https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx>",
        "https://Contoso.SharePoint.com:443/sites/Team/Shared%20Documents/A/b.docx?web=1",
        "HTTP://contoso.sharepoint.com/sites/Team/Shared Documents/A/b.docx#page=2",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx?csf=1&web=1&e=Xy#x",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Forms/AllItems.aspx?RootFolder=%2Fsites%2FTeam%2FShared%20Documents%2FA&id=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb%2Edocx",
        "https://contoso.sharepoint.com/:f:/r/sites/Team/Shared%20Documents/Forms/AllItems.aspx?amp;id=/sites/Team/Shared%20Documents/A/b.docx",
        "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fcontoso.sharepoint.com%2F%3Aw%3A%2Fr%2Fsites%2FTeam%2FShared%2520Documents%2FA%2Fb.docx%3Fweb%3D1&data=05%7C01&reserved=0",
        "https://teams.microsoft.com/l/file/0F3C?objectUrl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FTeam%2FShared%2520Documents%2FA%2Fb.docx&serviceName=teams",
        "contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx",
        "https://contoso.sharepoint.com/:w:/r/sites/Team/Shared%20Documents/A/b.docx?d=w17&csf=1&web=1&e=Xy",
        "https://contoso.sharepoint.com/sites/Team/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb%2Edocx&parent=%2Fsites",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/stream.aspx?id=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb%2Edocx",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/download.aspx?SourceUrl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb.docx",
        "https://contoso.sharepoint.com/sites/Team/_layouts/15/WopiFrame.aspx?sourcedoc=%2Fsites%2FTeam%2FShared%20Documents%2FA%2Fb.docx&action=view",
        "ms-word:ofe|u|https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx",
        "ms-word:ofv|u|https://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx|n|b.docx",
        "ms-powerpoint:ofe%7Cu%7Chttps://contoso.sharepoint.com/sites/Team/Shared%20Documents/A/b.docx%7Cn%7Cb.docx",
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
fn a_path_on_a_computer_keeps_its_names_to_be_looked_for() {
    for (text, path) in [
        (
            "C:\\Users\\ada\\Contoso\\Sales - Documents\\Offer.docx",
            "Users/ada/Contoso/Sales - Documents/Offer.docx",
        ),
        (
            "file:///C:/Users/ada/Sales%20-%20Documents/Offer.docx",
            "C:/Users/ada/Sales - Documents/Offer.docx",
        ),
        ("\\\\server\\share\\A\\Offer.docx", "server/share/A/Offer.docx"),
        ("//server/share/Offer.docx", "server/share/Offer.docx"),
    ] {
        let reference = read(text, &team()).unwrap();
        assert!(
            matches!(&reference, Reference::Outside { path: found, .. } if found == path),
            "{reference:?}"
        );
        assert_eq!(shown(text, &reference), text);
    }
    is(
        "~/Library/CloudStorage/OneDrive-Contoso/Offer.docx",
        "~/Library/CloudStorage/OneDrive-Contoso/Offer.docx",
    );
}

#[test]
fn an_apostrophe_belongs_to_the_name() {
    is("'90s.pdf", "'90s.pdf");
    is("'A/b.pdf'", "A/b.pdf");
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
        "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fsites%2FTeam%2Fa",
        "https://nam02.safelinks.protection.outlook.com/?data=05",
        "file:///C:/../a.docx",
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

#[test]
fn what_leads_elsewhere_is_told_with_the_way_out_and_a_long_path_of_windows_as_what_it_is() {
    for text in [
        "https://1drv.ms/b/s!A",
        "smb://server/share/a.pdf",
        "https://a@evil.example/a.pdf",
    ] {
        let read = read(text, &team()).unwrap();
        let Reference::Forbidden(why) = read else {
            unreachable!("{text}: {read:?}")
        };
        assert!(why.contains("give the file's path in the drive"), "{why}");
    }
    let text = r"\\?\C:\Users\ada\A\b.docx";
    let read = read(text, &team()).unwrap();
    assert!(
        matches!(&read, Reference::Outside { path, .. } if path == "Users/ada/A/b.docx"),
        "{read:?}"
    );
    assert_eq!(shown(text, &read), r"C:\Users\ada\A\b.docx");
}

#[test]
fn the_first_library_is_known_by_what_people_see_in_their_own_language() {
    for text in [
        "Dokumente/A/b.docx",
        "documents partagés/A/b.docx",
        "Tài liệu/A/b.docx",
        "Документы/A/b.docx",
    ] {
        let (first, rest) = text.split_once('/').unwrap();
        assert_eq!(readings(text), [text, rest], "{first}");
    }
    // Another library has the one name that it was given.
    let brand = DriveAddress::new(Some("https://contoso.sharepoint.com/sites/Team/Brand"), "Brand");
    let Some(Reference::InDrive { readings, .. }) = read("Dokumente/A/b.docx", &brand) else {
        unreachable!("a relative path");
    };
    assert_eq!(readings, ["Dokumente/A/b.docx"]);
}
