//! The transfer of one file: from a fresh URL, through the hash, into a draft of the library; gone on with where it
//! broke off; kept only when it was verified.

mod job;
mod pour;

use crate::{
    ask,
    contract::{Imported, Line, LineOutcome, Link, LinkState, ManagedFile, Verification},
    displaced::Other,
    failure::Failure,
    graph,
    item::Item,
    ports::Ports,
    protection::Protection,
    retry::{Budget, Trouble},
    rules::{
        bytes::{self, Delivered, Judgement, Published},
        formats,
    },
    wording::{self, ledger},
};
pub use job::{Job, Stop, Target};
use job::{Setback, not_taken, stop};
pub(crate) use pour::redirected;
use pour::{Taken, pour};

/// Reads the metadata of the item.
///
/// # Errors
/// When it is not there, or can't be read.
pub async fn metadata<P: Ports>(job: &Job<'_, P>, budget: &mut Budget) -> Result<Item, Stop> {
    let request = graph::item(job.api, &job.source.drive, &job.source.item);
    ask::json(job.ports, &request, budget, graph::read_item)
        .await
        .map_err(|fault| stop(job, fault))
}

/// A 401 for one item says little, for SharePoint gives it for single items as well. If the drive itself still answers,
/// the sign-in is accepted, and this connection may not read the item.
pub async fn sure<P: Ports>(job: &Job<'_, P>, stop: Stop) -> Stop {
    if stop != Stop::Failed(Failure::SignInNeeded) {
        return stop;
    }
    match ask::is_accepted(job.ports, job.api, &job.source.drive).await {
        Ok(true) => Stop::Failed(Failure::AccessDenied),
        Ok(false) => stop,
        Err(_) => Stop::Failed(Failure::Network),
    }
}

/// Brings the item into the library. `item` is its metadata, just read.
///
/// # Errors
/// When the file may not enter or did not come; then nothing of it is kept.
pub async fn fetch<P: Ports>(job: &Job<'_, P>, mut item: Item, budget: &mut Budget) -> Result<Imported, Stop> {
    let mut earlier = None;
    loop {
        job.target.admits(&item, job.policy).map_err(Stop::Refused)?;
        let published = Published {
            size: item.size(),
            hash: item.hash().map(str::to_owned),
            ending: formats::ending(&item.name),
        };
        match whole(job, &item, budget).await {
            Ok((draft, delivered)) => match bytes::judge(&published, &delivered, earlier.as_deref()) {
                Judgement::Accept(verification) => {
                    return keep(job, &item, draft, &delivered, verification).await;
                }
                Judgement::Refuse(failure) => return Err(Stop::Failed(failure)),
                Judgement::Again => {
                    let fresh = metadata(job, budget).await?;
                    earlier = Some(delivered.hash).filter(|_| fresh.same_content(&item));
                    if earlier.is_none() {
                        moved_on(job)?;
                        start_over(job, budget, Failure::Changing).await?;
                    }
                    item = fresh;
                }
            },
            Err(Setback::StartOver(failure)) => {
                start_over(job, budget, failure).await?;
                let fresh = metadata(job, budget).await?;
                if !fresh.same_content(&item) {
                    moved_on(job)?;
                }
                item = fresh;
                earlier = None;
            }
            Err(setback) => return Err(setback.into()),
        }
    }
}

/// One download from the first byte to the last, over as many connections as it takes.
async fn whole<P: Ports>(job: &Job<'_, P>, item: &Item, budget: &mut Budget) -> Result<(P::Draft, Delivered), Setback> {
    let begun = match job.target {
        Target::New => job.ports.create(&item.name).await,
        Target::Update { file, .. } => job.ports.replace(&file.file.id, file.file.revision).await,
    };
    let draft = begun.map_err(|error| not_taken(job, 0, error))?;
    let mut taken = Taken::default();
    let mut renewed_at = None;
    loop {
        let Err(broken) = pour(job, item, &draft, &mut taken, budget).await else {
            return Ok((draft, taken.delivered()));
        };
        match broken {
            Setback::Again(trouble, failure) => {
                ask::again(job.ports, budget, trouble, Stop::Failed(failure)).await?;
            }
            // Only one new URL for the same place.
            Setback::Renew(_) if renewed_at != Some(taken.len()) => renewed_at = Some(taken.len()),
            setback => return Err(setback),
        }
        if taken.len() > 0 && !metadata(job, budget).await?.same_content(item) {
            return Err(Setback::StartOver(Failure::Changing));
        }
    }
}

async fn keep<P: Ports>(
    job: &Job<'_, P>,
    item: &Item,
    draft: P::Draft,
    delivered: &Delivered,
    verification: Verification,
) -> Result<Imported, Stop> {
    let link = Link {
        source: job.source.clone(),
        version: item.version().map(str::to_owned),
        hash: delivered.hash.clone(),
        size: delivered.size,
        verification,
        name: item.name.clone(),
        web_url: item.web_url.clone(),
    };
    let warnings = warnings(item, delivered, verification);
    let committed = match job.target {
        Target::New => job.ports.commit(draft, &link).await,
        Target::Update { file, other, .. } => {
            let line = line(file, &link, &warnings, other);
            job.ports.publish(draft, &link, &line).await
        }
    };
    let file = committed.map_err(|error| not_taken(job, delivered.size, error))?;
    Ok(Imported { file, warnings })
}

/// The line of the ledger for new content.
fn line(before: &ManagedFile, link: &Link, warnings: &[String], other: Option<&Other>) -> Line {
    let outcome = match (before.state, link.verification) {
        (LinkState::SourceGone, _) => LineOutcome::SourceBack,
        (_, Verification::Verified) => LineOutcome::Updated,
        _ => LineOutcome::Unverified,
    };
    let line = Line {
        outcome,
        reason: String::new(),
        name: link.name.clone(),
        message: ledger::fresh(outcome, &link.name, warnings),
    };
    line.displaced_by(other)
}

/// A plan is carried out exactly, or not at all.
fn moved_on<P>(job: &Job<'_, P>) -> Result<(), Stop> {
    match job.target {
        Target::Update { exact: true, .. } => Err(Stop::Failed(Failure::Changing)),
        _ => Ok(()),
    }
}

/// Rule 20e: what does not fit is told, and does not decide.
fn warnings(item: &Item, delivered: &Delivered, verification: Verification) -> Vec<String> {
    let ending = formats::ending(&item.name);
    let media_type = item.media_type().unwrap_or_default();
    let no_package = formats::is_no_package(&ending, &delivered.first);
    let odd_content = match delivered.protection {
        _ if delivered.size == 0 => formats::is_never_empty(&ending).then(|| wording::empty(&item.name)),
        Some(Protection::Label) => Some(wording::closed_by_label(&item.name)),
        Some(Protection::Password) => Some(wording::closed_by_password(&item.name)),
        None if no_package || !formats::fits_bytes(&ending, &delivered.first) => {
            Some(wording::odd_content(&item.name, &ending))
        }
        None => None,
    };
    let odd_media_type = !formats::fits_media_type(&ending, media_type);
    let rewritten = verification == Verification::Rewritten;
    [
        odd_content,
        odd_media_type.then(|| wording::odd_media_type(&item.name, &ending, media_type)),
        rewritten.then(|| wording::rewritten(&item.name)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn start_over<P: Ports>(job: &Job<'_, P>, budget: &mut Budget, failure: Failure) -> Result<(), Stop> {
    ask::again(job.ports, budget, Trouble::Transient, Stop::Failed(failure)).await
}

#[cfg(test)]
mod tests;
