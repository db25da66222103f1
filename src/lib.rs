//! peerplan decides who reviews whom.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assignment;
mod certificate;
pub mod diagnostic;
pub mod explain;
mod flow;
#[cfg(feature = "formats")]
pub mod formats;
pub mod generate;
mod id;
pub mod input;
pub mod metrics;
pub mod plan;
pub mod problem;
pub mod random;
pub mod strategy;
pub mod verify;

pub use assignment::Assignment;
pub use certificate::{CutSide, Infeasible};
pub use diagnostic::{Diagnostic, Diagnostics};
pub use id::{EmptyId, Id, PersonName};
pub use input::Input;
pub use plan::Plan;
pub use problem::Problem;
