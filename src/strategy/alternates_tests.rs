use alloc::vec::Vec;

use super::*;
use crate::generate::{Options, generate};
use crate::input::{Bound, Demand, Micros, Reciprocal, StrategyChoice};
use crate::strategy::{RandomLimited, Run, Strategy as _, registry};

fn problem(seed: u64) -> Problem {
    let options = Options { seed, students: 24, affinities: 12, ..Options::default() };
    let mut input = generate(&options).expect("options in range");
    input.policy.reviews_per_student = Bound::between(0, 4);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(2));
    input.policy.reciprocal = [Reciprocal::Allow, Reciprocal::Forbid][usize::try_from(seed % 2).expect("small")];
    Problem::new(&input).expect("sound")
}

#[test]
fn alternates_could_step_in_one_by_one_and_have_room_for_all() {
    for seed in 0..6 {
        let problem = problem(seed);
        for strategy in registry() {
            let solution = strategy.assign(&problem, &mut Run::new(seed)).expect("feasible");
            let found = alternates(&problem, &solution, 3);
            let mut room = room(&problem, &solution);
            for (submission, students) in &found {
                assert!((1..=3).contains(&students.len()));
                let scores = students.iter().map(|&student| problem.score(student as usize, *submission as usize));
                let scores: Vec<i64> = scores.map(|score| score.unwrap_or(0)).collect();
                assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
                for &student in students {
                    assert!(problem.is_free(student as usize, *submission as usize));
                    assert!(!solution.assignment.contains(student as usize, *submission as usize));
                    assert!(room[student as usize] > 0);
                    room[student as usize] -= 1;
                    if let Some(mut rule) = Rule::of(&problem) {
                        rule.put_all(&solution.assignment);
                        rule.put(student, *submission);
                        assert!(!rule.closes(student, *submission));
                    }
                }
            }
            assert!(found.len() > 4, "{}: {found:?}", strategy.name());
        }
    }
}

#[test]
fn to_be_assigned_or_to_stand_by_is_no_more_likely_than_the_limit() {
    const RUNS: u32 = 3_000;
    let problem = problem(2);
    let limit = Micros(400_000);
    let choice = |seed| StrategyChoice {
        name: "random_limited".into(),
        seed,
        parameters: [("limit".into(), limit)].into_iter().collect(),
    };
    let mut counts = alloc::vec![0_u32; problem.students() * problem.submissions()];
    for seed in 0..u64::from(RUNS) {
        let choice = choice(seed);
        let mut solution = RandomLimited.assign(&problem, &mut Run::of(&choice)).expect("feasible");
        solution.strategy = choice;
        let stand_by = alternates(&problem, &solution, 24);
        let pairs = solution.assignment.pairs();
        let alternates = stand_by.iter().flat_map(|(j, students)| students.iter().map(|&i| (i as usize, *j as usize)));
        for (i, j) in pairs.chain(alternates) {
            counts[i * problem.submissions() + j] += 1;
        }
    }
    // Hoeffding: beyond 0.04 with probability e^(−2 · 3000 · 0.0016) for each of 576 pairs, 0.04 for all.
    let most = *counts.iter().max().expect("pairs");
    assert!(most > RUNS / 4 && f64::from(most) / f64::from(RUNS) < 0.44, "{most}");
}
