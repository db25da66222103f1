use alloc::vec::Vec;

use super::*;
use crate::generate::{Options, generate};
use crate::input::{Bound, Demand, Existing, Input};
use crate::strategy::{Matching, MaxAffinity, Objective, Strategy as _, objective};

/// Problems of many kinds, all of them with a valid assignment.
fn inputs(seed: u64) -> Vec<Input> {
    let plain = Options { seed, students: 24, affinities: 12, ..Options::default() };
    let copies = Options { group_size: 3, copies: true, ..plain.clone() };
    let moved = Options { existing_percent: 60, completed_percent: 30, ..plain.clone() };
    let make = |options: &Options| generate(options).expect("options in range");
    let mut all = alloc::vec![make(&plain), make(&copies), make(&moved)];
    for base in [&plain, &copies, &moved] {
        let mut bounds = make(base);
        bounds.policy.reviews_per_student = Bound::between(1, 4);
        bounds.policy.reviews_per_submission = Demand::Within(Bound::between(2, 5));
        bounds.policy.existing = Existing::Rebalance;
        all.push(bounds);
    }
    let mut works = make(&copies);
    works.policy.reviews_per_student = Bound::between(0, 2);
    works.policy.reviews_per_submission = Demand::Within(Bound::between(0, 2));
    works.policy.reviews_per_work = Some(Bound::exactly(3));
    all.push(works);
    all
}

fn affinity(problem: &Problem, assignment: &Assignment) -> i64 {
    assignment.pairs().map(|(student, submission)| problem.score(student, submission).unwrap_or(0)).sum()
}

#[test]
fn the_ground_meets_the_shared_goals_and_has_the_greatest_sums() {
    let (mut plain, mut forced) = (0, 0);
    for seed in 0..6 {
        for input in inputs(seed) {
            let problem = Problem::new(&input).expect("sound");
            let mut run = Run::new(seed);
            let own = Ground::of(&problem, Aim::Own, seed, &mut run).expect("feasible");
            let chosen = own.greatest("test", |pair| own.pairs[pair].score, &mut run).expect("feasible");
            let best = own.assignment(|pair| chosen.units[pair]);
            let even = Matching.assign(&problem, &mut Run::new(seed)).expect("feasible").assignment;
            let shared =
                |assignment| Objective { given_squares: 0, spread_squares: 0, ..objective(&problem, assignment) };
            assert_eq!(shared(&best), shared(&even));
            assert!(affinity(&problem, &best) >= affinity(&problem, &even));
            let free = Ground::of(&problem, Aim::Affinity, seed, &mut run).expect("feasible");
            let chosen = free.greatest("test", |pair| free.pairs[pair].score, &mut run).expect("feasible");
            let greatest = MaxAffinity.assign(&problem, &mut Run::new(seed)).expect("feasible").assignment;
            let best = free.assignment(|pair| chosen.units[pair]);
            assert_eq!(affinity(&problem, &best), affinity(&problem, &greatest));
            let program = free.program.rewarded(|pair, slices| slices.push(Slice::new(1, free.pairs[pair].score)));
            assert_eq!(program.check(&chosen), Ok(()));
            plain += usize::from(free.plain.is_some());
            forced += usize::from((0..own.pairs.len()).any(|pair| own.is_forced(pair)));
        }
    }
    assert!(plain > 6 && forced > 2, "{plain} {forced}");
}
