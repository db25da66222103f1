//! The same problem in other words: orders do not matter, and ids only by their order.

use std::collections::BTreeMap;

use peerplan::Id;
use peerplan::input::Input;
use peerplan::strategy::registry;

use super::{binding, compiled, for_all, planned, result, written};
use crate::instances::{permute, relabel_any, relabel_in_order, small};
use crate::oracle::{Assignment, Facts};

const CASES: u32 = 1_000;

#[test]
fn the_order_of_arrays_changes_no_byte() {
    for_all(small(), CASES, |input| {
        let problem = compiled(input);
        for seed in 0..3 {
            let permuted = compiled(&permute(input, seed));
            for &strategy in registry() {
                let (ours, theirs) = (planned(&problem, strategy, seed), planned(&permuted, strategy, seed));
                match (ours, theirs) {
                    (Ok(ours), Ok(theirs)) => {
                        assert_eq!(
                            written(ours.view(&problem)),
                            written(theirs.view(&permuted)),
                            "{}",
                            strategy.name()
                        );
                    }
                    (ours, theirs) => assert_eq!(ours.err(), theirs.err(), "{}", strategy.name()),
                }
            }
        }
    });
}

#[test]
fn ids_in_the_same_order_get_the_same_plan() {
    for_all(small(), CASES, |input| {
        let (relabelled, map) = relabel_in_order(input);
        for &strategy in registry() {
            let ours = result(input, strategy, 5).map(|pairs| renamed(&pairs, &map));
            let theirs = result(&relabelled, strategy, 5);
            assert_eq!(ours.ok(), theirs.ok(), "{}", strategy.name());
        }
    });
}

#[test]
fn other_ids_change_no_total() {
    for_all(small(), CASES, |input| {
        let figures = |input: &Input| {
            let facts = Facts::new(input);
            let goals = |pairs: &Assignment, strategy| binding(facts.objective(pairs), strategy, &facts);
            let of = |&strategy| result(input, strategy, 5).map(|pairs| goals(&pairs, strategy));
            registry().iter().map(|strategy| of(strategy).ok()).collect::<Vec<_>>()
        };
        assert_eq!(figures(input), figures(&relabel_any(input, 1).0));
    });
}

fn renamed(pairs: &Assignment, map: &BTreeMap<Id, Id>) -> Assignment {
    pairs.iter().map(|(assessor, asset)| (map[assessor].clone(), map[asset].clone())).collect()
}
