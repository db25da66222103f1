//! Tests of the library as a whole.

mod big;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "formats")]
mod conference;
mod instances;
mod laws;
#[cfg(feature = "formats")]
mod malformed;
mod oracle;
mod purity;
