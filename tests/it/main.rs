//! Tests of the library as a whole.

mod big;
#[cfg(feature = "cli")]
mod cli;
mod instances;
mod laws;
mod oracle;
