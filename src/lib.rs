//! peerplan decides who reviews whom.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod diagnostic;
pub mod generate;
mod id;
pub mod input;
pub mod metrics;
pub mod plan;
pub mod random;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use id::{EmptyId, Id, PersonName};
pub use input::Input;
