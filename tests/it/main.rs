//! Tests of the library as a whole.

mod instances;
mod oracle;
