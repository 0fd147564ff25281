//! What lies in the drives at the start.

use std::{fs, path::Path};

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::{
    company::Company,
    config::Seed,
    content::{Content, Source},
    drive::{Drive, ItemKind},
};

/// Fills the company's drives.
pub(crate) fn fill(company: &mut Company, seed: &Seed, now: DateTime<Utc>) -> anyhow::Result<()> {
    if let Seed::Demo = seed {
        fill_others(company, now)?;
    }
    let target = company
        .sites
        .iter()
        .find(|site| !site.personal)
        .and_then(|site| company.drives.get(site.drives.first()?))
        .and_then(|drive| Some((drive.id.clone(), drive.root()?.id.clone())));
    let main = company
        .drives
        .get_mut(&company.main)
        .context("the company has no main drive")?;
    match seed {
        Seed::Empty => Ok(()),
        Seed::Demo => fill_demo(main, target, now),
        Seed::Folder(folder) => fill_from_disk(main, folder, "", now)
            .with_context(|| format!("can't take the files of {}", folder.display())),
        Seed::Items(count) => (1..=*count).try_for_each(|number| {
            let path = format!("/File {number:06}.pdf");
            put(main, &path, pdf(&format!("File {number}")).into(), now)
        }),
    }
}

/// The main drive of the demo: a file for every rule.
fn fill_demo(drive: &mut Drive, target: Option<(String, String)>, now: DateTime<Utc>) -> anyhow::Result<()> {
    let files: [(&str, Content); 16] = [
        ("/Proposal 2026.docx", office("word/document.xml").into()),
        ("/Pitch Deck.pptx", office("ppt/presentation.xml").into()),
        ("/Prices #1.xlsx", office("xl/workbook.xml").into()),
        ("/Terms + Conditions.pdf", pdf("Terms and conditions").into()),
        ("/Übersicht 100%.pdf", pdf("Umlauts, and a percent sign").into()),
        // The accent stands by itself here, as macOS writes names.
        ("/Re\u{301}sume\u{301}.pdf", pdf("A name in Unicode's form NFD").into()),
        ("/Logo.png", png().into()),
        ("/Product Film.mp4", mp4().into()),
        ("/Empty.pdf", Content::Bytes(vec![])),
        ("/Macros.xlsm", office("xl/vbaProject.bin").into()),
        ("/Notes.txt", "Text files are not imported.\n".into()),
        ("/Infected.pdf", pdf("Harmless, but marked").into()),
        (
            "/Long Film.mp4",
            Content::Generated {
                size: 600_000_000,
                seed: 600,
            },
        ),
        ("/Clients/Northwind/Offer.docx", office("word/document.xml").into()),
        ("/Clients/Northwind/Plan.xlsx", office("xl/workbook.xml").into()),
        ("/Clients/Overview.pdf", pdf("All clients").into()),
    ];
    for (path, content) in files {
        put(drive, path, content, now)?;
    }
    drive.mark_malware("/Infected.pdf", now)?;
    drive.put_new("/Team Notebook", ItemKind::Package, now)?;
    if let Some((target, item)) = target {
        let shortcut = ItemKind::Shortcut { drive: target, item };
        drive.put_new("/Marketing Documents", shortcut, now)?;
    }
    Ok(())
}

/// A file or two in each of the other drives.
fn fill_others(company: &mut Company, now: DateTime<Utc>) -> anyhow::Result<()> {
    for drive in company
        .drives
        .values_mut()
        .filter(|drive| drive.id != company.main && !drive.is_personal())
    {
        put(drive, "/Welcome.pdf", pdf(&drive.web_url.clone()).into(), now)?;
        put(
            drive,
            "/Archive/Report 2025.docx",
            office("word/document.xml").into(),
            now,
        )?;
    }
    Ok(())
}

fn fill_from_disk(drive: &mut Drive, folder: &Path, path: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{path}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            drive.mkdir(&path, now)?;
            fill_from_disk(drive, &entry.path(), &path, now)?;
        } else {
            put(drive, &path, Content::File(entry.path()), now)?;
        }
    }
    Ok(())
}

fn put(drive: &mut Drive, path: &str, content: Content, now: DateTime<Utc>) -> anyhow::Result<()> {
    let source = Source::new(content).with_context(|| format!("can't read the content of {path:?}"))?;
    let hash = source.quick_xor_hash()?;
    drive.put(path, source, hash, now).map(|_| ())
}

/// The beginning of a zip with one stored, empty entry: what an Office file looks like to those who read its first bytes.
fn office(part: &str) -> Vec<u8> {
    let name = part.as_bytes();
    let length = (name.len() as u16).to_le_bytes();
    let local = [
        b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0".as_slice(),
        &[0; 12],
        &length,
        &[0; 2],
        name,
    ]
    .concat();
    let central = [
        b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0!\0".as_slice(),
        &[0; 12],
        &length,
        &[0; 16],
        name,
    ]
    .concat();
    let end = [
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(),
        &(central.len() as u32).to_le_bytes(),
        &(local.len() as u32).to_le_bytes(),
        &[0; 2],
    ]
    .concat();
    [local, central, end].concat()
}

/// A PDF of one empty page with a title.
fn pdf(title: &str) -> Vec<u8> {
    format!(
        "%PDF-1.4\n% {title}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
         trailer<</Root 1 0 R>>\n%%EOF\n"
    )
    .into_bytes()
}

/// One grey pixel.
fn png() -> Vec<u8> {
    let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55";
    let data = b"\0\0\0\x0aIDAT\x78\x9c\x63\x68\x00\x00\x00\x82\x00\x81\x77\xcd\x72\xb6";
    let end = b"\0\0\0\0IEND\xae\x42\x60\x82";
    [header.as_slice(), data, end].concat()
}

/// The first boxes of a film, and some bytes for its pictures.
fn mp4() -> Vec<u8> {
    let head = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41\0\x03\0\x08mdat";
    [head.as_slice(), &[0x5a; 0x3_0000]].concat()
}
