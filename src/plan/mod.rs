//! Plans: what is to be created and deleted so that the existing reviews become the assignment.

mod document;

pub use document::{
    AffinityReport, Alternates, Operation, OperationRecord, PlanDocument, Records, Report, ShortfallRecord, Side,
    Spread,
};
