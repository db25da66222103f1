//! Fairness figures: how evenly an assignment treats those who review and those who are reviewed.
//!
//! Each measure is a function of plain data with its formula and its source; [`of`] gives all of them for a plan.
//! Everything is counted in integers, and a figure that is a ratio is one division at the end, so that it is the same
//! on every machine.

mod affinity;
mod all;
mod bundles;
mod canonical;
mod envious;
mod envy;
mod facts;
mod graph;
mod ids;
mod numbers;
mod randomness;
mod rows;
mod sets;
mod spectrum;
mod spread;
mod tally;
#[cfg(test)]
mod tests;
mod walk;

pub use affinity::{AffinityFigures, price_of_fairness, share_of_optimum};
pub use all::{Load, Metrics, Share, coverage, of};
pub use bundles::bundle_components;
pub use envious::{EnviousPair, EnvyFigures, Violations};
pub use envy::{Envy, ef1, wef1};
pub use graph::{Components, ReviewGraph};
pub use randomness::{Randomness, randomness, wilson};
pub use spectrum::spectral_gap;
pub use spread::{Histogram, gini, histogram, jain, spread};
