//! Problem files: who is to review what, under which rules.

mod affinities;
mod people;
mod policy;
mod read;
mod rules;
mod set;
mod write;

#[cfg(test)]
pub(in crate::formats) mod test_values;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use affinities::AFFINITY;
#[cfg(test)]
pub(super) use people::{BOUND, STUDENT, SUBMISSION};
#[cfg(test)]
pub(super) use policy::{PANEL, POLICY, RECIPROCAL};
#[cfg(test)]
pub(super) use read::PROBLEM;
pub use read::{read, read_partly};
#[cfg(test)]
pub(super) use rules::{PAST, RULE};
pub use set::set;
pub use write::write;
