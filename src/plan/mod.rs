//! Plans: what is to be created and deleted so that the existing reviews become the assignment.

mod diff;
mod document;
mod report;

pub use diff::{Plan, PlanView, Step};
pub use document::{
    AffinityReport, Alternates, Operation, OperationRecord, PlanDocument, Records, Report, ShortfallRecord, Side,
    Spread,
};

/// Program and release, as plans name them.
pub const GENERATOR: &str = concat!("peerplan ", env!("CARGO_PKG_VERSION"));
