//! Looking at items one by one, many in a request.

use crate::{
    ask_many::{self, Answer},
    contract::{CallError, Connection},
    graph::{self, Meaning},
    item::Item,
    ports::Ports,
};

/// What a look at an item found.
#[derive(Debug)]
pub(super) enum Look {
    Item(Box<Item>),
    /// Nothing has that id.
    Gone,
    /// It can't be told.
    Unclear,
}

/// Looks at items of a drive, in the order asked.
///
/// # Errors
/// When Microsoft asks for patience, does not accept the credentials, or does not answer.
pub(super) async fn at<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    items: &[&str],
) -> Result<Vec<Look>, CallError> {
    let ids = items.iter().filter(|item| graph::is_id(item));
    let questions: Vec<String> = ids.map(|item| graph::by_id(drive, item)).collect();
    let answers = ask_many::items(ports, connection, &questions).await;
    let mut looks = answers.map_err(super::cursor::call_error)?.into_iter().map(look);
    let look_at = |item: &&str| match graph::is_id(item) {
        true => looks.next().unwrap_or(Look::Unclear),
        false => Look::Unclear,
    };
    Ok(items.iter().map(look_at).collect())
}

fn look(answer: Answer<Item>) -> Look {
    match answer {
        Some(Ok(item)) => Look::Item(Box::new(item)),
        Some(Err(error)) if error.meaning() == Meaning::NotFound => Look::Gone,
        _ => Look::Unclear,
    }
}
