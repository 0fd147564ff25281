//! The faults that are set, and which of them happens to a request.

use std::time::Duration;

use super::{Fault, FaultKind, Place};

/// All faults that are set, in the order they were set.
#[derive(Default)]
pub(crate) struct FaultBook {
    faults: Vec<Fault>,
}

impl FaultBook {
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub fn clear(&mut self) {
        self.faults.clear();
    }

    pub fn all(&self) -> &[Fault] {
        &self.faults
    }

    /// The first fault that answers a request in place of the service. It counts as having happened.
    pub fn take_answer(&mut self, place: Place, path: Option<&str>) -> Option<FaultKind> {
        self.faults
            .iter_mut()
            .find(|fault| fault.kind.is_an_answer() && fault.hits(place, path))
            .map(happens)
    }

    /// How much later an answer comes, whatever it is. What makes it late counts as having happened.
    pub fn take_delay(&mut self, place: Place, path: Option<&str>) -> Duration {
        let late = self.faults.iter_mut().filter(|fault| fault.hits(place, path));
        late.filter_map(|fault| match fault.kind {
            FaultKind::Slow(by) => {
                fault.happened += 1;
                Some(by)
            }
            _ => None,
        })
        .sum()
    }

    /// The faults that spoil a download. They count as having happened.
    pub fn take_spoilers(&mut self, path: &str) -> Vec<FaultKind> {
        self.faults
            .iter_mut()
            .filter(|fault| !fault.kind.is_an_answer() && !fault.kind.is_in_metadata())
            .filter(|fault| !matches!(fault.kind, FaultKind::Slow(_)))
            .filter(|fault| fault.hits(Place::Download, Some(path)))
            .map(happens)
            .collect()
    }

    /// The faults in what is said of an item. They count as having happened.
    pub fn take_metadata(&mut self, path: &str) -> Vec<FaultKind> {
        self.faults
            .iter_mut()
            .filter(|fault| fault.kind.is_in_metadata() && fault.hits(Place::Metadata, Some(path)))
            .map(happens)
            .collect()
    }

    /// Whether the file is to be treated as infected.
    pub fn infects(&self, path: &str) -> bool {
        self.faults
            .iter()
            .any(|fault| fault.kind == FaultKind::Malware && fault.hits(Place::Metadata, Some(path)))
    }
}

fn happens(fault: &mut Fault) -> FaultKind {
    fault.happened += 1;
    fault.kind.clone()
}
