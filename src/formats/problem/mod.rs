//! Problem files: who is to review what, under which rules.

mod affinities;
mod people;
mod policy;
mod read;
mod rules;
mod set;
mod write;

#[cfg(test)]
pub(super) mod test_values;
#[cfg(test)]
mod tests;

pub use read::read;
pub use set::set;
pub use write::write;
