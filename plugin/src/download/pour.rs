//! One connection's worth of a download: a fresh URL, the bytes from where the last connection broke off, and what
//! went wrong if it broke off again.

use std::{cell::Cell, pin::pin};

use futures::future::{Either, select};

use super::job::{Job, Setback, Stop, not_taken, stop};
use crate::{
    ask::{self, Fault, Miss},
    contract::Refusal,
    failure::Failure,
    graph::{self, Head, Meaning, Request, origin},
    item::Item,
    ports::{CHUNK, Ports, Read},
    protection::Watch,
    quick_xor::QuickXor,
    retry::{Budget, Trouble},
    rules::{bytes::Delivered, enter, formats},
};

/// Redirects from Microsoft Graph to the bytes.
const HOPS: usize = 5;

/// What a draft holds so far.
#[derive(Debug, Default)]
pub(super) struct Taken {
    hash: QuickXor,
    first: Vec<u8>,
    announced: Option<u64>,
    media_type: String,
    tag: Option<String>,
    protection: Watch,
}

impl Taken {
    /// Bytes.
    pub(super) const fn len(&self) -> u64 {
        self.hash.len()
    }

    /// The whole of it, for judgement.
    pub(super) fn delivered(self) -> Delivered {
        Delivered {
            size: self.hash.len(),
            hash: self.hash.finish(),
            announced: self.announced,
            media_type: self.media_type,
            first: self.first,
            protection: self.protection.found(),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let wanted = formats::SAMPLE.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(wanted));
        self.hash.update(bytes);
        self.protection.take(bytes);
    }
}

/// Pours into the draft what is missing, over one connection.
pub(super) async fn pour<P: Ports>(
    job: &Job<'_, P>,
    item: &Item,
    draft: &P::Draft,
    taken: &mut Taken,
    budget: &mut Budget,
) -> Result<(), Setback> {
    let (head, body) = connect(job, taken.len(), budget).await?;
    begin(job, taken, &head)?;

    let (sink, stored) = job.ports.write(draft);
    let relayed = relay(job, item, body, sink, taken);
    // The library may give up before the source does; then nobody reads what is relayed.
    let (relayed, stored) = match select(pin!(relayed), pin!(stored)).await {
        Either::Left((relayed, stored)) => (relayed, stored.await),
        Either::Right((stored, _)) => (Err(Stop::Failed(Failure::Library).into()), stored),
    };
    match stored {
        Err(error) => Err(not_taken(job, taken.len(), error).into()),
        Ok(size) if size == taken.len() => relayed,
        Ok(_) => Err(Stop::Failed(Failure::Library).into()),
    }
}

/// Asks for the content, and follows the redirects to it. Every attempt asks anew: the URLs live for minutes.
async fn connect<P: Ports>(job: &Job<'_, P>, from: u64, budget: &mut Budget) -> Result<(Head, P::Body), Setback> {
    let mut request = graph::content(job.api, &job.source.drive, &job.source.item);
    for hop in 0..=HOPS {
        let (head, body) = ask::open(job.ports, &request, budget).await.map_err(|fault| {
            // The host lets a redirect lead one hop beyond the first, and no further.
            let too_far = fault == Fault::Refused && hop > 1;
            let too_far = too_far.then(|| Stop::Failed(Failure::Other).into());
            too_far.unwrap_or_else(|| not_given(job, false, fault.into()))
        })?;
        if matches!(head.status, 200 | 206) {
            return Ok((head, body));
        }
        if let Some(next) = redirected(&request, &head, from) {
            request = next;
            continue;
        }
        let missed = ask::refused(job.ports, head, body).await;
        return Err(not_given(job, hop > 0, missed));
    }
    Err(Stop::Failed(Failure::NotTheFile).into())
}

/// Where the redirect leads: byte for byte as it stands, unless it has no host of its own.
pub(crate) fn redirected(request: &Request, head: &Head, from: u64) -> Option<Request> {
    let location = head.location()?;
    if location.starts_with('/') && !location.starts_with("//") {
        let url = format!("{}{location}", origin(&request.url)?);
        return Some(graph::redirected(&url, from));
    }
    origin(location)?;
    Some(graph::redirected(location, from))
}

/// No content: from Microsoft Graph or, beyond it, from the host that has the bytes.
fn not_given<P: Ports>(job: &Job<'_, P>, beyond: bool, missed: Miss) -> Setback {
    let meaning = match &missed.fault {
        Fault::Answered(error) => Some(error.meaning()),
        _ => None,
    };
    match (stop(job, missed.fault), missed.trouble, meaning) {
        (Stop::Failed(failure), Some(trouble), _) => Setback::Again(trouble, failure),
        (_, _, Some(Meaning::BadRange)) => Setback::StartOver(Failure::Truncated),
        (_, _, Some(Meaning::Changed)) => Setback::StartOver(Failure::Changing),
        (_, _, Some(Meaning::SignIn | Meaning::Denied)) if beyond => Setback::Renew(Failure::AccessDenied),
        (_, _, Some(Meaning::NotFound)) if beyond => Setback::Renew(Failure::NotFound),
        (stop, ..) => Setback::Stop(stop),
    }
}

/// Compares the head of an answer with what was taken before, or notes it if nothing was.
fn begin<P: Ports>(job: &Job<'_, P>, taken: &mut Taken, head: &Head) -> Result<(), Setback> {
    let tag = head.header("etag").map(str::to_owned);
    if taken.len() == 0 {
        if head.status != 200 {
            return Err(Setback::StartOver(Failure::Truncated));
        }
        taken.announced = head.number("content-length");
        taken.media_type = head.header("content-type").unwrap_or_default().to_owned();
        taken.tag = tag;
        let size = taken.announced.unwrap_or_default();
        return enter::check_size(size, job.policy).map_err(|refusal| Stop::Refused(refusal).into());
    }
    let Some((start, whole)) = head.content_range().filter(|_| head.status == 206) else {
        return Err(Setback::StartOver(Failure::Truncated));
    };
    let other_length = whole.is_some() && taken.announced.is_some() && whole != taken.announced;
    let other_tag = tag.is_some() && taken.tag.is_some() && tag != taken.tag;
    if start != taken.len() || other_length || other_tag {
        return Err(Setback::StartOver(Failure::Changing));
    }
    taken.announced = taken.announced.or(whole);
    Ok(())
}

/// Hands the body on, chunk by chunk, until it ends. The sink ends with it.
async fn relay<P: Ports>(
    job: &Job<'_, P>,
    item: &Item,
    mut body: P::Body,
    mut sink: P::Sink,
    taken: &mut Taken,
) -> Result<(), Setback> {
    let came = Cell::new(0);
    // One watch for the whole body, which rests while the library stores.
    let mut watch = pin!(ask::stalled(job.ports, || came.get()));
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let (read, bytes) = match select(pin!(job.ports.read(&mut body, buffer)), watch.as_mut()).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => return Err(Setback::Again(Trouble::Transient, Failure::Stalled)),
        };
        came.set(came.get() + bytes.len() as u64);
        let whole = taken.announced.is_none_or(|announced| taken.len() >= announced);
        match read {
            Read::Some => {}
            Read::End if whole => return Ok(()),
            // Some servers close the connection rudely after the last byte.
            Read::Broken if whole && taken.announced.is_some() => return Ok(()),
            Read::End | Read::Broken => {
                return Err(Setback::Again(Trouble::Transient, Failure::Truncated));
            }
        }
        let size = taken.len() + bytes.len() as u64;
        enter::check_size(size, job.policy).map_err(|_| too_large(size, job))?;
        taken.take(&bytes);
        let (stored, bytes) = job.ports.push(&mut sink, bytes).await;
        if !stored {
            // Why not is what the library's own answer says.
            return Ok(());
        }
        job.ports
            .progress(job.source, &item.name, taken.len(), taken.announced.or(item.size()));
        buffer = bytes;
    }
}

const fn too_large<P>(size: u64, job: &Job<'_, P>) -> Setback {
    let refusal = Refusal::TooLarge((size, job.policy.max_file_bytes));
    Setback::Stop(Stop::Refused(refusal))
}
