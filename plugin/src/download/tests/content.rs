//! What comes is looked at before it is taken.

use serde_json::Value;

use super::*;

#[test]
fn malware_is_told_from_a_url_that_ran_out() {
    let infected = |_: &Request| Answer::new(403, "<html>").with("X-Virus-Infected", "true");
    let fake = Fake::new([pdf()]).answering(first_bodies(usize::MAX, infected));
    assert_eq!(import_one(&fake), Outcome::Refused(Refusal::Malware));
}

#[test]
fn an_error_page_never_becomes_a_file() {
    for (name, page) in [
        ("A.pdf", "<!DOCTYPE html><html>"),
        ("A.links", r#"{"error":{"code":"x"}}"#),
    ] {
        let item = without_hash(FakeItem::file("A", name, "x"));
        let fake = Fake::new([item]).answering(first_bodies(usize::MAX, move |_| Answer::new(200, page)));
        assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::NotTheFile), "{name}");
        assert!(kept(&fake).is_empty());
    }
}

#[test]
fn bytes_that_differ_twice_are_a_mismatch_unless_documents_are_known_to() {
    let other: Value = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let fake = Fake::new([pdf().with("/file/hashes/quickXorHash", other.clone())]);
    assert_eq!(import_one(&fake), Outcome::Failed(FailureKind::Mismatch));
    assert_eq!(fake.paths().iter().filter(|path| path.starts_with(CONTENT)).count(), 2);

    let document = FakeItem::file("A", "A.docx", "PK\x03\x04 with properties written in");
    let fake = Fake::new([document.with("/file/hashes/quickXorHash", other)]);
    let warnings = imported(&fake);
    assert!(warnings[0].contains("two downloads agreed"), "{warnings:?}");
    let link = fake.files.borrow()[0].0.link.clone().unwrap();
    assert_eq!(link.verification, Verification::Rewritten);
}

#[test]
fn s9_an_empty_file_comes_in_without_a_hash_or_a_range() {
    let fake = Fake::new([without_hash(FakeItem::file("A", "A.docx", ""))]);
    assert_eq!(imported(&fake), Vec::<String>::new());
    assert_eq!((kept(&fake), fake.ranges()), (vec![vec![]], vec![]));
}

#[test]
fn r20e_content_that_does_not_fit_the_ending_is_told_and_comes_in() {
    let odd = FakeItem::file("A", "invoice.pdf", "<html>an invoice").with("/file", json!({}));
    let mut odd = odd.with("/file/mimeType", json!("text/html"));
    odd.json["file"] = json!({ "mimeType": "text/html" });
    odd.set_bytes("<html>an invoice");
    let fake = Fake::new([odd]);
    let warnings = imported(&fake);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("does not look like pdf") && warnings[1].contains("text/html"));
}

#[test]
fn what_nobody_can_open_or_is_empty_comes_in_with_a_warning() {
    let utf16 = |name: &str| -> Vec<u8> { name.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let compound = |name: &str| [b"\xD0\xCF\x11\xE0".to_vec(), vec![0; 5000], utf16(name)].concat();
    for (name, bytes, warning) in [
        ("Deck.pptx", compound("DRMEncryptedDataSpace"), "protection label"),
        ("Plan.xlsx", compound("StrongEncryptionDataSpace"), "password"),
        ("Plan.docx", compound("WordDocument"), "does not look like docx"),
        ("Old.doc", compound("\tDRMContent"), "protection label"),
        ("A.pdf", b"%PDF-2.0 MicrosoftIRMServices".to_vec(), "protection label"),
        ("Empty.pdf", Vec::new(), "is empty"),
    ] {
        let fake = Fake::new([FakeItem::file("A", name, bytes.clone())]);
        let warnings = imported(&fake);
        assert!(
            warnings.len() == 1 && warnings[0].contains(warning),
            "{name}: {warnings:?}"
        );
        assert_eq!(kept(&fake), [bytes]);
    }
    for (name, bytes) in [
        ("Old.doc", compound("WordDocument")),
        ("New.docx", b"PK\x03\x04".to_vec()),
    ] {
        assert_eq!(
            imported(&Fake::new([FakeItem::file("A", name, bytes)])),
            Vec::<String>::new()
        );
    }
}
