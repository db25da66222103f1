//! The bound in the report is what trying all assignments finds.

use peerplan::Input;
use peerplan::input::{Existing, Shortfall};
use peerplan::plan::{GoalBound, PlanDocument, Records};
use peerplan::strategy::{Strategy, by_name, registry};
use peerplan::verify::verify;

use super::{compiled, planned, told_of_a_bound};
use crate::instances::{samples, small};
use crate::oracle::Facts;

fn rebalanced(count: usize) -> impl Iterator<Item = Input> {
    samples(small(), count).into_iter().map(|mut input| {
        input.policy.existing = Existing::Rebalance;
        input
    })
}

#[test]
fn the_bound_is_that_of_the_oracle() {
    let mut told = 0;
    for input in rebalanced(1_500) {
        let facts = Facts::new(&input);
        let Some(optimum) = facts.optimum().filter(|_| facts.musts_are_sound()) else { continue };
        let problem = compiled(&input);
        let [missing, missing_squares, total, squares, deletes] = [
            optimum.objective.missing,
            optimum.objective.missing_squares,
            optimum.objective.total,
            optimum.objective.received_squares,
            optimum.objective.deletes,
        ]
        .map(|goal| u64::try_from(goal).expect("a count"));
        let partial = input.policy.shortfall == Shortfall::Partial;
        let counted = !facts.nothing_asked();
        let expected = GoalBound {
            missing: partial.then_some(missing),
            missing_squares: partial.then_some(missing_squares),
            reviews: counted.then_some(total),
            received_squares: (counted && facts.balanced()).then_some(squares),
            deletes: Some(deletes),
            preferences: optimum.objective.gain,
            affinity_units: None,
            worst_units: None,
        };
        for &strategy in registry() {
            let plan = planned(&problem, strategy, 2).expect("feasible");
            let free = strategy.guarantees().greedy && !facts.balanced();
            let bound = plan.report().bound.expect("rebalanced");
            let bound = GoalBound { affinity_units: None, worst_units: None, ..bound };
            if free {
                assert_eq!((bound.reviews, bound.deletes), (None, Some(deletes)), "{input:#?}");
            } else {
                assert_eq!(bound, expected, "{}: {input:#?}", strategy.name());
            }
            let open = strategy.name() == "max_min" && facts.longest_forbidden().is_some();
            assert!(plan.report().optimal == Some(true) || open, "{} {:?}", strategy.name(), plan.report());
            assert!(verify(&input, &plan.view(&problem)).valid());
            told += 1;
        }
    }
    assert!(told > 3_000, "{told}");
}

/// The codes of what is wrong with a plan whose report is changed.
fn codes(input: &Input, strategy: &dyn Strategy, change: impl Fn(&mut PlanDocument)) -> Option<Vec<&'static str>> {
    let problem = compiled(input);
    let plan = planned(&problem, strategy, 0)?;
    let view = plan.view(&problem);
    let mut document = PlanDocument {
        source: None,
        problem_digest: problem.digest().into(),
        generator: String::new(),
        strategy: view.strategy().clone(),
        operations: Vec::new(),
        kept: Vec::new(),
        shortfalls: view.shortfalls().to_vec(),
        report: *view.report(),
        alternates: Vec::new(),
        certificate: None,
    };
    for operation in view.operations() {
        use peerplan::plan::{Operation, OperationRecord};
        document.operations.push(match operation {
            OperationRecord::Create { peer_review, reason } => {
                Operation::Create(owned(&peer_review), reason.to_string())
            }
            OperationRecord::Delete { peer_review, reason } => {
                Operation::Delete(owned(&peer_review), reason.to_string())
            }
        });
    }
    document.kept = view.kept().map(|review| owned(&review)).collect();
    assert!(verify(input, &document).valid(), "{:?}", verify(input, &document));
    change(&mut document);
    Some(verify(input, &document).violations.iter().map(|violation| violation.code).collect())
}

fn owned(review: &peerplan::input::ReviewRecord<'_>) -> peerplan::input::PeerReview {
    peerplan::input::PeerReview {
        id: review.id.cloned(),
        user_id: review.user_id.cloned(),
        assessor_id: review.assessor_id.clone(),
        asset_id: review.asset_id.clone(),
        workflow_state: review.workflow_state,
    }
}

/// A change of a bound.
type Change = fn(&mut GoalBound);

#[test]
fn a_wrong_bound_is_found_goal_by_goal() {
    const HIGHER: &[Change] = &[
        |bound| bound.missing = bound.missing.map(|count| count + 1),
        |bound| bound.missing_squares = bound.missing_squares.map(|count| count + 1),
        |bound| bound.reviews = bound.reviews.map(|count| count + 1),
        |bound| bound.received_squares = bound.received_squares.map(|count| count + 1),
        |bound| bound.deletes = bound.deletes.map(|count| count + 1),
        |bound| bound.preferences -= 1,
    ];
    let strategy = by_name("matching").expect("listed");
    let mut found = [0; 6];
    for input in rebalanced(300).filter(|input| peerplan::Problem::new(input).is_ok()) {
        let changed = |change: &dyn Fn(&mut PlanDocument)| codes(&input, strategy, change);
        let Some(flipped) = changed(&|plan| plan.report.optimal = Some(false)) else { continue };
        assert_eq!(flipped, ["bound_optimal"]);
        assert_eq!(changed(&|plan| plan.report.bound = None).expect("feasible"), ["bound_goals"]);
        assert_eq!(changed(&|plan| plan.report.optimal = None).expect("feasible"), ["bound_goals"]);
        let without = |plan: &mut PlanDocument| plan.report.bound.as_mut().expect("rebalanced").deletes = None;
        assert_eq!(changed(&without).expect("feasible"), ["bound_goals"]);
        for (higher, found) in HIGHER.iter().zip(&mut found) {
            let Some(before) = planned(&compiled(&input), strategy, 0).and_then(|plan| plan.report().bound) else {
                break;
            };
            let mut after = before;
            higher(&mut after);
            if after != before {
                let codes = changed(&|plan| plan.report.bound = Some(after)).expect("feasible");
                assert_eq!(codes, ["bound_broken"], "{before:?} {after:?}");
                *found += 1;
            }
        }
    }
    assert!(found.iter().all(|&found| found > 20), "{found:?}");
}

#[test]
fn sums_of_scores_are_bound_where_rules_are_no_network() {
    let (mut told, mut scored) = (0, 0);
    let strategy = by_name("max_affinity").expect("listed");
    for input in samples(small(), 2_500) {
        let facts = Facts::new(&input);
        if facts.longest_forbidden().is_none() || !facts.musts_are_sound() {
            continue;
        }
        if facts.greatest_affinity().is_none() {
            continue;
        }
        let plan = planned(&compiled(&input), strategy, 0).expect("feasible");
        let (bound, optimal) = (plan.report().bound.expect("told"), plan.report().optimal);
        // Small problems are always searched to the end.
        assert_eq!(optimal, Some(true), "{input:#?}");
        assert_eq!(bound.affinity_units, Some(plan.report().affinity.total_units));
        let below = |plan: &mut PlanDocument| {
            let bound = plan.report.bound.as_mut().expect("told");
            bound.affinity_units = bound.affinity_units.map(|sum| sum - 1);
        };
        let above = |plan: &mut PlanDocument| {
            let bound = plan.report.bound.as_mut().expect("told");
            bound.affinity_units = bound.affinity_units.map(|sum| sum + 1);
        };
        assert_eq!(codes(&input, strategy, below).expect("feasible"), ["bound_broken"]);
        assert_eq!(codes(&input, strategy, above).expect("feasible"), ["bound_optimal"]);
        told += 1;
        scored += usize::from(plan.report().affinity.total_units > 0);
    }
    assert!(told > 100 && scored > 30, "{told} {scored}");
}

/// What the worst-off submission has at most, as a plan of `max_min` says and as trying all assignments finds.
#[test]
fn the_worst_off_submission_has_no_more_than_the_bound() {
    let strategy = by_name("max_min").expect("listed");
    let (mut told, mut beyond_networks, mut proven) = (0, 0, 0);
    for input in samples(small(), 2_500) {
        let facts = Facts::new(&input);
        let Some(best) = facts.best_for_the_worst().filter(|_| facts.musts_are_sound()) else { continue };
        let Some(&best) = best.first() else { continue };
        let problem = compiled(&input);
        let plan = planned(&problem, strategy, 0).expect("feasible");
        let (bound, optimal) = (plan.report().bound.expect("told"), plan.report().optimal.expect("told"));
        let most = bound.worst_units.expect("told");
        assert!(most >= best, "{most} {best}: {input:#?}");
        assert!(!optimal || most == best, "{most} {best}: {input:#?}");
        let above = |plan: &mut PlanDocument| {
            let bound = plan.report.bound.as_mut().expect("told");
            bound.worst_units = Some(i64::MAX);
        };
        if optimal {
            assert_eq!(codes(&input, strategy, above).expect("feasible"), ["bound_optimal"]);
        }
        told += 1;
        beyond_networks += usize::from(facts.longest_forbidden().is_some());
        proven += usize::from(optimal);
    }
    assert!(told > 500 && beyond_networks > 100 && proven > told / 2, "{told} {beyond_networks} {proven}");
}

#[test]
fn a_plan_that_moves_nothing_under_rules_that_are_a_network_says_nothing_of_a_bound() {
    for input in samples(small(), 300) {
        let Ok(problem) = peerplan::Problem::new(&input) else { continue };
        let told = told_of_a_bound(&input);
        for &strategy in registry() {
            let Some(plan) = planned(&problem, strategy, 0) else { continue };
            // What raises the worst-off submission always tells how far it could be raised, if there is one.
            let told = told || (strategy.name() == "max_min" && plan.report().bound.is_some());
            assert_eq!((plan.report().bound.is_some(), plan.report().optimal.is_some()), (told, told));
        }
    }
}
