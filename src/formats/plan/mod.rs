//! Plan files: what is to be created and deleted, as JSON and as CSV.

mod certificate;
mod csv;
mod read;
mod records;
mod write;

#[cfg(test)]
mod malformed_tests;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use certificate::{DUAL, OPTIMAL, WORK_DUAL, WORST_OFF};
pub use csv::write_csv;
#[cfg(test)]
pub(super) use read::PLAN;
pub use read::read;
#[cfg(test)]
pub(super) use records::{AFFINITY_REPORT, ALTERNATES, BOUND, OPERATION, REPORT, SHORTFALL, SPREAD};
pub use write::write;
