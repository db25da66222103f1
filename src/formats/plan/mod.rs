//! Plan files: what is to be created and deleted, as JSON and as CSV.

mod csv;
mod read;
mod records;
mod write;

#[cfg(test)]
mod tests;

pub use csv::write_csv;
pub use read::{PlanFile, read};
pub use write::write;
