//! What plans say: why each step is taken, what stands in the way of what is missing, and what no plan goes below.

mod again;
mod bound;
mod shortfalls;
#[cfg(feature = "formats")]
mod weeks;
mod words;

use peerplan::input::{Existing, PeerReview, Reciprocal, ReviewRecord, WorkflowState};
use peerplan::plan::{OperationRecord, PlanView, Records};
use peerplan::strategy::{Run, Strategy};
use peerplan::{Id, Input, Plan, Problem};

fn compiled(input: &Input) -> Problem {
    Problem::new(input).unwrap_or_else(|found| panic!("refused: {found:#?}"))
}

/// The plan of a strategy, where there is one.
fn planned(problem: &Problem, strategy: &dyn Strategy, seed: u64) -> Option<Plan> {
    let solution = strategy.assign(problem, &mut Run::new(seed)).ok()?;
    Some(Plan::diff(problem, &solution))
}

/// The problem once a plan is carried out.
fn applied(input: &Input, view: PlanView<'_>) -> Input {
    let existing = |review: ReviewRecord<'_>, workflow_state| PeerReview {
        id: review.id.cloned(),
        user_id: review.user_id.cloned(),
        assessor_id: review.assessor_id.clone(),
        asset_id: review.asset_id.clone(),
        workflow_state,
    };
    let kept = view.kept().map(|review| existing(review, review.workflow_state));
    let created = view.operations().filter_map(|operation| match operation {
        OperationRecord::Create { peer_review, .. } => Some(existing(peer_review, WorkflowState::Assigned)),
        OperationRecord::Delete { .. } => None,
    });
    Input { peer_reviews: kept.chain(created).collect(), ..input.clone() }
}

/// Whether the report of a plan tells what no plan goes below: where reviews may move, or rules are no network.
fn told_of_a_bound(input: &Input) -> bool {
    let forbids = matches!(input.policy.reciprocal, Reciprocal::Forbid | Reciprocal::ForbidCycles(_));
    input.policy.existing == Existing::Rebalance || forbids
}

/// The steps in words: what is done, assessor, submission, why.
fn told(view: PlanView<'_>) -> Vec<(&'static str, Id, Id, String)> {
    let words = |operation| match operation {
        OperationRecord::Create { peer_review, reason } => ("create", peer_review, reason),
        OperationRecord::Delete { peer_review, reason } => ("delete", peer_review, reason),
    };
    let operations = view.operations().map(words);
    operations.map(|(op, pair, why)| (op, pair.assessor_id.clone(), pair.asset_id.clone(), why.to_string())).collect()
}
