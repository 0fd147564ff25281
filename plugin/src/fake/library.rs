//! The Content Library, in memory.

use std::{cell::RefCell, rc::Rc};

use futures::channel::oneshot;

use super::Fake;
use crate::contract::{LibraryError, LibraryFile, Link};

type Shared = Rc<RefCell<Result<Vec<u8>, LibraryError>>>;

pub(crate) struct Draft {
    name: String,
    pub(super) replaces: Option<String>,
    bytes: Shared,
}

/// Dropping it tells the draft that the stream has ended.
pub(crate) struct Sink {
    bytes: Shared,
    _open: oneshot::Sender<()>,
}

impl Draft {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            replaces: None,
            bytes: Rc::new(RefCell::new(Ok(Vec::new()))),
        }
    }

    pub(super) fn replacing(name: &str, file: &str) -> Self {
        Self {
            replaces: Some(file.to_owned()),
            ..Self::new(name)
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.borrow().clone().unwrap()
    }

    /// With a fault, the library gives up before it reads anything.
    pub(super) fn open(
        &self,
        fault: Result<(), LibraryError>,
    ) -> (Sink, impl Future<Output = Result<u64, LibraryError>> + use<>) {
        let (open, closed) = oneshot::channel();
        let sink = Sink {
            bytes: self.bytes.clone(),
            _open: open,
        };
        let bytes = self.bytes.clone();
        let stored = async move {
            fault?;
            let _ = closed.await;
            bytes
                .borrow()
                .as_ref()
                .map(|bytes| bytes.len() as u64)
                .map_err(Clone::clone)
        };
        (sink, stored)
    }
}

impl Sink {
    pub(super) fn push(&self, more: &[u8], fault: Result<(), LibraryError>) -> bool {
        let mut bytes = self.bytes.borrow_mut();
        if let Err(error) = fault {
            *bytes = Err(error);
        }
        match &mut *bytes {
            Ok(bytes) => {
                bytes.extend_from_slice(more);
                true
            }
            Err(_) => false,
        }
    }
}

impl Fake {
    pub(super) fn keep(&self, draft: Draft, link: &Link) -> LibraryFile {
        let bytes = draft.bytes.borrow().clone().unwrap();
        assert_eq!(bytes.len() as u64, link.size, "the link tells the size of the draft");
        let mut files = self.files.borrow_mut();
        let file = LibraryFile {
            id: format!("F{}", files.len() + 1),
            name: draft.name,
            place: "Company Wide".to_owned(),
            revision: 1,
            size: link.size,
            sha256: String::new(),
            link: Some(link.clone()),
        };
        files.push((file.clone(), bytes));
        file
    }
}
