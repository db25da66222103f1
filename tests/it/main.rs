//! Tests of the library as a whole.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::similar_names,
    reason = "tests read the project's own files and say what they skip"
)]

mod big;
#[cfg(feature = "canvas")]
mod canvas;
#[cfg(feature = "canvas-http")]
mod canvas_http;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "formats")]
mod conference;
mod engine;
mod explain;
mod instances;
mod laws;
#[cfg(feature = "formats")]
mod malformed;
mod oracle;
mod plans;
mod proofs;
mod purity;
#[cfg(feature = "cli")]
mod readme;
mod scores;
#[cfg(feature = "formats")]
mod twins;
#[cfg(feature = "formats")]
mod works;
