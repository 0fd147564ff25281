//! Browsing the drive and bringing files in, with every way in which a file stays out.

use graph_sim::Seed;

use crate::story::Story;

/// The bytes of a file that begins as a PDF does.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7 {text}").into_bytes()
}

#[test]
fn browsing_and_bringing_in() {
    let mut story = Story::connected_with("importing", Seed::Demo);
    story.says("browse", &["onedrive", "list"]);
    let clients = story.sim().item_id("/Clients").unwrap();
    story.says("browse_a_folder", &["onedrive", "list", "--folder", &clients]);
    story.says(
        "browse_a_folder_by_policy",
        &[
            "--policy",
            "subfolders=browse",
            "onedrive",
            "list",
            "--folder",
            &clients,
        ],
    );
    story.says("browse_nothing", &["onedrive", "list", "--folder", "01NOTHING"]);

    story.says("one", &["onedrive", "import", "Logo.png"]);
    story.says("the_same_again", &["onedrive", "import", "Logo.png", "Logo.png"]);
    // Of several at once, chance decides which has the next File ID: one of them at most is new.
    story.says(
        "several_by_name",
        &["onedrive", "import", "Logo.png", "Übersicht 100%.pdf", "Notes.txt"],
    );
    story.says(
        "refused",
        &[
            "onedrive",
            "import",
            "Macros.xlsm",
            "Notes.txt",
            "Infected.pdf",
            "Long Film.mp4",
            "Clients",
        ],
    );
    story.says(
        "refused_more",
        &[
            "onedrive",
            "import",
            "Team Notebook",
            "Marketing Documents",
            "Clients/Overview.pdf",
            "Empty.pdf",
        ],
    );
    story.says(
        "not_there",
        &[
            "onedrive",
            "import",
            "Logo.pmg",
            "Nowhere/Offer.docx",
            "https://example.org/x.pdf",
        ],
    );
    story.says("too_many", &["onedrive", "import", "a", "b", "c", "d", "e", "f"]);
    story.file(
        "list.txt",
        "# what Sales needs\nPitch Deck.pptx\n\nLogo.png\nNowhere.pdf\n".as_bytes(),
    );
    story.says("by_list", &["onedrive", "import", "--from", "list.txt"]);
    story.file("empty.txt", b"# nothing\n");
    story.says("by_empty_list", &["onedrive", "import", "--from", "empty.txt"]);
    story.says("by_missing_list", &["onedrive", "import", "--from", "nowhere.txt"]);
    story.says(
        "by_policy",
        &[
            "--policy",
            "max-file-bytes=5",
            "onedrive",
            "import",
            "Terms + Conditions.pdf",
        ],
    );
    story.says(
        "by_wrong_policy",
        &["--policy", "max-file-bytes=many", "onedrive", "list"],
    );
    story.end();
}

/// Faults of a file that are told at once.
const AT_ONCE: [&str; 15] = [
    "forbidden",
    "locked",
    "gone",
    "malware",
    "malware-late",
    "no-hash",
    "lying-size",
    "grow",
    "rewritten",
    "etag-moves",
    "throttle=4000@content",
    "expired-url",
    "token-expired",
    "chunked",
    "no-range",
];

/// Faults of a file behind which it is tried again for some seconds.
const AFTER_RETRIES: [&str; 5] = [
    "server-error=500@content",
    "short",
    "wrong-hash",
    "html-200",
    "json-200",
];

/// Puts a file into the drives, and this fault on it.
fn spoil(story: &Story, name: &str, fault: &str) {
    let path = format!("/{name}");
    story.put(&path, &pdf(name));
    story.sims(|sim| sim.fault(fault.parse::<graph_sim::Fault>().unwrap().on(&path)));
}

#[test]
fn everything_that_can_go_wrong_with_a_file_s_bytes() {
    let mut story = Story::connected("import_failures");
    for (number, fault) in AT_ONCE.iter().enumerate() {
        let name = format!("F{number:02}.pdf");
        spoil(&story, &name, fault);
        story.says(&fault.replace(['=', '@'], "_"), &["onedrive", "import", &name]);
        story.sims(graph_sim::Sim::clear_faults);
    }
    let names = [0, 1, 2, 3, 4].map(|number| format!("R{number}.pdf"));
    for (name, fault) in names.iter().zip(AFTER_RETRIES) {
        spoil(&story, name, fault);
    }
    let names = names.each_ref().map(String::as_str);
    story.says("after_retries", &[&["onedrive", "import"], &names[..]].concat());
    story.sims(graph_sim::Sim::clear_faults);
    story.put("/Labelled.pdf", &pdf("labelled"));
    let irm = || graph_sim::Quirks {
        irm: vec!["/Labelled.pdf".into()],
        ..graph_sim::Quirks::default()
    };
    story.sims(|sim| sim.set_quirks(irm()));
    story.says("labelled", &["onedrive", "import", "Labelled.pdf"]);
    story.sims(|sim| sim.set_quirks(graph_sim::Quirks::default()));
    story.put("/Picture.pdf", b"\x89PNG\r\n\x1a\n....");
    story.says("another_kind_than_it_says", &["onedrive", "import", "Picture.pdf"]);

    story.sims(|sim| sim.fault(graph_sim::Fault::throttle(4000)));
    story.says("throttled", &["onedrive", "list"]);
    story.says("throttled_drives", &["drives", "list"]);
    story.sims(graph_sim::Sim::clear_faults);
    story.sims(|sim| sim.fault("forbidden=@graph".parse::<graph_sim::Fault>().unwrap()));
    story.says("access_denied", &["onedrive", "list"]);
    story.says("access_denied_drives", &["drives", "list"]);
    story.sims(graph_sim::Sim::clear_faults);
    story.end();
}
