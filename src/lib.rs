//! peerplan decides who reviews whom.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod diagnostic;
mod flow;
mod id;
pub mod input;
pub mod plan;
pub mod problem;
pub mod random;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use id::{EmptyId, Id, PersonName};
pub use input::Input;
pub use problem::Problem;
