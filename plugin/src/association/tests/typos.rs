//! Slips of people's hands: the right file comes first, in a sheet of any size.

use super::*;

/// A drive as people have them: folders by client and year, and names that are like each other.
const DRIVE_OF_A_COMPANY: [&str; 32] = [
    "Clients/Northwind/Offer 2026.docx",
    "Clients/Northwind/Offer 2025.docx",
    "Clients/Northwind/Price List.xlsx",
    "Clients/Northwind/Contracts/Master Agreement.pdf",
    "Clients/Northwind/Contracts/Appendix A.pdf",
    "Clients/Fabrikam/Offer 2026.docx",
    "Clients/Fabrikam/Kick-off_Deck_v2.pptx",
    "Clients/Fabrikam/Contracts/Non-Disclosure Agreement.pdf",
    "Clients/Adventure Works/Site Plan.pdf",
    "Clients/Adventure Works/Floor Plan.pdf",
    "Clients/Contoso/Minutes 2026-03-01.docx",
    "Marketing/Brand Guide.pdf",
    "Marketing/Brochures/Product Brochure.pdf",
    "Marketing/Brochures/Company Brochure.pdf",
    "Marketing/Campaigns/2026/Spring Campaign.pptx",
    "Marketing/Campaigns/2025/Autumn Campaign.pptx",
    "Marketing/Films/Image Film.mp4",
    "Finance/2026/Q1/Budget.xlsx",
    "Finance/2026/Q1/Forecast.xlsx",
    "Finance/2026/Q2/Revenue Report.xlsx",
    "Finance/2025/Q1/Closing Statement.xlsx",
    "Finance/Invoices/INV-10023.pdf",
    "Finance/Invoices/INV-10045.pdf",
    "HR/Résumé Müller.pdf",
    "HR/Handbook/Employee Handbook.docx",
    "HR/Übersicht Urlaub.xlsx",
    "Legal/Terms & Conditions.pdf",
    "Legal/Privacy Policy.pdf",
    "Product/Roadmap #1.pptx",
    "Product/Data Sheet 100%.pdf",
    "Team Photo.jpg",
    "Overview.pdf",
];

/// What was written, and what was meant.
const TYPOS: [(&str, &str); 48] = [
    // In the file's name.
    ("Clients/Northwind/Offre 2026.docx", "Clients/Northwind/Offer 2026.docx"),
    ("Clients/Northwind/Ofer 2026.docx", "Clients/Northwind/Offer 2026.docx"),
    (
        "Clients/Northwind/Offer 20266.docx",
        "Clients/Northwind/Offer 2026.docx",
    ),
    ("Clients/Northwind/Pice List.xlsx", "Clients/Northwind/Price List.xlsx"),
    ("Marketing/Brnad Guide.pdf", "Marketing/Brand Guide.pdf"),
    ("Team Phot.jpg", "Team Photo.jpg"),
    ("Overveiw.pdf", "Overview.pdf"),
    ("Finance/Invoices/INV-1O023.pdf", "Finance/Invoices/INV-10023.pdf"),
    ("HR/Handbook/Employe Handbok.docx", "HR/Handbook/Employee Handbook.docx"),
    // In its ending.
    ("Clients/Northwind/Offer 2026.doc", "Clients/Northwind/Offer 2026.docx"),
    ("Clients/Northwind/Price List.xls", "Clients/Northwind/Price List.xlsx"),
    ("Overview.pfd", "Overview.pdf"),
    ("Team Photo.jpeg", "Team Photo.jpg"),
    ("Legal/Privacy Policy", "Legal/Privacy Policy.pdf"),
    ("Marketing/Films/Image Film.mov", "Marketing/Films/Image Film.mp4"),
    // In a folder at each depth.
    ("Client/Northwind/Price List.xlsx", "Clients/Northwind/Price List.xlsx"),
    ("Clients/Nordwind/Price List.xlsx", "Clients/Northwind/Price List.xlsx"),
    (
        "Clients/Northwind/Contract/Master Agreement.pdf",
        "Clients/Northwind/Contracts/Master Agreement.pdf",
    ),
    ("Clients/Nordwind/Offer 2026.docx", "Clients/Northwind/Offer 2026.docx"),
    ("Clients/Fabrikan/Offer 2026.docx", "Clients/Fabrikam/Offer 2026.docx"),
    ("Finanace/2026/Q1/Budget.xlsx", "Finance/2026/Q1/Budget.xlsx"),
    (
        "Marketing/Campagins/2026/Spring Campaign.pptx",
        "Marketing/Campaigns/2026/Spring Campaign.pptx",
    ),
    // Another folder, one that is missing, one too many, and two that changed places.
    ("Finance/2025/Q1/Budget.xlsx", "Finance/2026/Q1/Budget.xlsx"),
    (
        "Finance/2026/Q3/Revenue Report.xlsx",
        "Finance/2026/Q2/Revenue Report.xlsx",
    ),
    (
        "Clients/Master Agreement.pdf",
        "Clients/Northwind/Contracts/Master Agreement.pdf",
    ),
    ("Finance/Q1/Budget.xlsx", "Finance/2026/Q1/Budget.xlsx"),
    ("Northwind/Offer 2026.docx", "Clients/Northwind/Offer 2026.docx"),
    (
        "Marketing/Brochures/2026/Product Brochure.pdf",
        "Marketing/Brochures/Product Brochure.pdf",
    ),
    (
        "Clients/Northwind/Legal/Price List.xlsx",
        "Clients/Northwind/Price List.xlsx",
    ),
    ("Northwind/Clients/Offer 2025.docx", "Clients/Northwind/Offer 2025.docx"),
    (
        "Finance/Q2/2026/Revenue Report.xlsx",
        "Finance/2026/Q2/Revenue Report.xlsx",
    ),
    ("Brand Guide.pdf", "Marketing/Brand Guide.pdf"),
    // The name of another library, or of the computer's folder, before it.
    (
        "Dokumente/Clients/Northwind/Offer 2025.docx",
        "Clients/Northwind/Offer 2025.docx",
    ),
    (
        "OneDrive - Contoso/Marketing/Brand Guide.pdf",
        "Marketing/Brand Guide.pdf",
    ),
    (
        "Sales - Documents/Clients/Fabrikam/Offer 2026.docx",
        "Clients/Fabrikam/Offer 2026.docx",
    ),
    (
        "~/Library/CloudStorage/OneDrive-Contoso/Legal/Privacy Policy.pdf",
        "Legal/Privacy Policy.pdf",
    ),
    // Accents, blanks, hyphens and underscores.
    ("HR/Resume Muller.pdf", "HR/Résumé Müller.pdf"),
    ("HR/Ubersicht Urlaub.xlsx", "HR/Übersicht Urlaub.xlsx"),
    (
        "Clients/Fabrikam/Kick off Deck v2.pptx",
        "Clients/Fabrikam/Kick-off_Deck_v2.pptx",
    ),
    ("Clients/Northwind/Price_List.xlsx", "Clients/Northwind/Price List.xlsx"),
    (
        "Clients/AdventureWorks/Site Plan.pdf",
        "Clients/Adventure Works/Site Plan.pdf",
    ),
    ("Legal/Terms and Conditions.pdf", "Legal/Terms & Conditions.pdf"),
    (
        "Clients/Contoso/Minutes 2026_03_01.docx",
        "Clients/Contoso/Minutes 2026-03-01.docx",
    ),
    ("LEGAL/PRIVACY  POLICY.PDF", "Legal/Privacy Policy.pdf"),
    // Words in another order, and two slips at once.
    (
        "Marketing/Brochures/Brochure Product.pdf",
        "Marketing/Brochures/Product Brochure.pdf",
    ),
    ("Clients/Northwind/2026 Offer.docx", "Clients/Northwind/Offer 2026.docx"),
    ("Client/Northwnd/Offer 2026.docx", "Clients/Northwind/Offer 2026.docx"),
    (
        "Marketing/Campaign/2026/Sprng Campaign.pptx",
        "Marketing/Campaigns/2026/Spring Campaign.pptx",
    ),
];

/// The typos whose right file does not come first, in a sheet with so many other rows.
fn missed(others: usize) -> Vec<(&'static str, Vec<String>)> {
    let fake = world(&DRIVE_OF_A_COMPANY);
    let mut rows = Vec::new();
    for (number, (written, _)) in TYPOS.iter().enumerate() {
        let id = format!("t{number}");
        fake.add(&id, written.rsplit('/').next().unwrap());
        rows.push((id, (*written).to_owned()));
    }
    for number in 0..others {
        let id = format!("x{number}");
        fake.add(&id, "x.pdf");
        rows.push((id, format!("zzz/{number:07}.pdf")));
    }
    let rows: Vec<(&str, &str)> = rows.iter().map(|(id, path)| (id.as_str(), path.as_str())).collect();
    let report = preview_of(&fake, &rows);
    let near = |row: &RowReport| match &row.outcome {
        RowOutcome::PathNotFound(near) => near.clone(),
        other => vec![format!("{other:?}")],
    };
    let told = report.rows.iter().map(near).zip(TYPOS);
    told.filter(|(near, (_, meant))| near.first().is_none_or(|first| first != meant))
        .map(|(near, (written, _))| (written, near))
        .collect()
}

#[test]
fn r45_the_right_file_comes_first_for_nearly_every_slip_in_a_sheet_of_any_size() {
    let few = missed(0);
    assert!(few.len() <= 1, "{few:#?}");
    assert_eq!(missed(500), few);
}

#[test]
fn a_single_slip_is_told_as_well_as_fifty() {
    let mut missed = 0;
    for (written, meant) in TYPOS {
        let fake = world(&DRIVE_OF_A_COMPANY);
        fake.add("t", "t.pdf");
        let report = preview_of(&fake, &[("t", written)]);
        let expected = RowOutcome::PathNotFound(vec![meant.to_owned()]);
        let first = match report.rows[0].outcome.clone() {
            RowOutcome::PathNotFound(near) => RowOutcome::PathNotFound(near.into_iter().take(1).collect()),
            other => other,
        };
        missed += usize::from(first != expected);
    }
    assert!(missed <= 1, "{missed}");
}

#[test]
fn looking_for_what_was_meant_takes_no_more_requests_than_a_few_paths() {
    let fake = world(&DRIVE_OF_A_COMPANY);
    preview_of(&fake, &[("1", "Clients/Northwind/Ofer 2026.docx")]);
    // The drive itself, the path, the same by itself (since it has a blank), and the list.
    assert_eq!(fake.requests.borrow().len(), 4);

    // A list without end: twenty pages of it, the path twice, the drive's own folder, and the folders on the way.
    let fake = world(&DRIVE_OF_A_COMPANY);
    fake.scripted(|request| {
        let page = json!({ "value": [], "@odata.nextLink": format!("{}&again", request.url) });
        let listing = request.url.contains("/delta?");
        listing.then(|| Answer::new(200, page.to_string()))
    });
    let report = preview_of(&fake, &[("1", "Clients/Northwind/Ofer 2026.docx")]);
    let RowOutcome::PathNotFound(near) = &report.rows[0].outcome else {
        unreachable!("{report:?}");
    };
    assert_eq!(near[0], "Clients/Northwind/Offer 2026.docx");
    assert_eq!(fake.requests.borrow().len(), 1 + 2 + 20 + 2);
}

#[test]
fn where_the_drive_is_not_listed_the_folders_on_the_way_are_looked_into() {
    let fake = world(&DRIVE_OF_A_COMPANY);
    fake.scripted(|request| request.url.contains("/delta?").then(|| Answer::new(501, "")));
    for (written, meant) in [
        ("Clients/Northwind/Ofer 2026.docx", "Clients/Northwind/Offer 2026.docx"),
        ("Overveiw.pdf", "Overview.pdf"),
        ("Marketing/Brand Gide.pdf", "Marketing/Brand Guide.pdf"),
    ] {
        fake.add("t", "t.pdf");
        let report = preview_of(&fake, &[("t", written)]);
        let RowOutcome::PathNotFound(near) = &report.rows[0].outcome else {
            unreachable!("{report:?}");
        };
        assert_eq!(near.first().map(String::as_str), Some(meant));
    }
}

#[test]
fn what_can_not_be_looked_at_costs_only_the_suggestion() {
    let fake = world(&DRIVE_OF_A_COMPANY);
    let paths = |request: &graph::Request| {
        let body = request.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        body.contains("/children") || request.url.contains("/delta?")
    };
    fake.scripted(move |request| paths(request).then(|| Answer::new(403, "")));
    let report = preview_of(&fake, &[("1", "Ofer.pdf")]);
    assert_eq!(report.rows[0].outcome, RowOutcome::PathNotFound(vec![]));
}

#[test]
fn a_path_on_a_computer_gets_the_file_that_it_ends_in() {
    let fake = world(&DRIVE_OF_A_COMPANY);
    for (written, meant) in [
        (
            "C:\\Users\\ada\\Contoso\\Sales - Documents\\Clients\\Fabrikam\\Offer 2026.docx",
            Some("Clients/Fabrikam/Offer 2026.docx"),
        ),
        (
            "C:\\Users\\ada\\OneDrive - Contoso\\Brand Guide.pdf",
            Some("Marketing/Brand Guide.pdf"),
        ),
        (
            "file:///C:/Users/ada/OneDrive%20-%20Contoso/HR/R%C3%A9sum%C3%A9%20M%C3%BCller.pdf",
            Some("HR/Résumé Müller.pdf"),
        ),
        (
            "\\\\fileserver\\sales\\Legal\\Privacy Policy.pdf",
            Some("Legal/Privacy Policy.pdf"),
        ),
        ("D:\\Offer 2031.docm", None),
        ("C:\\Temp\\Holiday.png", None),
    ] {
        let report = preview_of(&fake, &[("1", written)]);
        let row = &report.rows[0];
        match (&row.outcome, meant) {
            (RowOutcome::PathNotFound(near), Some(meant)) => {
                assert_eq!(near[0], meant, "{written}");
                assert!(row.message.contains("did you mean"), "{}", row.message);
            }
            (RowOutcome::ForbiddenPath, None) => assert!(row.message.contains("on a computer")),
            // Something with nearly that name is told as well.
            (RowOutcome::PathNotFound(_), None) if written.contains("Offer") => {}
            other => unreachable!("{written}: {other:?}"),
        }
    }
}

#[test]
fn a_place_in_another_drive_is_told_with_the_file_of_that_name_in_this_one() {
    let fake = world(&DRIVE_OF_A_COMPANY);
    let report = preview_of(&fake, &[("1", "/sites/Old/Documents/Legal/Privacy Policy.pdf")]);
    assert_eq!(report.rows[0].outcome, RowOutcome::OtherDrive);
    assert!(
        report.rows[0]
            .message
            .ends_with("did you mean \"Legal/Privacy Policy.pdf\"?"),
        "{}",
        report.rows[0].message
    );
}
