//! Asking Microsoft, with patience: the pause that everybody keeps, the watch over what comes, and trying again.

use std::{cell::Cell, collections::VecDeque, pin::pin, time::Duration};

use futures::future::{Either, select};

use crate::{
    contract::{CallError, seconds},
    graph::{self, GraphDrive, GraphError, Head, Meaning, Request, Unreadable},
    ports::{Level, Ports, Read, Unsent},
    retry::{self, Budget, Next, Trouble},
    wording,
};

/// The longest time without a byte.
const SILENCE: Duration = Duration::from_secs(30);
/// How often the watch looks.
const TICK: Duration = Duration::from_secs(5);
/// Why nothing moves, for people who wait.
const PATIENCE: &str = "Microsoft asks for patience";
const TROUBLE: &str = "Microsoft does not answer as it should, and is asked again";
/// Over so many looks, which are a minute, the least speed is measured.
const LOOKS: usize = 12;
/// The least that must come in that time: 1 KiB a second. What is slower keeps everybody else from their turn for hours.
const LEAST: u64 = 60 * 1024;
/// The largest JSON answer.
const JSON_LIMIT: usize = 4 * 1024 * 1024;
/// The largest page of changes: ten thousand entries with long names. The host's own bound is a little higher, so that
/// it is noticed here.
const CHANGES_LIMIT: usize = 15 * 1024 * 1024;
/// As much of an answer without success as is worth reading.
const ERROR_LIMIT: usize = 64 * 1024;

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Microsoft answered that it won't.
    Answered(GraphError),
    /// Microsoft asks for more patience than the budget has.
    Throttled(Duration),
    /// No connection, or it broke off.
    Unreachable,
    /// The host does not let the request out.
    Refused,
    /// No data for too long, or next to none.
    Silent,
    /// An answer with more in it than can be read at once.
    TooLong,
    /// An answer that can't be used.
    Unusable(String),
}

/// A request without a usable answer.
#[derive(Debug)]
pub struct Miss {
    /// Why.
    pub fault: Fault,
    /// How it may pass; none where there is no point in asking again.
    pub trouble: Option<Trouble>,
}

impl From<Fault> for Miss {
    fn from(fault: Fault) -> Self {
        let passes = matches!(fault, Fault::Unreachable | Fault::Silent);
        let trouble = passes.then_some(Trouble::Transient);
        Self { fault, trouble }
    }
}

impl From<Unreadable> for Miss {
    fn from(error: Unreadable) -> Self {
        // Half an answer, or a page of some gateway on the way.
        let passes = matches!(error, Unreadable::Shape(_));
        let trouble = passes.then_some(Trouble::Transient);
        let fault = error.into();
        Self { fault, trouble }
    }
}

impl From<Unreadable> for Fault {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::TooMuch => Self::TooLong,
            error => Self::Unusable(error.to_string()),
        }
    }
}

/// Asks until there is a successful answer that can be read, and gives what it says.
///
/// # Errors
/// When there is none within the budget.
pub async fn json<P: Ports, T>(
    ports: &P,
    request: &Request,
    budget: &mut Budget,
    read: impl Fn(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Fault> {
    json_up_to(ports, request, budget, JSON_LIMIT, read).await
}

/// As [`json`], for pages of changes, which may be long.
///
/// # Errors
/// When there is none within the budget.
pub async fn changes<P: Ports, T>(
    ports: &P,
    request: &Request,
    budget: &mut Budget,
    read: impl Fn(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Fault> {
    json_up_to(ports, request, budget, CHANGES_LIMIT, read).await
}

async fn json_up_to<P: Ports, T>(
    ports: &P,
    request: &Request,
    budget: &mut Budget,
    limit: usize,
    read: impl Fn(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Fault> {
    loop {
        match once(ports, request, budget, limit, &read).await {
            Ok(said) => return Ok(said),
            Err(Miss { fault, trouble: None }) => return Err(fault),
            Err(Miss {
                fault,
                trouble: Some(trouble),
            }) => again(ports, budget, trouble, fault).await?,
        }
    }
}

async fn once<P: Ports, T>(
    ports: &P,
    request: &Request,
    budget: &mut Budget,
    limit: usize,
    read: impl Fn(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, Miss> {
    // Boxed, so that the one way to ask is in the component once, and not in every flow that asks.
    let body = Box::pin(fetched(ports, request, budget, limit)).await?;
    Ok(read(&body)?)
}

async fn fetched<P: Ports>(ports: &P, request: &Request, budget: &mut Budget, limit: usize) -> Result<Vec<u8>, Miss> {
    let (head, body) = open(ports, request, budget).await?;
    if head.status != 200 {
        return Err(refused(ports, head, body).await);
    }
    Ok(whole(ports, body, limit).await?)
}

/// Sends a request once, after the pause that everybody keeps, and waits for the head of the answer.
///
/// # Errors
/// When there is no answer.
pub async fn open<P: Ports>(ports: &P, request: &Request, budget: &mut Budget) -> Result<(Head, P::Body), Fault> {
    keep_quiet(ports, budget).await?;
    let watch = pin!(stalled(ports, || 0));
    match select(pin!(ports.send(request)), watch).await {
        Either::Left((answer, _)) => answer.map_err(|unsent| match unsent {
            Unsent::Refused => Fault::Refused,
            Unsent::Unreachable => Fault::Unreachable,
        }),
        Either::Right(_) => Err(Fault::Silent),
    }
}

/// Reads an answer that is not the one hoped for: what it means, and whether that may pass.
pub async fn refused<P: Ports>(ports: &P, head: Head, body: P::Body) -> Miss {
    // Whatever can't be read of it adds nothing to the status.
    let body = whole(ports, body, ERROR_LIMIT).await.unwrap_or_default();
    let error = GraphError::read(&head, &body);
    let code = error.codes.last().map_or("no code", String::as_str);
    let request_id = head.header("request-id").unwrap_or("unknown");
    let line = format!("Microsoft answered {} ({code}), request {request_id}", error.status);
    ports.log(Level::Info, &line);
    let trouble = retry::trouble(error.meaning(), &head, ports.utc());
    let fault = Fault::Answered(error);
    Miss { fault, trouble }
}

/// Waits until it is time to try again, or gives the fault back because the budget is spent. A pause for everybody is
/// only noted here: [`open`] keeps it.
///
/// # Errors
/// The fault, if there is no point in trying again.
pub async fn again<P: Ports, E>(ports: &P, budget: &mut Budget, trouble: Trouble, fault: E) -> Result<(), E> {
    match budget.next(trouble, retry::dice(ports.now())) {
        Next::Again(wait) => {
            ports.waiting(TROUBLE, wait);
            ports.wait(wait).await;
            Ok(())
        }
        Next::Pause(pause) => {
            let until = ports.now().saturating_add(pause);
            let quiet = ports.quiet_until();
            quiet.set(quiet.get().max(until));
            Ok(())
        }
        Next::GiveUp => Err(fault),
    }
}

/// Ends after a time in which nothing came, or a minute in which next to nothing did. `came` counts the bytes so far.
pub async fn stalled<P: Ports>(ports: &P, came: impl Fn() -> u64) {
    let mut counts = VecDeque::from([came()]);
    let mut quiet = Duration::ZERO;
    while quiet < SILENCE {
        ports.wait(TICK).await;
        let now = came();
        let moved = counts.back() != Some(&now);
        quiet = if moved { Duration::ZERO } else { quiet + TICK };
        counts.push_back(now);
        if counts.len() > LOOKS {
            let before = counts.pop_front().unwrap_or(now);
            if now.saturating_sub(before) < LEAST {
                return;
            }
        }
    }
}

/// Throttling counts for the whole connection, and requests in the meantime make it worse: so everybody waits.
async fn keep_quiet<P: Ports>(ports: &P, budget: &mut Budget) -> Result<(), Fault> {
    loop {
        let left = ports.quiet_until().get().saturating_sub(ports.now());
        if left.is_zero() {
            return Ok(());
        }
        if !budget.spend(left) {
            return Err(Fault::Throttled(left));
        }
        ports.waiting(PATIENCE, left);
        ports.wait(left).await;
    }
}

/// A body of at most so many bytes.
///
/// # Errors
/// When it breaks off, stalls, or is longer.
pub async fn whole<P: Ports>(ports: &P, mut body: P::Body, limit: usize) -> Result<Vec<u8>, Fault> {
    let came = Cell::new(0);
    let mut watch = pin!(stalled(ports, || came.get()));
    let mut all = Vec::new();
    let mut buffer = Vec::new();
    loop {
        let (read, bytes) = match select(pin!(ports.read(&mut body, buffer)), watch.as_mut()).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => return Err(Fault::Silent),
        };
        came.set(came.get() + bytes.len() as u64);
        match read {
            Read::End => return Ok(all),
            Read::Broken => return Err(Fault::Unreachable),
            Read::Some if all.len() + bytes.len() > limit => {
                return Err(Fault::TooLong);
            }
            Read::Some => all.extend_from_slice(&bytes),
        }
        buffer = bytes;
    }
}

/// Whether Microsoft accepts the sign-in, asked by something that needs little: the drive itself.
///
/// # Errors
/// When there is no answer that would tell.
pub async fn is_accepted<P: Ports>(ports: &P, api: &str, drive: &str) -> Result<bool, Fault> {
    let request = graph::drive(api, drive);
    let answer: Result<GraphDrive, Fault> = json(ports, &request, &mut Budget::page(), graph::object).await;
    match answer {
        Ok(_) | Err(Fault::Unusable(_)) => Ok(true),
        Err(Fault::Answered(error)) => Ok(error.meaning() != Meaning::SignIn),
        Err(fault) => Err(fault),
    }
}

/// That the credentials are over.
pub const SIGN_IN_OVER: &str = "Microsoft does not accept the connection's credentials any more; connect again";

/// What a fault means for a call as a whole. `way_out` says what an Administrator can do where access is denied.
#[must_use]
pub fn call_error(fault: Fault, way_out: &str) -> CallError {
    let error = match fault {
        Fault::Answered(error) => error,
        Fault::Throttled(left) => return CallError::Throttled(Some(seconds(left))),
        Fault::Unreachable => {
            return CallError::Unavailable("Microsoft can't be reached; try again later".to_owned());
        }
        Fault::Silent => {
            return CallError::Unavailable("Microsoft does not answer, or too slowly; try again later".to_owned());
        }
        Fault::Refused => {
            return CallError::Withheld(
                "the host let a request to Microsoft not pass: see its rules for the network".to_owned(),
            );
        }
        Fault::TooLong => {
            return CallError::Other(
                "Microsoft sends more at once than can be read, also where less was asked for; if it stays like this, \
                 choose a smaller library"
                    .to_owned(),
            );
        }
        Fault::Unusable(text) => return CallError::Other(text),
    };
    match error.meaning() {
        Meaning::SignIn => CallError::SignInNeeded(SIGN_IN_OVER.to_owned()),
        Meaning::Denied => CallError::AccessDenied(way_out.to_owned()),
        Meaning::Closed => CallError::AccessDenied(wording::SITE_CLOSED.to_owned()),
        Meaning::Moved => CallError::AccessDenied(wording::SITE_MOVED.to_owned()),
        Meaning::NotFound => CallError::NotFound,
        Meaning::Throttled => CallError::Throttled(None),
        Meaning::Transient => CallError::Unavailable(format!(
            "Microsoft has a fault of its own (status {}); try again later",
            error.status
        )),
        _ => CallError::Other(format!(
            "Microsoft answered with status {}: {} {}",
            error.status,
            error.codes.join(", "),
            error.message
        )),
    }
}
