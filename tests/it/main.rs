//! Tests of the library as a whole.

mod instances;
mod laws;
mod oracle;
