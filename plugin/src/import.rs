//! Bringing files into the library, several at a time; each ends in exactly one outcome.

use std::collections::BTreeMap;

use futures::future::join_all;

use crate::{
    contract::{CallError, Connection, Imported, ItemOutcome, ItemRef, LibraryFile, Outcome, Refusal, Role},
    delta_link,
    download::{self, Job, Stop, Target},
    failure::Failure,
    graph,
    library::already_there,
    ports::Ports,
    retry::Budget,
    rules::enter,
    wording,
};

/// What became of one file: [`Outcome`], with a failure that says more.
enum End {
    Imported(Imported),
    Already(LibraryFile),
    Refused(Refusal),
    Failed(Failure),
}

/// Brings these items into the library. The outcomes are as many as the items, in the same order; an item named twice
/// is fetched once.
///
/// # Errors
/// When the call as a whole is not carried out; then nothing was changed.
pub async fn import_files<P: Ports>(ports: &P, role: Role, items: &[ItemRef]) -> Result<Vec<ItemOutcome>, CallError> {
    // Rule 2: before anything else.
    if role != Role::Administrator {
        return Err(CallError::Forbidden);
    }
    let connection = ports.connection();
    let drive = connection.drive.clone().ok_or(CallError::NoDrive)?;

    let mut distinct: Vec<&ItemRef> = items.iter().collect();
    distinct.sort_unstable();
    distinct.dedup();
    // Rule 23.
    let limit = connection.policy.max_files_per_import;
    if distinct.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
        return Err(CallError::TooMany(limit));
    }

    let ours: Vec<ItemRef> = distinct
        .iter()
        .filter(|item| item.drive == drive)
        .map(|item| (*item).clone())
        .collect();
    let mut known = already_there(ports, &ours).await?;
    if known.len() < ours.len() {
        // Before the bytes, so that no change after them is missed.
        delta_link::ensure(ports, &connection.api_origin, &drive).await;
    }
    let outcomes = join_all(distinct.into_iter().map(|item| {
        let known = known.remove(item);
        let ours = item.drive == drive;
        let connection = &connection;
        async move {
            let (name, end) = match known {
                Some(file) => (link_name(&file), End::Already(file)),
                None if ours => import_file(ports, connection, item).await,
                None => (String::new(), End::Refused(Refusal::OtherDrive)),
            };
            (item, told(item, name, end))
        }
    }))
    .await;
    let outcomes: BTreeMap<_, _> = outcomes.into_iter().collect();
    Ok(items.iter().filter_map(|item| outcomes.get(item).cloned()).collect())
}

async fn import_file<P: Ports>(ports: &P, connection: &Connection, source: &ItemRef) -> (String, End) {
    if !graph::is_id(&source.drive) || !graph::is_id(&source.item) {
        return (String::new(), End::Failed(Failure::NotFound));
    }
    let job = Job {
        ports,
        api: &connection.api_origin,
        source,
        policy: &connection.policy,
        target: Target::New,
    };
    let mut budget = Budget::file();
    let item = match download::metadata(&job, &mut budget).await {
        Ok(item) => item,
        Err(stop) => return (String::new(), stopped(&job, stop).await),
    };
    let name = item.name.clone();
    if let Err(refusal) = enter::may_enter(&item, job.policy) {
        return (name, End::Refused(refusal));
    }
    let end = match download::fetch(&job, item, &mut budget).await {
        Ok(imported) => End::Imported(imported),
        Err(stop) => stopped(&job, stop).await,
    };
    (name, end)
}

async fn stopped<P: Ports>(job: &Job<'_, P>, stop: Stop) -> End {
    match download::sure(job, stop).await {
        Stop::Refused(refusal) => End::Refused(refusal),
        Stop::Failed(failure) => End::Failed(failure),
        // Somebody else was faster. Rule 35: it is the same file, so that is as good.
        Stop::Already(id) => {
            let source = std::slice::from_ref(job.source);
            let files = job.ports.files_by_source(source).await.unwrap_or_default();
            let file = files.into_iter().flatten().find(|file| file.id == id);
            file.map_or(End::Failed(Failure::Library), End::Already)
        }
    }
}

fn told(item: &ItemRef, name: String, end: End) -> ItemOutcome {
    let message = match &end {
        End::Imported(imported) => wording::imported(&imported.file, &name),
        End::Already(file) => wording::already_imported(&file.id, &name),
        End::Refused(refusal) => wording::refusal(refusal, &name),
        End::Failed(failure) => wording::failure(failure, &name),
    };
    let outcome = match end {
        End::Imported(imported) => Outcome::Imported(imported),
        End::Already(file) => Outcome::AlreadyImported(file),
        End::Refused(refusal) => Outcome::Refused(refusal),
        End::Failed(failure) => Outcome::Failed(failure.into()),
    };
    ItemOutcome {
        item: item.clone(),
        name,
        outcome,
        message,
    }
}

fn link_name(file: &LibraryFile) -> String {
    file.link
        .as_ref()
        .map_or_else(|| file.name.clone(), |link| link.name.clone())
}

#[cfg(test)]
mod tests;
