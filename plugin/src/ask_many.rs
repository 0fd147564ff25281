//! Many questions to Microsoft, twenty in a request; each has its own answer, and those that were put off are asked again.

use futures::{StreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    ask::{self, Fault},
    contract::Connection,
    graph::{self, Batched, GraphError, Head, Meaning, Told},
    item::Item,
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
/// SharePoint says 401 for single items as well. As long as one question is answered in another way, or the drive itself
/// is, the sign-in is accepted, and such a question has its 401 as the answer.
///
/// # Errors
/// When Microsoft asks for patience, does not accept the credentials, or does not answer.
pub async fn ask<P: Ports, T: DeserializeOwned>(
    ports: &P,
    connection: &Connection,
    questions: &[String],
) -> Result<Vec<Answer<T>>, Fault> {
    let mut answers: Vec<Answer<T>> = Vec::with_capacity(questions.len());
    ask_all(ports, connection, questions, &mut |answer| {
        answers.push(match answer {
            Some(Ok(found)) => serde_json::from_value(found).ok().map(Ok),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        });
    })
    .await?;
    Ok(answers)
}

/// As [`ask()`], for items.
///
/// # Errors
/// As [`ask()`].
pub async fn items<P: Ports>(
    ports: &P,
    connection: &Connection,
    questions: &[String],
) -> Result<Vec<Answer<Item>>, Fault> {
    let answers = ask::<P, Told>(ports, connection, questions).await?;
    let item = |answer: Answer<Told>| answer.map(|told| told.map(Item::from));
    Ok(answers.into_iter().map(item).collect())
}

/// Apart from [`ask`], so that it is in the component once.
async fn ask_all<P: Ports>(
    ports: &P,
    connection: &Connection,
    questions: &[String],
    tell: &mut dyn FnMut(Answer<Value>),
) -> Result<(), Fault> {
    let mut requests = stream::iter(questions.chunks(graph::BATCH))
        .map(|some| batch(ports, connection, some))
        .buffered(AT_ONCE);
    while let Some(some) = requests.next().await {
        some?.into_iter().for_each(&mut *tell);
    }
    Ok(())
}

/// A question under way.
enum State {
    Open,
    /// It is to be asked again, after this.
    PutOff(GraphError),
    Answered(Answer<Value>),
}

impl State {
    const fn is_open(&self) -> bool {
        !matches!(self, Self::Answered(_))
    }
}

async fn batch<P: Ports>(
    ports: &P,
    connection: &Connection,
    questions: &[String],
) -> Result<Vec<Answer<Value>>, Fault> {
    let api = connection.api_origin.as_str();
    let mut asked_again = false;
    let mut states: Vec<State> = questions.iter().map(|_| State::Open).collect();
    let mut budget = Budget::file();
    loop {
        let open: Vec<&str> = questions
            .iter()
            .zip(&states)
            .filter(|(_, state)| state.is_open())
            .map(|(question, _)| question.as_str())
            .collect();
        if open.is_empty() {
            break;
        }
        let read = |body: &[u8]| graph::batched(body, open.len());
        let came = match ask::json(ports, &graph::batch(api, &open), &mut budget, read).await {
            Ok(came) => came,
            // Where requests of many are not served.
            Err(Fault::Answered(error)) if matches!(error.status, 400 | 404 | 405 | 501) => {
                one_by_one(ports, api, &open).await?
            }
            Err(fault) => return Err(fault),
        };
        if let Some(error) = signed_out(&came) {
            let drive = connection.drive.as_deref().unwrap_or_default();
            if drive.is_empty() || !ask::is_accepted(ports, api, drive).await? {
                return Err(Fault::Answered(error.clone()));
            }
            // The token may have run out in between: with the new one, it is asked once more.
            if !std::mem::replace(&mut asked_again, true) {
                continue;
            }
        }
        let mut trouble = None;
        for (place, answer) in states.iter_mut().filter(|state| state.is_open()).zip(came) {
            *place = match answer {
                Batched::Found(found) => State::Answered(Some(Ok(found))),
                Batched::Missing => State::Answered(None),
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
            && ask::again(ports, &mut budget, trouble, ()).await.is_err()
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

/// The refusal, if all questions have met with the same: that the credentials are not accepted.
fn signed_out(came: &[Batched]) -> Option<&GraphError> {
    let refusal =
        |answer: &'_ Batched| matches!(answer, Batched::Refused(error, _) if error.meaning() == Meaning::SignIn);
    match came.first() {
        Some(Batched::Refused(error, _)) if came.iter().all(refusal) => Some(error),
        _ => None,
    }
}

async fn one_by_one<P: Ports>(ports: &P, api: &str, questions: &[&str]) -> Result<Vec<Batched>, Fault> {
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let request = graph::single(api, question);
        let answer = ask::json(ports, &request, &mut Budget::file(), graph::object).await;
        answers.push(match answer {
            Ok(found) => Batched::Found(found),
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
