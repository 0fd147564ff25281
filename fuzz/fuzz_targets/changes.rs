//! Pages of changes, and many answers in one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onedrive_plugin::{
    graph::{self, BATCH},
    item::Item,
};

const API: &str = "https://graph.microsoft.com";

fuzz_target!(|data: &[u8]| {
    if let Ok(page) = graph::change_page(data, API) {
        let link = page
            .next
            .as_deref()
            .xor(page.delta.as_deref())
            .expect("one link leads on");
        assert_eq!(url::Url::parse(link).unwrap().origin().ascii_serialization(), API);
        // What is written into a note must be read back as it was.
        for item in &page.value {
            let text = serde_json::to_vec(item).unwrap();
            let again: Item = serde_json::from_slice(&text).unwrap();
            assert_eq!(serde_json::to_vec(&again).unwrap(), text);
            assert_eq!(
                (again.kind(), again.size(), again.hash()),
                (item.kind(), item.size(), item.hash())
            );
        }
    }
    for asked in [0, 1, BATCH] {
        if let Ok(all) = graph::batched(data, asked) {
            assert_eq!(all.len(), asked);
        }
    }
});
