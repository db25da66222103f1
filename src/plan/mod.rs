//! Plans: what is to be created and deleted so that the existing reviews become the assignment.

mod compare;
mod diff;
mod document;
mod grounds;
mod reason;
mod report;
mod shortfalls;

pub use compare::{Deed, Difference, Differing, Shared, compare};
pub use diff::{ON_DEMAND, Plan, PlanView, Step};
pub use document::{
    AffinityReport, Alternates, GoalBound, Operation, OperationRecord, PlanDocument, Records, Report, ShortfallRecord,
    Side, Spread,
};
pub use reason::{Reason, Words};

/// Program and release, as plans name them.
pub const GENERATOR: &str = concat!("peerplan ", env!("CARGO_PKG_VERSION"));
