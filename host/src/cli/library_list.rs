//! The words of `library list`.

use clap::Args;
use clientpoint_host::{
    Result, Session,
    place::Place,
    service::{FileState, LibraryFilter, LibraryOrder, LibraryRow, Search},
};
use serde_json::json;

use super::{
    args::words::IMPORT,
    bin, file,
    output::Output,
    pages::{self, PartArguments},
    show::{Page, size},
    verify,
};

/// See `Library::List`.
#[derive(Debug, Args)]
pub struct List {
    /// Those in the bin instead
    #[arg(long, conflicts_with_all = ["place", "state", "search", "sort"])]
    bin: bool,
    /// Those at this very place; its subfolders are places of their own
    #[arg(long)]
    place: Option<Place>,
    /// Those that are following, held, waiting (for the next sync), gone (from the source), detached, own (the library's
    /// own), not-following (for a reason that the ledger tells), or damaged
    #[arg(long)]
    state: Option<FileState>,
    /// Those with this text in their names, in upper or lower case
    #[arg(long, value_name = "TEXT")]
    search: Option<Search>,
    /// In the order of id, name or changed (the newest first)
    #[arg(long, value_name = "ORDER", default_value = "id")]
    sort: LibraryOrder,
    #[command(flatten)]
    part: PartArguments,
}

/// Lists files.
pub async fn list(session: &Session<'_>, arguments: List) -> Result<Output> {
    if arguments.bin {
        return bin::list(session, arguments.part).await;
    }
    let filter = LibraryFilter {
        place: arguments.place,
        state: arguments.state,
        search: arguments.search,
    };
    let is_part = filter.place.is_some() || filter.state.is_some() || filter.search.is_some();
    let found = pages::found(arguments.part, usize::MAX, async |part| {
        session.library_page(&filter, arguments.sort, &part).await
    })
    .await?;
    let mut text = match (found.rows.is_empty(), is_part) {
        (true, true) => Page::of("no file of the library is like that"),
        (true, false) => Page::of(format!("the library is empty: {IMPORT} or `library add FILE` fills it")),
        (false, _) => table(&found.rows),
    };
    found.tell(&mut text);
    Ok(Output::done(found.document("files", json!(found.rows)), text))
}

fn table(files: &[LibraryRow]) -> Page {
    let rows: Vec<[String; 8]> = files
        .iter()
        .map(|row| {
            let file = &row.file;
            [
                file.id.clone(),
                file.name.clone(),
                file.place.clone(),
                file.revision.to_string(),
                size(file.size),
                file::state(row),
                row.shown_in.to_string(),
                file::source(file) + verify::mark(file),
            ]
        })
        .collect();
    let heading = [
        "FILE ID", "NAME", "PLACE", "REVISION", "SIZE", "STATE", "SHOWN IN", "SOURCE",
    ];
    Page::table(heading, &rows)
}
