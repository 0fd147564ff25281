//! Files to import as people write them: by id, name, path or address, one by one or in a long list. The plugin says which
//! items they mean; a list is worked off in selections of the size that an import may have (rule 23).

use std::collections::BTreeMap;

use clientpoint_engine::{
    contract::{
        clientpoint::content_source::types::ItemRef,
        exports::clientpoint::content_source::content_import::{Error as ContractError, Resolution, Resolved},
    },
    words::Word,
};

use crate::{
    Error, Result,
    service::{ItemOutcome, Session, Stop, connections::in_use::SignedIn, operations::work::CameTo},
    store::{connections::Connection, words::OperationKind},
};

/// Texts that the plugin is asked about at once.
const TEXTS: usize = 1_000;

/// A file that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its id, its name or path, or an address of it.
    pub text: String,
    /// Where in a list it stands, from 1; none if it was given by itself.
    pub line: Option<usize>,
}

/// A file under way: which item it is, or what became of it already.
type Slot = std::result::Result<ItemRef, ItemOutcome>;

impl Session<'_> {
    /// Brings the files into the library that people have written down. There are as many outcomes as files, in the same
    /// order. Files that were given by themselves are one selection; those of a list are worked off one selection after
    /// the other, and what fails keeps no other from coming in. When somebody asks to stop, the outcomes tell what had
    /// come in by then.
    ///
    /// # Errors
    ///
    /// As [`Session::import`]. Nothing was changed then.
    pub async fn import_wanted(&self, wanted: &[Wanted], stop: &Stop) -> Result<Vec<ItemOutcome>> {
        self.user.require_administrator("import files")?;
        let work = self.work(OperationKind::Import, stop).await?;
        let importing = work.session.wanted_in(wanted, stop);
        work.carry_out(importing, |outcomes| CameTo::outcomes(outcomes)).await
    }

    async fn wanted_in(&self, wanted: &[Wanted], stop: &Stop) -> Result<Vec<ItemOutcome>> {
        let outcomes = self.all_wanted_in(wanted, stop).await?;
        self.all_came(&outcomes);
        Ok(outcomes)
    }

    async fn all_wanted_in(&self, wanted: &[Wanted], stop: &Stop) -> Result<Vec<ItemOutcome>> {
        let connection = self.connection().await?;
        self.works_through(&connection.id);
        self.wants(wanted.len());
        let stopping = self.stopping(stop);
        let limit = self.host.policy().await?.max_files_per_import;
        let at_once = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
        let is_list = wanted.iter().any(|wanted| wanted.line.is_some());
        if !is_list && at_once < distinct(wanted) {
            return Err(ContractError::TooMany(limit).into());
        }
        let naming = async {
            let mut signed_in = self.signed_in(&connection).await?;
            let slots = self.slots(&mut signed_in, wanted).await?;
            Ok::<_, Error>((signed_in, slots))
        };
        let Some(named) = stopping.run_until_cancelled(naming).await else {
            return Ok(wanted.iter().map(|wanted| untouched(&connection, wanted)).collect());
        };
        let (mut signed_in, mut slots) = named?;
        let known: Vec<ItemOutcome> = slots.iter().filter_map(|slot| slot.as_ref().err().cloned()).collect();
        self.came(&known);
        let open: Vec<usize> = (0..slots.len())
            .filter(|place| matches!(slots.get(*place), Some(Ok(_))))
            .collect();
        for places in open.chunks(at_once) {
            let items: Vec<ItemRef> = places
                .iter()
                .filter_map(|place| slots.get(*place)?.as_ref().ok().cloned())
                .collect();
            if stopping.is_cancelled() {
                break;
            }
            let asked = items.clone();
            let outcomes = match self.bring_in(&mut signed_in, items, stop).await {
                Ok(outcomes) => outcomes,
                // What stopped the plugin may be one of these files.
                Err(error @ Error::PluginStopped(_)) if is_list => failed(&asked, &error),
                Err(error) if is_list => return Ok(broken_off(wanted, slots, &error)),
                Err(error) => return Err(error),
            };
            for (place, outcome) in places.iter().zip(outcomes) {
                if let Some(slot) = slots.get_mut(*place) {
                    *slot = Err(outcome);
                }
            }
        }
        Ok(finished(wanted, slots))
    }

    /// What each of these means: an item, or an outcome already.
    async fn slots(&self, signed_in: &mut SignedIn<'_>, wanted: &[Wanted]) -> Result<Vec<Slot>> {
        let mut slots = Vec::with_capacity(wanted.len());
        let mut first: BTreeMap<String, &Wanted> = BTreeMap::new();
        for some in wanted.chunks(TEXTS) {
            let resolved = self.resolved(signed_in, some).await?;
            for (wanted, resolved) in some.iter().zip(resolved) {
                slots.push(match slot(signed_in.connection(), wanted, resolved)? {
                    Ok(item) => match first.get(&item.item) {
                        Some(before) => Err(duplicate(wanted, &item, before)),
                        None => {
                            first.insert(item.item.clone(), wanted);
                            Ok(item)
                        }
                    },
                    refused => refused,
                });
            }
        }
        Ok(slots)
    }

    pub(in crate::service) async fn resolved(
        &self,
        signed_in: &mut SignedIn<'_>,
        wanted: &[Wanted],
    ) -> Result<Vec<Resolved>> {
        let (within, actor) = (self.host.limits.call, self.actor());
        let texts: Vec<String> = wanted.iter().map(|wanted| wanted.text.clone()).collect();
        let resolved = signed_in.see(async |plugin| plugin.resolve_items(within, actor, texts).await);
        let resolved = resolved.await?;
        if resolved.len() != wanted.len() {
            return Err(Error::PluginStopped(
                "it did not say of each file which item that is; nothing came into the library".into(),
            ));
        }
        Ok(resolved)
    }
}

fn distinct(wanted: &[Wanted]) -> usize {
    let mut texts: Vec<&str> = wanted.iter().map(|wanted| wanted.text.trim()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.len()
}

fn slot(connection: &Connection, wanted: &Wanted, resolved: Resolved) -> Result<Slot> {
    let reason = resolved.resolution.word();
    let outcome = match resolved.resolution {
        Resolution::Item(found) => {
            let chosen = connection.drive.as_ref();
            if chosen.is_none_or(|drive| drive.id != found.item.drive) {
                return Err(Error::PluginStopped(
                    "it says that something of another drive is meant; nothing came into the library".into(),
                ));
            }
            return Ok(Ok(found.item));
        }
        Resolution::Several(_) | Resolution::OtherDrive => "refused",
        Resolution::Nothing(_) | Resolution::Denied | Resolution::Failed(_) => "failed",
    };
    let shown = item(connection, &resolved.shown);
    Ok(Err(ItemOutcome {
        name: resolved.shown,
        line: wanted.line,
        ..ItemOutcome::without_file(&shown, outcome, Some(reason), resolved.message)
    }))
}

/// A file that was asked for before: it is fetched once.
fn duplicate(wanted: &Wanted, item: &ItemRef, first: &Wanted) -> ItemOutcome {
    let message = match first.line {
        Some(line) => format!("the same file as in line {line}: see there what became of it"),
        None => "the same file as one before it: see there what became of it".into(),
    };
    ItemOutcome {
        line: wanted.line,
        ..ItemOutcome::without_file(item, "duplicate", None, message)
    }
}

fn failed(items: &[ItemRef], error: &Error) -> Vec<ItemOutcome> {
    let failed = |item: &ItemRef| ItemOutcome::without_file(item, "failed", Some("plugin-stopped"), error.to_string());
    items.iter().map(failed).collect()
}

/// The outcomes of a list after something that keeps the rest from coming in, for now.
fn broken_off(wanted: &[Wanted], slots: Vec<Slot>, error: &Error) -> Vec<ItemOutcome> {
    let mut outcomes = finished(wanted, slots);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.outcome == "not-started") {
        outcome.message = format!("nothing was done about it, since the import broke off: {error}");
    }
    outcomes
}

fn untouched(connection: &Connection, wanted: &Wanted) -> ItemOutcome {
    ItemOutcome {
        line: wanted.line,
        ..ItemOutcome::not_started(&item(connection, &harmless(&wanted.text)))
    }
}

/// What may be shown of a text that nobody has looked at: an address may open a file to whoever has it.
fn harmless(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}/…")
        }
        None => text.to_string(),
    }
}

/// A text in the place of an item's id.
fn item(connection: &Connection, text: &str) -> ItemRef {
    let chosen = connection.drive.as_ref();
    ItemRef {
        drive: chosen.map(|drive| drive.id.clone()).unwrap_or_default(),
        item: text.into(),
    }
}

/// One outcome a file, each with its line. One whose name never became known goes by what people have written.
fn finished(wanted: &[Wanted], slots: Vec<Slot>) -> Vec<ItemOutcome> {
    let all = wanted.iter().zip(slots).map(|(wanted, slot)| {
        let mut outcome = slot.map_or_else(|outcome| outcome, |item| ItemOutcome::not_started(&item));
        outcome.line = wanted.line;
        if outcome.name.is_empty() && outcome.item.id != wanted.text {
            outcome.name = harmless(&wanted.text);
        }
        outcome
    });
    all.collect()
}
