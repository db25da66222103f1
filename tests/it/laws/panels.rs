//! Rules on who reviews one submission together, against the oracle.

use peerplan::input::{Panel, Reciprocal};
use peerplan::strategy::{by_name, registry};
use peerplan::{Input, Problem};
use proptest::strategy::Strategy as _;

use super::optimality::{greatest_affinity_is_reached, shared_goals_are_reached};
use super::{PLAIN, check_plan, check_proof, compiled, for_all, planned, result, resulting};
use crate::instances::crowded;
use crate::oracle::Facts;

const CASES: u32 = 2_000;

/// Problems with panels, most of them without forbidden cycles.
fn seated() -> impl proptest::strategy::Strategy<Value = Input> {
    (crowded(), 0..4_u8).prop_map(|(mut input, kind)| {
        if input.policy.panel.is_empty() {
            input.policy.panel.push(Panel { label: "sections".into(), value: None, min: None, max: Some(1) });
        }
        if kind > 0 {
            input.policy.reciprocal = if kind == 1 { Reciprocal::Avoid } else { Reciprocal::Allow };
        }
        input
    })
}

/// Whether musts break a rule on panels among themselves, which is a mistake in the input.
fn sound(input: &Input) -> bool {
    Problem::new(input).map_or_else(
        |found| {
            assert!(found.items().iter().all(|item| item.code == "panel_exceeded"), "{found:#?}");
            false
        },
        |_| true,
    )
}

#[test]
fn plans_keep_to_panels_and_refusals_are_proven() {
    let (mut feasible, mut cuts, mut searches) = (0, 0, 0);
    let counts = std::cell::RefCell::new((&mut feasible, &mut cuts, &mut searches));
    for_all(seated(), CASES, |input| {
        if !sound(input) {
            return;
        }
        let problem = compiled(input);
        let facts = Facts::new(input);
        let optimum = facts.optimum();
        for &strategy in registry() {
            match planned(&problem, strategy, 3) {
                Ok(plan) => {
                    check_plan(input, strategy, plan.view(&problem));
                    assert!(facts.valid(&resulting(input, plan.view(&problem))), "{}", strategy.name());
                    assert!(optimum.is_some(), "{}", strategy.name());
                    *counts.borrow_mut().0 += 1;
                }
                Err(proof) => {
                    check_proof(&facts, &proof);
                    assert!(optimum.is_none(), "{}", strategy.name());
                    let mut counts = counts.borrow_mut();
                    if proof.cut().is_some() { *counts.1 += 1 } else { *counts.2 += 1 }
                }
            }
        }
    });
    assert!(feasible > 1_000 && cuts > 500 && searches > 10, "{feasible} {cuts} {searches}");
}

#[test]
fn the_shared_goals_are_reached_under_panels() {
    for_all(seated(), CASES, |input| {
        if sound(input) {
            shared_goals_are_reached(input);
        }
    });
}

#[test]
fn the_greatest_affinity_under_panels_is_the_oracles() {
    for_all(seated(), CASES, |input| {
        if sound(input) {
            greatest_affinity_is_reached(input);
        }
    });
}

#[test]
fn as_few_reciprocal_pairs_are_left_under_panels_as_can_be() {
    let avoiding = seated().prop_map(|mut input: Input| {
        input.policy.reciprocal = Reciprocal::Avoid;
        input
    });
    for_all(avoiding, CASES, |input| {
        if !sound(input) {
            return;
        }
        let facts = Facts::new(input);
        let Some(optimum) = facts.optimum().filter(|optimum| optimum.complete) else { return };
        for strategy in PLAIN.into_iter().filter_map(by_name) {
            let reached = result(input, strategy, 1).expect("feasible");
            let left = facts.reciprocal_pairs(&reached);
            // None where there can be none; else as few as are found.
            assert!(left == optimum.reciprocal_pairs || optimum.reciprocal_pairs > 0, "{}", strategy.name());
        }
    });
}
