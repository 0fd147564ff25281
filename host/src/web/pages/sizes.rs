//! What the library takes up, and what of it is over its time, as part of a page.

use maud::{Markup, html};

use crate::{
    service::api::{Keeping, Pruned, Sizes},
    web::words,
};

/// A card with both.
pub(super) fn takes_up(keeping: &Keeping) -> Markup {
    html! {
        section.card {
            div.pad { h2 { "What the library takes up" } }
            div.wide { table.stack {
                thead { tr { th scope="col" { "What" } th scope="col" { "Number" } th scope="col" { "Size" } } }
                tbody { @for (what, number, bytes) in sizes(&keeping.sizes) { tr {
                    th scope="row" { (what) }
                    td { @if let Some(number) = number { (words::grouped(number)) } }
                    td { (words::size(bytes)) }
                } } }
            } }
            div.pad { p.soft { (over(&keeping.over)) } }
        }
    }
}

fn sizes(of: &Sizes) -> impl Iterator<Item = (&'static str, Option<u64>, u64)> {
    let counted = [
        ("Content of files", Some(of.objects), of.object_bytes),
        (
            "Of these, content that files had before",
            Some(of.earlier_revisions),
            of.earlier_bytes,
        ),
        ("Files in the bin", Some(of.binned), of.binned_bytes),
        (
            "Content that nothing needs any more, until it is deleted",
            Some(of.trashed),
            of.trashed_bytes,
        ),
    ];
    let database = of.database_bytes.map(|bytes| ("Database", None, bytes));
    counted.into_iter().chain(database)
}

fn over(over: &Pruned) -> String {
    if over.is_nothing() {
        return "Nothing is over its time.".to_owned();
    }
    let parts: Vec<String> = [
        (over.revisions, "former content", "former contents"),
        (over.runs, "run", "runs"),
        (over.binned, "file in the bin", "files in the bin"),
        (over.compiled, "compiled plugin", "compiled plugins"),
    ]
    .into_iter()
    .filter(|(count, ..)| 0 < *count)
    .map(|(count, one, many)| words::count(count, one, many))
    .collect();
    let bytes = words::size(over.revision_bytes + over.binned_bytes + over.compiled_bytes);
    format!(
        "Over its time, and let go within the next days: {} ({bytes}).",
        parts.join(", ")
    )
}
