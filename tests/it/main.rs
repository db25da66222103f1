//! Tests of the library as a whole.

mod big;
#[cfg(feature = "cli")]
#[allow(clippy::disallowed_methods, reason = "the command is tried on files")]
mod cli;
#[cfg(feature = "formats")]
mod conference;
mod instances;
mod laws;
#[cfg(feature = "formats")]
mod malformed;
mod oracle;
mod purity;
#[cfg(feature = "cli")]
mod readme;
