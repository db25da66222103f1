//! Plan files: what is to be created and deleted, as JSON and as CSV.

mod csv;
mod read;
mod records;
mod write;

#[cfg(test)]
mod malformed_tests;
#[cfg(test)]
mod tests;

pub use csv::write_csv;
#[cfg(test)]
pub(super) use read::PLAN;
pub use read::{PlanFile, read};
#[cfg(test)]
pub(super) use records::{AFFINITY_REPORT, ALTERNATES, OPERATION, REPORT, SHORTFALL, SPREAD};
pub use write::write;
