//! What seeds do: every optimum is reached, nothing else is, and symmetric pairs are equally likely.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::input::{Bound, Reciprocal, Student, Submission};
use peerplan::strategy::by_name;
use peerplan::{Id, Input, Problem};

use super::{compiled, planned, resulting};
use crate::instances::{samples, small};
use crate::oracle::{Assignment, Facts};

/// Seeds after which an optimum that was not met is taken for unreachable.
const SEEDS: u64 = 600;

#[test]
fn seeds_reach_every_optimum_and_nothing_else() {
    let allowing = |mut input: Input| {
        input.policy.reciprocal = Reciprocal::Allow;
        input
    };
    let mut tied = 0;
    for input in samples(small(), 500).into_iter().map(allowing) {
        let facts = Facts::new(&input);
        let Some(optimum) = facts.optimum().filter(|optimum| (2..=12).contains(&optimum.assignments.len())) else {
            continue;
        };
        tied += 1;
        let problem = compiled(&input);
        for name in ["random", "matching"] {
            let strategy = by_name(name).expect("listed");
            let mut reached: BTreeSet<Assignment> = BTreeSet::new();
            for seed in 0..SEEDS {
                let plan = planned(&problem, strategy, seed).expect("feasible");
                reached.insert(resulting(&input, plan.view(&problem)));
                if reached.len() == optimum.assignments.len() && seed > 30 {
                    break;
                }
            }
            assert_eq!(reached, optimum.assignments, "{name}: {input:#?}");
        }
    }
    assert!(tied > 80, "{tied}");
}

#[test]
fn seeds_reach_every_assignment_of_the_greatest_total_score_and_nothing_else() {
    const MOST: usize = 13;
    let allowing = |mut input: Input| {
        input.policy.reciprocal = Reciprocal::Allow;
        input
    };
    let strategy = by_name("max_affinity").expect("listed");
    let mut tied = 0;
    for input in samples(small(), 500).into_iter().map(allowing) {
        let facts = Facts::new(&input);
        let found = facts.of_greatest_affinity(MOST).filter(|found| (2..MOST).contains(&found.len()));
        let Some(found) = found else { continue };
        tied += 1;
        let (problem, optima) = (compiled(&input), found.into_iter().collect::<BTreeSet<Assignment>>());
        let mut reached: BTreeSet<Assignment> = BTreeSet::new();
        for seed in 0..SEEDS {
            let plan = planned(&problem, strategy, seed).expect("feasible");
            reached.insert(resulting(&input, plan.view(&problem)));
            if reached.len() == optima.len() && seed > 30 {
                break;
            }
        }
        assert_eq!(reached, optima, "{input:#?}");
    }
    assert!(tied > 60, "{tied}");
}

/// Student `i` owns submission `100 + i`; everybody reviews `reviews`.
fn class(students: u64, reviews: u64) -> Input {
    let mut input = Input {
        students: (0..students).map(Student::new).collect(),
        submissions: (0..students).map(|id| Submission::by(100 + id, id)).collect(),
        ..Input::default()
    };
    input.policy.reviews_per_student = Bound::exactly(reviews);
    input
}

/// How far the counts of pairs lie from equal: the sum of squared deviations over the expectation, divided by 1 − p.
fn deviation(input: &Input, probability: f64) -> f64 {
    const RUNS: u32 = 4_000;
    let problem: Problem = compiled(input);
    let random = by_name("random").expect("listed");
    let facts = Facts::new(input);
    let mut counts: BTreeMap<(Id, Id), u32> = facts.free.iter().map(|pair| (pair.clone(), 0)).collect();
    for seed in 0..u64::from(RUNS) {
        let plan = planned(&problem, random, seed).expect("feasible");
        for pair in resulting(input, plan.view(&problem)) {
            *counts.get_mut(&pair).expect("eligible") += 1;
        }
    }
    let expected = f64::from(RUNS) * probability;
    let squares = counts.values().map(|&count| (f64::from(count) - expected).powi(2)).sum::<f64>();
    squares / (expected * (1.0 - probability))
}

#[test]
fn every_pair_is_equally_likely_in_a_class_without_groups() {
    // 42 pairs of probability 1/3 with 13 independent sums given: 29 degrees of freedom, stretched by 42/29. A
    // chi-square of 29 degrees above 66 has probability 0.0001.
    let deviation = deviation(&class(7, 2), 2.0 / 6.0);
    assert!(deviation < 66.0 * 42.0 / 29.0, "{deviation}");
}

#[test]
fn every_pair_is_equally_likely_in_a_class_of_groups_of_two() {
    let mut input = class(8, 2);
    for (at, student) in (0..).zip(&mut input.students) {
        student.groups = vec![Id::from(at / 2)];
    }
    // 48 pairs of probability 1/3 with 15 independent sums given: 33 degrees of freedom, 0.0001 above 72.
    let deviation = deviation(&input, 2.0 / 6.0);
    assert!(deviation < 72.0 * 48.0 / 33.0, "{deviation}");
}
