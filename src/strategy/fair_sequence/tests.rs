#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the numbers are small by construction"
)]

use alloc::vec::Vec;

use super::*;
use crate::assignment::Assignment;
use crate::input::{Affinity, Bound, Demand, Input, Micros, Student, Submission};
use crate::random::{Purpose, Random};

/// Reviewers without papers, and papers with the scores of all pairs.
fn conference(demands: &[u64], loads: &[u64], score: impl Fn(u64, u64) -> i64) -> Input {
    let (students, submissions) = ((0..).zip(loads), (0..).zip(demands));
    let mut input = Input {
        students: students
            .map(|(id, &max)| Student { reviews: Some(Bound::between(0, max)), ..Student::new(id) })
            .collect(),
        submissions: submissions
            .map(|(id, &demand)| Submission { reviews: Some(Bound::exactly(demand)), ..Submission::new(1_000 + id) })
            .collect(),
        ..Input::default()
    };
    input.policy.reviews_per_submission = Demand::Within(Bound::default());
    for student in 0..loads.len() as u64 {
        for submission in 0..demands.len() as u64 {
            input.affinities.push(Affinity {
                assessor_id: student.into(),
                asset_id: (1_000 + submission).into(),
                score: Micros(score(student, submission)),
                limit: None,
            });
        }
    }
    input
}

/// How many pairs violate envy-freeness up to one reviewer, by the definition.
fn violations(problem: &Problem, assignment: &Assignment) -> usize {
    let bundles = assignment.by_submission(problem.submissions());
    let value = |submission: usize, student: u32| {
        let counts = problem.eligible(student as usize, submission);
        problem.score(student as usize, submission).filter(|_| counts).unwrap_or(0).max(0)
    };
    let total =
        |submission: usize, bundle: &[u32]| bundle.iter().map(|&student| value(submission, student)).sum::<i64>();
    let mut count = 0;
    for i in 0..problem.submissions() {
        let (own, demand) = (total(i, bundles.row(i)), bundles.row(i).len() as i64);
        for j in (0..problem.submissions()).filter(|&j| j != i && !bundles.row(j).is_empty()) {
            let best = bundles.row(j).iter().map(|&student| value(i, student)).max().unwrap_or(0);
            let rest = total(i, bundles.row(j)) - best;
            count += usize::from(demand > 0 && own * (bundles.row(j).len() as i64) < rest * demand);
        }
    }
    count
}

fn assigned(input: &Input, seed: u64) -> (Problem, Assignment) {
    let problem = Problem::new(input).expect("sound");
    let solution = FairSequence.assign(&problem, &mut Run::new(seed)).expect("feasible");
    (problem, solution.assignment)
}

#[test]
fn nobody_envies_beyond_one_review_where_demands_are_equal_and_nothing_stands_against_a_pair() {
    let mut random = Random::new(1, Purpose::Generate);
    for round in 0..400 {
        let (n, m) = (3 + random.index(8), 2 + random.index(8));
        let demand = 1 + random.below(n.min(4) as u64);
        let spread = [2, 4, 1_000][random.index(3)];
        // Room to spare, a little of it, or none.
        let least = (demand * m as u64).div_ceil(n as u64);
        let loads: Vec<u64> = (0..n).map(|_| least + random.below(3)).collect();
        let scores: Vec<i64> = (0..n * m).map(|_| random.below(spread) as i64).collect();
        let input = conference(&alloc::vec![demand; m], &loads, |i, j| scores[i as usize * m + j as usize]);
        let (problem, assignment) = assigned(&input, round);
        assert_eq!(violations(&problem, &assignment), 0, "round {round}");
    }
}

#[test]
fn weighted_demands_can_make_envy_unavoidable() {
    let input = conference(&[1, 3], &[1, 1, 2], |i, j| if j == 0 { [5, 5, 0][i as usize] } else { 0 });
    let (problem, assignment) = assigned(&input, 0);
    assert_eq!(assignment.len(), 4);
    assert_eq!(violations(&problem, &assignment), 1);
}

#[test]
fn changes_of_envy_are_counted_as_all_of_it() {
    let mut random = Random::new(2, Purpose::Generate);
    for _ in 0..200 {
        let (n, m) = (3 + random.index(5), 2 + random.index(5));
        let scores: Vec<i64> = (0..n * m).map(|_| random.below(9) as i64 - 2).collect();
        let input =
            conference(&alloc::vec![1; m], &alloc::vec![m as u64; n], |i, j| scores[i as usize * m + j as usize]);
        let problem = Problem::new(&input).expect("sound");
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for student in 0..index(n) {
            pairs.extend((0..index(m)).filter(|_| random.chance(1, 2)).map(|submission| (student, submission)));
        }
        let assignment = Assignment::new(n, pairs.clone());
        let demands: Vec<u32> = (0..index(m)).map(|j| index(pairs.iter().filter(|pair| pair.1 == j).count())).collect();
        let mut bundles = Bundles::new(&problem, &assignment, demands);
        let all = |bundles: &mut Bundles| bundles.violations().iter().map(|&(_, count)| count).sum::<u64>();
        let before = all(&mut bundles);
        assert_eq!(before, violations(&problem, &assignment) as u64);
        // One reviewer moves from one bundle to another; demands stay.
        let Some(&(student, from)) = pairs.get(random.index(pairs.len().max(1))) else { continue };
        let to = random.index(m);
        if assignment.contains(student as usize, to) {
            continue;
        }
        let touched = [from, index(to)];
        let at_first = bundles.violations_at(&touched, u64::MAX).expect("as many as there are");
        bundles.take(student, from);
        bundles.put(student, index(to));
        let at_last = bundles.violations_at(&touched, u64::MAX).expect("as many as there are");
        assert_eq!(all(&mut bundles) + at_first, before + at_last);
    }
}
