//! Many questions to Microsoft, twenty in a request; each has its own answer, and those that were put off are asked again.

use futures::{StreamExt, stream};
use serde::de::DeserializeOwned;

use crate::{
    call::{self, Fault},
    graph::{self, Batched, GraphError, Head, Meaning},
    model::Connection,
    ports::Ports,
    retry::{self, Budget, Trouble},
};

/// Requests under way at the same time.
const AT_ONCE: usize = 4;

/// The answer to one question: what was asked for, or why not. None where there was nothing that can be read.
pub type Answer<T> = Option<Result<T, GraphError>>;

/// Asks for these paths below the version's root, and gives the answers in the order asked. A question at which
/// Microsoft fails for good has that as its answer, and keeps no other from being answered.
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
        .map(|some| batch(ports, &connection.api_origin, some))
        .buffered(AT_ONCE);
    while let Some(some) = requests.next().await {
        answers.extend(some?);
    }
    Ok(answers)
}

/// A question under way.
enum State<T> {
    Open,
    /// It is to be asked again, after this.
    PutOff(GraphError),
    Answered(Answer<T>),
}

async fn batch<P: Ports, T: DeserializeOwned>(
    ports: &P,
    api: &str,
    questions: &[String],
) -> Result<Vec<Answer<T>>, Fault> {
    let mut states: Vec<State<T>> = questions.iter().map(|_| State::Open).collect();
    let mut budget = Budget::file();
    loop {
        let open: Vec<&str> = questions
            .iter()
            .zip(&states)
            .filter(|(_, state)| !matches!(state, State::Answered(_)))
            .map(|(question, _)| question.as_str())
            .collect();
        if open.is_empty() {
            break;
        }
        let read = |body: &[u8]| graph::batched::<T>(body, open.len());
        let came = match call::json(ports, &graph::batch(api, &open), &mut budget, read).await {
            Ok(came) => came,
            // Where requests of many are not served.
            Err(Fault::Answered(error)) if matches!(error.status, 400 | 404 | 405 | 501) => {
                one_by_one(ports, api, &open).await?
            }
            Err(fault) => return Err(fault),
        };
        let mut trouble = None;
        let places = states.iter_mut().filter(|state| !matches!(state, State::Answered(_)));
        for (place, answer) in places.zip(came) {
            *place = match answer {
                Batched::Item(item) => State::Answered(Some(Ok(*item))),
                Batched::Missing => State::Answered(None),
                Batched::Refused(error, _) if error.meaning() == Meaning::SignIn => return Err(Fault::Answered(error)),
                Batched::Refused(error, head) => match retry::trouble(error.meaning(), &head, ports.utc()) {
                    Some(new) => {
                        trouble = Some(longer(trouble, new));
                        State::PutOff(error)
                    }
                    None => State::Answered(Some(Err(error))),
                },
            };
        }
        if let Some(trouble) = trouble
            && call::again(ports, &mut budget, trouble, ()).await.is_err()
        {
            break;
        }
    }
    let answer = |state| match state {
        State::Answered(answer) => answer,
        State::PutOff(error) => Some(Err(error)),
        State::Open => None,
    };
    Ok(states.into_iter().map(answer).collect())
}

async fn one_by_one<P: Ports, T: DeserializeOwned>(
    ports: &P,
    api: &str,
    questions: &[&str],
) -> Result<Vec<Batched<T>>, Fault> {
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let request = graph::single(api, question);
        let answer = call::json(ports, &request, &mut Budget::file(), graph::object::<T>).await;
        answers.push(match answer {
            Ok(item) => Batched::Item(Box::new(item)),
            Err(Fault::Answered(error)) if error.meaning() == Meaning::Throttled => return Err(Fault::Answered(error)),
            Err(Fault::Answered(error)) => {
                let head = Head::new(error.status, Vec::new());
                Batched::Refused(error, head)
            }
            Err(Fault::Unusable(_)) => Batched::Missing,
            Err(fault) => return Err(fault),
        });
    }
    Ok(answers)
}

/// The longest pause of all that were asked for counts.
fn longer(one: Option<Trouble>, other: Trouble) -> Trouble {
    match (one, other) {
        (Some(Trouble::Throttled(one)), Trouble::Throttled(other)) => Trouble::Throttled(one.max(other)),
        (Some(one @ Trouble::Throttled(_)), Trouble::Transient) => one,
        (_, other) => other,
    }
}
