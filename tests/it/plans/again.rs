//! Whoever has what is asked for is left alone.

use peerplan::Input;
use peerplan::input::{Bound, Existing, Micros, PeerReview, StrategyChoice, Student, Submission, WorkflowState};
use peerplan::plan::Records;
use peerplan::strategy::{Run, by_name, registry};
use peerplan::{Plan, Problem};

use super::{applied, compiled, planned, told, told_of_a_bound};
use crate::instances::{samples, small};

/// Random problems under `keep` and `rebalance`.
fn problems(count: usize) -> impl Iterator<Item = Input> {
    samples(small(), count).into_iter().flat_map(|input| {
        [Existing::Keep, Existing::Rebalance].map(|existing| {
            let mut input = input.clone();
            input.policy.existing = existing;
            input
        })
    })
}

/// Whether no strategy is free to add reviews up to the maxima.
fn settles_the_count(input: &Input) -> bool {
    input.policy.reviews_per_submission == peerplan::input::Demand::Balanced
}

#[test]
fn what_was_applied_is_not_planned_again() {
    let mut changed = 0;
    for input in problems(1_500) {
        for &strategy in registry() {
            for seed in [0, 7] {
                let Some(problem) = peerplan::Problem::new(&input).ok() else { continue };
                let Some(plan) = planned(&problem, strategy, seed) else { continue };
                changed += usize::from(!plan.steps().is_empty());
                let after = applied(&input, plan.view(&problem));
                let problem = compiled(&after);
                let again = planned(&problem, strategy, seed + 1).expect("what is there is valid");
                assert!(again.steps().is_empty(), "{}: {:#?}\n{after:#?}", strategy.name(), told(again.view(&problem)));
            }
        }
    }
    assert!(changed > 4_000, "{changed}");
}

#[test]
fn what_one_strategy_has_met_no_other_touches() {
    let mut checked = 0;
    for input in problems(600).filter(settles_the_count) {
        let Ok(problem) = peerplan::Problem::new(&input) else { continue };
        for &first in registry() {
            let Some(plan) = planned(&problem, first, 3) else { continue };
            let problem = compiled(&applied(&input, plan.view(&problem)));
            for &second in registry() {
                let again = planned(&problem, second, 5).expect("what is there is valid");
                let (steps, names) = (told(again.view(&problem)), (first.name(), second.name()));
                assert!(steps.is_empty(), "{names:?}: {steps:#?}\n{input:#?}");
                if second.name() != "max_min" {
                    assert_eq!(again.report().optimal, told_of_a_bound(&input).then_some(true));
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 3_000, "{checked}");
}

#[test]
fn a_lottery_leaves_alone_what_may_stay_whatever_its_limits_are() {
    let (mut drawn, mut late) = (0, 0);
    for name in ["random_limited", "perturbed"] {
        let strategy = by_name(name).expect("listed");
        for (n, k) in [(6, 2), (9, 3), (20, 3)] {
            let mut input = full_class(n, k);
            let limited = |problem: &Problem, seed| {
                let parameters = [(String::from("limit"), Micros(700_000))].into();
                let choice = StrategyChoice { name: String::from(name), seed, parameters };
                let solution = strategy.assign(problem, &mut Run::of(&choice)).expect("feasible");
                (Plan::diff(problem, &solution).steps().len(), solution.marginals.expect("drawn by lot"))
            };
            assert_eq!(limited(&compiled(&input), 3).0, 0, "{name}: {n}, {k}");
            input.students.push(Student::new(2_000));
            input.submissions.push(Submission::by(5_000, 2_000));
            let problem = compiled(&input);
            let steps = limited(&problem, 4).0;
            assert!(steps <= 3 * usize::try_from(k).expect("small"), "{name}: {n}, {k}: {steps}");
            late += steps;
            // Limits hold for all that is drawn: without reviews, for everything.
            input.peer_reviews.clear();
            let problem = compiled(&input);
            let marginals = limited(&problem, 5).1;
            let most = marginals.pairs().iter().map(|&(.., share)| share).max().expect("pairs");
            assert!(u64::from(most) * 10 <= u64::from(marginals.whole()) * 7, "{most} of {}", marginals.whole());
            drawn += marginals.pairs().len();
        }
    }
    assert!(drawn > 100 && late > 0, "{drawn} {late}");
}

/// A class of `n` in which everybody reviews the next `k`, without reviews of one's own section mate.
fn full_class(n: u64, k: u64) -> Input {
    let mut input = Input {
        students: (0..n).map(|id| Student::new(1_000 + id)).collect(),
        submissions: (0..n).map(|id| Submission::by(4_000 + id, 1_000 + id)).collect(),
        ..Input::default()
    };
    input.policy.reviews_per_student = Bound::exactly(k);
    input.policy.existing = Existing::Rebalance;
    input.peer_reviews = (0..n * k)
        .map(|place| PeerReview {
            id: Some((9_000 + place).into()),
            user_id: None,
            assessor_id: (1_000 + place / k).into(),
            asset_id: (4_000 + (place / k + 1 + place % k) % n).into(),
            workflow_state: WorkflowState::Assigned,
        })
        .collect();
    input
}

#[test]
fn one_late_student_moves_as_many_reviews_as_the_student_gives() {
    for n in [5, 8, 13, 27, 60] {
        for k in 1..=3 {
            let mut input = full_class(n, k);
            for &strategy in registry() {
                let steps = planned(&compiled(&input), strategy, 1).expect("feasible").steps().len();
                assert_eq!(steps, 0, "{}: {n}, {k}", strategy.name());
            }
            input.students.push(Student::new(2_000));
            input.submissions.push(Submission::by(5_000, 2_000));
            let problem = compiled(&input);
            for &strategy in registry() {
                let plan = planned(&problem, strategy, 1).expect("feasible");
                // The newcomer's submission takes k reviews from k others, who give one less elsewhere; there the
                // newcomer steps in.
                let (created, deleted) = (plan.report().created, plan.report().deleted);
                assert_eq!((created, deleted), (2 * k, k), "{}: {n}, {k}", strategy.name());
                let spread = plan.view(&problem).report().per_submission;
                assert_eq!((spread.min, spread.max), (k, k), "{}: {n}, {k}", strategy.name());
            }
        }
    }
}
