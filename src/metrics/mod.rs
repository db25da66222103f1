//! Fairness figures: how evenly an assignment treats those who review and those who are reviewed.
//!
//! Each measure is a function of plain data with its formula and its source. Everything is counted in integers; a
//! figure that is a ratio is one division at the end, so that it is the same on every machine.

mod spread;

pub use spread::{Histogram, gini, histogram, jain, spread};
