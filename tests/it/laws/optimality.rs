//! Valid, and the best: by the verifier, by the oracle, by the proof.

use peerplan::input::{Existing, Reciprocal};
use peerplan::plan::{OperationRecord, Records};
use peerplan::strategy::{by_name, registry};
use peerplan::{Certificate, Id, Input, Problem};

use super::{PLAIN, binding, check_plan, check_proof, compiled, for_all, planned, result, resulting};
use crate::instances::small;
use crate::oracle::Facts;

const CASES: u32 = 4_000;

#[test]
fn generated_problems_are_accepted_and_read_as_the_oracle_reads_them() {
    for_all(small(), CASES, |input| {
        let problem = compiled(input);
        let facts = Facts::new(input);
        let student = |id: &Id| (0..problem.students()).find(|&at| problem.student_id(at) == id).expect("listed");
        let asset = |id: &Id| (0..problem.submissions()).find(|&at| problem.submission_id(at) == id).expect("listed");
        for submission in &input.submissions {
            let j = asset(&submission.id);
            assert_eq!(problem.is_handed_in(j), facts.rules.handed_in(submission), "{:?}", submission.id);
            assert_eq!(problem.submission_bound(j), facts.rules.submission_bound(submission), "{:?}", submission.id);
        }
        for person in &input.students {
            let i = student(&person.id);
            assert_eq!(problem.may_review(i), facts.rules.may_review(person), "{:?}", person.id);
            assert_eq!(problem.student_bound(i), facts.rules.student_bound(person), "{:?}", person.id);
            for submission in &input.submissions {
                let eligible = problem.eligible(i, asset(&submission.id));
                assert_eq!(eligible, facts.rules.eligible(person, submission), "{:?} {:?}", person.id, submission.id);
            }
        }
        let nothing_asked = problem.warnings().items().iter().any(|warning| warning.code == "nothing_asked");
        assert_eq!(nothing_asked, facts.nothing_asked());
    });
}

#[test]
fn a_contradictory_must_is_refused() {
    for_all(small(), 1_000, |input| {
        for rule in &input.rules {
            let mut input = input.clone();
            let mut must = rule.clone();
            (must.kind, must.weight) = (peerplan::input::RuleKind::MustReview, 1);
            input.rules.push(must);
            let facts = Facts::new(&input);
            if facts.unclear.is_empty() {
                assert_eq!(Problem::new(&input).is_err(), !facts.contradictions.is_empty(), "{rule:?}");
            }
        }
    });
}

#[test]
fn every_plan_is_valid_and_every_refusal_is_proven() {
    for_all(small(), CASES, |input| {
        let problem = compiled(input);
        let facts = Facts::new(input);
        let feasible = facts.optimum().is_some();
        for &strategy in registry() {
            match planned(&problem, strategy, 3) {
                Ok(plan) => {
                    check_plan(input, strategy, plan.view(&problem));
                    assert!(facts.valid(&resulting(input, plan.view(&problem))), "{}", strategy.name());
                    assert!(feasible, "{}", strategy.name());
                }
                Err(proof) => {
                    check_proof(&facts, &proof);
                    assert!(!feasible, "{}", strategy.name());
                }
            }
        }
    });
}

#[test]
fn every_strategy_reaches_the_shared_goals() {
    for_all(small(), CASES, shared_goals_are_reached);
}

pub(super) fn shared_goals_are_reached(input: &Input) {
    let facts = Facts::new(input);
    let Some(optimum) = facts.optimum() else { return };
    for &strategy in registry() {
        let reached = result(input, strategy, 1).expect("feasible");
        let goals = facts.objective(&reached);
        let (goals, best) = (binding(goals, strategy, &facts), binding(optimum.objective, strategy, &facts));
        assert_eq!(goals, best, "{}: {reached:?}", strategy.name());
        if PLAIN.contains(&strategy.name()) && optimum.complete {
            assert!(optimum.assignments.contains(&reached), "{}: {reached:?}", strategy.name());
        }
    }
}

#[test]
fn the_greatest_affinity_is_the_oracles() {
    for_all(small(), CASES, greatest_affinity_is_reached);
}

pub(super) fn greatest_affinity_is_reached(input: &Input) {
    let strategy = by_name("max_affinity").expect("listed");
    let facts = Facts::new(input);
    let Some((affinity, best)) = facts.greatest_affinity() else { return };
    let reached = facts.tally(&result(input, strategy, 1).expect("feasible"));
    assert_eq!((reached.affinity, reached.total), (affinity, facts.tally(&best).total));
}

#[test]
fn the_worst_off_submission_has_what_the_oracle_finds_and_so_have_the_others() {
    let Some(strategy) = by_name("max_min") else { return };
    let (mut scored, mut proven) = (0_u32, 0_u32);
    let counts = std::cell::RefCell::new((&mut scored, &mut proven));
    for_all(small(), CASES, |input| {
        let facts = Facts::new(input);
        if facts.longest_forbidden().is_some() {
            return;
        }
        let Some(best) = facts.best_for_the_worst() else { return };
        let problem = compiled(input);
        let plan = planned(&problem, strategy, 1).expect("feasible");
        let reached = facts.sums(&resulting(input, plan.view(&problem)));
        assert_eq!(reached, best);
        let mut counts = counts.borrow_mut();
        *counts.0 += u32::from(best.first() != best.last());
        if let Some(Certificate::WorstOff(proof)) = plan.certificate() {
            assert_eq!(Some(&proof.worst_units), best.first());
            assert!(proof.upper_bound_units >= proof.worst_units);
            *counts.1 += 1;
        }
    });
    assert!(scored > 300 && proven > 30, "{scored} {proven}");
}

#[test]
fn as_few_reciprocal_pairs_are_left_as_can_be() {
    let avoiding = |mut input: Input| {
        input.policy.reciprocal = Reciprocal::Avoid;
        input
    };
    for_all(proptest::strategy::Strategy::prop_map(small(), avoiding), CASES, |input| {
        let facts = Facts::new(input);
        let Some(optimum) = facts.optimum().filter(|optimum| optimum.complete) else { return };
        for strategy in PLAIN.into_iter().filter_map(by_name) {
            for seed in 0..2 {
                let reached = result(input, strategy, seed).expect("feasible");
                assert_eq!(facts.reciprocal_pairs(&reached), optimum.reciprocal_pairs, "{}", strategy.name());
            }
        }
    });
}

#[test]
fn keeping_deletes_nothing_and_nothing_asked_changes_nothing() {
    for_all(small(), CASES, |input| {
        let problem = compiled(input);
        let nothing_asked = Facts::new(input).nothing_asked();
        for &strategy in registry() {
            let Ok(plan) = planned(&problem, strategy, 0) else { continue };
            let view = plan.view(&problem);
            let deletes = |operation| matches!(operation, OperationRecord::Delete { .. });
            assert!(input.policy.existing != Existing::Keep || !view.operations().any(deletes));
            assert!(!nothing_asked || view.operations().all(deletes));
        }
    });
}
