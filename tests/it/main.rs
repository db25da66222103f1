//! Tests of the library as a whole.

#[cfg(feature = "cli")]
mod cli;
