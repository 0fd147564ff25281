//! Looking at items one by one, many in a request.

use futures::{StreamExt, stream};

use crate::{
    call::{self, Fault},
    graph::{self, Batched, DriveItem, GraphError, Meaning},
    model::{CallError, Connection},
    ports::Ports,
    retry::{self, Budget, Trouble},
};

/// Requests under way at the same time.
const AT_ONCE: usize = 4;

/// What a look at an item found.
#[derive(Debug)]
pub(super) enum Look {
    Item(Box<DriveItem>),
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
    let mut looks = Vec::with_capacity(items.len());
    let mut requests = stream::iter(items.chunks(graph::BATCH))
        .map(|some| batch(ports, connection, drive, some))
        .buffered(AT_ONCE);
    while let Some(some) = requests.next().await {
        looks.extend(some.map_err(super::call_error)?);
    }
    Ok(looks)
}

async fn batch<P: Ports>(ports: &P, connection: &Connection, drive: &str, items: &[&str]) -> Result<Vec<Look>, Fault> {
    let mut looks: Vec<Option<Look>> = items
        .iter()
        .map(|item| (!graph::is_id(item)).then_some(Look::Unclear))
        .collect();
    let mut budget = Budget::file();
    loop {
        let open: Vec<&str> = items
            .iter()
            .zip(&looks)
            .filter(|(_, look)| look.is_none())
            .map(|(item, _)| *item)
            .collect();
        if open.is_empty() {
            return Ok(looks.into_iter().flatten().collect());
        }
        let request = graph::batch(&connection.api_origin, drive, &open);
        let read = |body: &[u8]| graph::batched(body, open.len());
        let answers = match call::json(ports, &request, &mut budget, read).await {
            Ok(answers) => answers,
            Err(Fault::Answered(error)) if matches!(error.status, 400 | 404 | 405 | 501) => {
                one_by_one(ports, connection, drive, &open).await?
            }
            Err(fault) => return Err(fault),
        };
        let places = looks.iter_mut().filter(|look| look.is_none());
        let mut trouble = None;
        for (place, answer) in places.zip(answers) {
            match answer {
                Batched::Item(item) => *place = Some(Look::Item(item)),
                Batched::Missing => *place = Some(Look::Unclear),
                Batched::Refused(error, head) => match retry::trouble(error.meaning(), &head, ports.utc()) {
                    // The longest pause of all that were asked for counts.
                    Some(new) => trouble = Some(longer(trouble.take(), (new, Fault::Answered(error)))),
                    None => *place = Some(refused(&error)?),
                },
            }
        }
        if let Some((trouble, fault)) = trouble {
            call::again(ports, &mut budget, trouble, fault).await?;
        }
    }
}

/// Where requests of many are not served.
async fn one_by_one<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
    items: &[&str],
) -> Result<Vec<Batched<DriveItem>>, Fault> {
    let mut answers = Vec::with_capacity(items.len());
    for item in items {
        let request = graph::item(&connection.api_origin, drive, item);
        let answer = call::json(ports, &request, &mut Budget::file(), graph::object::<DriveItem>).await;
        answers.push(match answer {
            Ok(item) => Batched::Item(Box::new(item)),
            Err(Fault::Answered(error)) => {
                let head = graph::Head::new(error.status, Vec::new());
                if matches!(error.meaning(), Meaning::Throttled | Meaning::Transient) {
                    return Err(Fault::Answered(error));
                }
                Batched::Refused(error, head)
            }
            Err(Fault::Unusable(_)) => Batched::Missing,
            Err(fault) => return Err(fault),
        });
    }
    Ok(answers)
}

fn refused(error: &GraphError) -> Result<Look, Fault> {
    match error.meaning() {
        Meaning::NotFound => Ok(Look::Gone),
        Meaning::SignIn => Err(Fault::Answered(error.clone())),
        _ => Ok(Look::Unclear),
    }
}

fn longer(one: Option<(Trouble, Fault)>, other: (Trouble, Fault)) -> (Trouble, Fault) {
    match (&one, &other) {
        (Some((Trouble::Throttled(first), _)), (Trouble::Throttled(second), _)) if first >= second => {
            one.unwrap_or(other)
        }
        (Some((Trouble::Throttled(_), _)), (Trouble::Transient, _)) => one.unwrap_or(other),
        _ => other,
    }
}
