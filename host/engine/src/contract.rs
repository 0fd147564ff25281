//! What `bindgen!` makes of the contract in `wit/`. The only place with generated code on this side.

#![allow(missing_docs, reason = "the doc comments are in wit/")]
#![allow(clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]

use wasmtime_wasi::TrappableError;

use self::clientpoint::content_source::types::ItemRef;

wasmtime::component::bindgen!({
    path: "wit",
    world: "content-source",
    imports: { default: trappable },
    exports: { default: async | store },
    with: { "clientpoint:content-source/content-library.draft": crate::capability::draft::OpenDraft },
    trappable_error_type: {
        "clientpoint:content-source/content-library.error" => crate::contract::LibraryError,
        "clientpoint:content-source/state-store.error" => crate::contract::StateError,
    },
});

impl PartialEq for ItemRef {
    fn eq(&self, other: &Self) -> bool {
        self.drive == other.drive && self.item == other.item
    }
}

impl Eq for ItemRef {}

/// What the library answers to a call that it does not carry out, or a trap.
pub type LibraryError = TrappableError<clientpoint::content_source::content_library::Error>;

/// What the state store answers to a call that it does not carry out, or a trap.
pub type StateError = TrappableError<clientpoint::content_source::state_store::Error>;
