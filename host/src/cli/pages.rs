//! Lists that are too long to be asked for at once: page by page, all of them, or the part that somebody wants.

use clap::Args;
use clientpoint_host::{
    Result,
    service::{Cursor, Page, Part, ROWS_AT_MOST},
};
use serde_json::{Value, json};

use super::show;

/// Which part of a list is wanted.
#[derive(Debug, Default, Args)]
pub struct PartArguments {
    /// At most so many, 1 to 1000; where the others begin is told
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Those behind the last one of the list that told this
    #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
    after: Option<Cursor>,
}

/// What was found.
pub struct Found<T> {
    /// In the order of the list.
    pub rows: Vec<T>,
    /// Where the others begin, if there are any; none where nobody has asked for a part.
    next: Option<Option<Cursor>>,
}

/// Asks for as many rows as are wanted, or for as many as are shown `otherwise`.
///
/// # Errors
///
/// Those of `ask`; `Error::Settings` for a number of rows that no page has.
pub async fn found<T>(
    part: PartArguments,
    otherwise: usize,
    ask: impl AsyncFn(Part) -> Result<Page<T>>,
) -> Result<Found<T>> {
    let wanted = part.limit.map_or(Ok(otherwise), |limit| {
        Part::new(limit, None).map(|_| usize::try_from(limit).unwrap_or(usize::MAX))
    })?;
    let (mut rows, mut after) = (Vec::new(), part.after);
    loop {
        let left = u32::try_from(wanted.saturating_sub(rows.len())).unwrap_or(u32::MAX);
        let page = ask(Part::new(left.min(ROWS_AT_MOST), after)?).await?;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() || wanted <= rows.len() {
            break;
        }
    }
    Ok(Found {
        rows,
        next: part.limit.map(|_| after),
    })
}

impl<T> Found<T> {
    /// The document, and where the others begin.
    pub fn document(&self, name: &str, rows: Value) -> Value {
        let mut document = json!({ name: rows });
        if let (Some(next), Some(document)) = (&self.next, document.as_object_mut()) {
            document.insert("next".into(), json!(next));
        }
        document
    }

    /// Says where the others begin.
    pub fn tell(&self, text: &mut show::Page) {
        if let Some(Some(next)) = &self.next {
            text.line(format!("there are more: `--after {next}` goes on"));
        }
    }
}
