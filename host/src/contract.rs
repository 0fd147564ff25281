//! What `bindgen!` makes of the contract in `wit/`. The only place with generated code on this side.

#![allow(missing_docs, reason = "the doc comments are in wit/")]
#![allow(clippy::all, clippy::pedantic, clippy::restriction, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "content-source",
    imports: { default: trappable },
    exports: { default: async | store },
    with: { "clientpoint:content-source/content-library.draft": crate::capability::draft::OpenDraft },
});
