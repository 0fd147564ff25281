//! The contract, as generated from `wit/`.

#![allow(
    missing_docs,
    unsafe_code,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "generated code"
)]

wit_bindgen::generate!({ path: "../wit", world: "content-source", generate_all });
