//! Tests of the library as a whole.

mod big;
#[cfg(feature = "cli")]
#[allow(clippy::disallowed_methods, reason = "the command is tried on files")]
mod cli;
mod instances;
mod laws;
mod oracle;
#[cfg(feature = "cli")]
mod readme;
