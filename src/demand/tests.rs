//! What a class comes to when its students ask one by one.

use alloc::vec::Vec;

use super::{Demand, Refusal};
use crate::generate::{Options, generate};
use crate::input::{Bound, Relation, Student, Submission};
use crate::random::{Purpose, Random};
use crate::{Input, Problem};

/// A class of `students` who ask in random order, one review at a time, until all have what they are to give.
fn simulate(input: &Input, reviews: usize, seed: u64) -> Vec<u32> {
    let problem = Problem::new(input).expect("a class");
    let mut demand = Demand::new(&problem, seed, |_| 0).expect("rules that can be kept");
    assert_eq!(demand.missing(), 0);
    let mut asking: Vec<usize> = (0..problem.students()).flat_map(|student| [student].repeat(reviews)).collect();
    Random::new(seed, Purpose::Generate).shuffle(&mut asking);
    for (now, student) in (0..).zip(asking) {
        let answer = demand.ask(student, 1, now, None);
        assert_eq!(answer.given.len(), 1, "{:?}", answer.refusal);
        let submission = answer.given[0] as usize;
        assert!(problem.eligible(student, submission), "{student} may review {submission}");
    }
    for student in 0..problem.students() {
        let mut held: Vec<u32> = demand.held(student).iter().map(|held| held.submission).collect();
        held.sort_unstable();
        held.dedup();
        assert_eq!(held.len(), reviews, "as many as asked for, and none twice");
    }
    (0..problem.submissions()).map(|submission| demand.received(submission)).collect()
}

fn spread(counts: &[u32]) -> u32 {
    counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0)
}

#[test]
fn a_class_of_ten_thousand_ends_even() {
    let options = Options { students: 10_000, reviews: 3, ..Options::default() };
    assert_eq!(spread(&simulate(&generate(&options).expect("a course"), 3, 1)), 0);
}

#[test]
fn classes_of_all_sizes_end_even() {
    for students in 4..40 {
        let options = Options { students, reviews: 3, ..Options::default() };
        assert_eq!(spread(&simulate(&generate(&options).expect("a course"), 3, students.into())), 0, "{students}");
    }
}

#[test]
fn sections_and_groups_end_even() {
    for seed in 0..4 {
        let options = Options { students: 120, sections: 4, group_size: 4, reviews: 3, seed, ..Options::default() };
        let mut input = generate(&options).expect("a course");
        input.policy.section = Relation::Same;
        assert_eq!(spread(&simulate(&input, 3, seed)), 0);
    }
}

#[test]
fn more_students_than_submissions_end_within_one() {
    let mut input = Input::default();
    input.students.extend((1..=100_u64).map(Student::new));
    input.submissions.extend((1..=30_u64).map(|id| Submission::by(1000 + id, id)));
    input.policy.reviews_per_student = Bound::exactly(2);
    for seed in 0..5 {
        assert!(spread(&simulate(&input, 2, seed)) <= 1);
    }
}

#[test]
fn nobody_is_left_with_his_own_work() {
    // Three students, one review each: the first choice of the second must not leave the third with his own.
    for seed in 0..40 {
        let mut input = Input::default();
        for id in 1..=3_u64 {
            input.students.push(Student::new(id));
            input.submissions.push(Submission::by(40 + id, id));
        }
        input.policy.reviews_per_student = Bound::exactly(1);
        assert_eq!(simulate(&input, 1, seed), [1, 1, 1]);
    }
}

#[test]
fn there_is_a_reason_when_there_is_nothing() {
    let mut input = Input::default();
    for id in 1..=2_u64 {
        input.students.push(Student::new(id));
        input.submissions.push(Submission::by(40 + id, id));
    }
    input.students.push(Student { can_review: false, ..Student::new(3_u64) });
    input.policy.reviews_per_student = Bound::between(1, 5);
    let problem = Problem::new(&input).expect("a class");
    let mut demand = Demand::new(&problem, 0, |_| 0).expect("rules that can be kept");
    assert_eq!(demand.ask(0, 2, 0, None).refusal, Some(Refusal::NothingFits));
    assert_eq!(demand.ask(2, 1, 0, None).refusal, Some(Refusal::MayNotReview));
    assert!(demand.withdraw_student(1));
    assert_eq!(demand.ask(1, 1, 0, None).refusal, Some(Refusal::Left));
}
