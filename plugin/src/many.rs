//! Many questions to Microsoft, twenty in a request; each has its own answer, and those that were put off are asked again.

use futures::{StreamExt, stream};
use serde::de::DeserializeOwned;

use crate::{
    call::{self, Fault},
    graph::{self, Batched, GraphError, Meaning},
    model::Connection,
    ports::Ports,
    retry::{self, Budget, Trouble},
};

/// Requests under way at the same time.
const AT_ONCE: usize = 4;

/// The answer to one question: what was asked for, or why not. None where there was nothing that can be read.
pub type Answer<T> = Option<Result<T, GraphError>>;

/// Asks for these paths below the version's root, and gives the answers in the order asked.
///
/// # Errors
/// When Microsoft asks for patience, does not accept the credentials, or does not answer.
pub async fn ask<P: Ports, T: DeserializeOwned>(
    ports: &P,
    connection: &Connection,
    questions: &[String],
) -> Result<Vec<Answer<T>>, Fault> {
    let mut answers = Vec::with_capacity(questions.len());
    let mut requests = stream::iter(questions.chunks(graph::BATCH))
        .map(|some| batch(ports, connection, some))
        .buffered(AT_ONCE);
    while let Some(some) = requests.next().await {
        answers.extend(some?);
    }
    Ok(answers)
}

async fn batch<P: Ports, T: DeserializeOwned>(
    ports: &P,
    connection: &Connection,
    questions: &[String],
) -> Result<Vec<Answer<T>>, Fault> {
    let mut answers: Vec<Option<Answer<T>>> = questions.iter().map(|_| None).collect();
    let mut budget = Budget::file();
    loop {
        let open: Vec<&str> = questions
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.is_none())
            .map(|(question, _)| question.as_str())
            .collect();
        if open.is_empty() {
            return Ok(answers.into_iter().flatten().collect());
        }
        let request = graph::batch_of(&connection.api_origin, &open);
        let read = |body: &[u8]| graph::batched::<T>(body, open.len());
        let came = call::json(ports, &request, &mut budget, read).await?;
        let places = answers.iter_mut().filter(|answer| answer.is_none());
        let mut trouble = None;
        for (place, answer) in places.zip(came) {
            match answer {
                Batched::Item(item) => *place = Some(Some(Ok(*item))),
                Batched::Missing => *place = Some(None),
                Batched::Refused(error, _) if error.meaning() == Meaning::SignIn => return Err(Fault::Answered(error)),
                Batched::Refused(error, head) => match retry::trouble(error.meaning(), &head, ports.utc()) {
                    // The longest pause of all that were asked for counts.
                    Some(new) => trouble = Some(longer(trouble.take(), (new, Fault::Answered(error)))),
                    None => *place = Some(Some(Err(error))),
                },
            }
        }
        if let Some((trouble, fault)) = trouble {
            call::again(ports, &mut budget, trouble, fault).await?;
        }
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
