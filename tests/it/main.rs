//! Tests of the library as a whole.

#[cfg(feature = "cli")]
mod cli;
mod instances;
mod laws;
mod oracle;
#[cfg(feature = "cli")]
mod readme;
