//! Problems with more pairs than are looked at one by one, with optima that are known by hand.

use std::collections::BTreeSet;
use std::ops::Range;

use peerplan::input::{
    Bound, Demand, Existing, PeerReview, Reciprocal, Relation, Rule, RuleKind, RuleTarget, Shortfall, Student,
    Submission, WorkflowState,
};
use peerplan::strategy::{AssignError, Objective, Run, Strategy, by_name, objective, registry};
use peerplan::verify::verify;
use peerplan::{CutSide, Id, Infeasible, Input, Plan, Problem};

use crate::instances::permute;

/// 2100² is far beyond the 250 000 pairs up to which all are listed.
const N: u64 = 2_100;

/// Submission i + 10 000 is that of student i.
const OFFSET: u64 = 10_000;

fn class(students: u64, reviews: Bound) -> Input {
    let mut input = Input {
        students: (0..students).map(Student::new).collect(),
        submissions: (0..students).map(|id| Submission::by(OFFSET + id, id)).collect(),
        ..Input::default()
    };
    input.policy.reviews_per_student = reviews;
    input.policy.group = Relation::Any;
    input.policy.reciprocal = Reciprocal::Allow;
    input
}

fn rule(kind: RuleKind, assessor: u64, author: u64, weight: u32) -> Rule {
    Rule { kind, assessor_id: assessor.into(), target: RuleTarget::Asset((OFFSET + author).into()), weight }
}

fn review(assessor: u64, author: u64, workflow_state: WorkflowState) -> PeerReview {
    let (assessor_id, asset_id) = (assessor.into(), (OFFSET + author).into());
    PeerReview { id: None, user_id: None, assessor_id, asset_id, workflow_state }
}

/// Plans with every strategy and returns what they all reach; given counts are for strategies without a goal of their
/// own to even.
fn reached(input: &Input) -> Objective {
    let problem = Problem::new(input).unwrap_or_else(|found| panic!("refused: {found}"));
    let of = registry().iter().map(|&strategy| {
        let solution = strategy.assign(&problem, &mut Run::new(1)).expect("feasible");
        let plan = Plan::diff(&problem, &solution);
        let verdict = verify(input, &plan.view(&problem));
        assert!(verdict.valid(), "{}: {:#?}", strategy.name(), verdict.violations);
        (strategy, objective(&problem, &solution.assignment))
    });
    let of: Vec<(&dyn Strategy, Objective)> = of.collect();
    let first = of[0].1;
    for &(strategy, reached) in &of {
        let plain = if ["round_robin", "random", "matching"].contains(&strategy.name()) { reached } else { first };
        let Objective { given_squares, spread_squares, .. } = plain;
        assert_eq!(Objective { given_squares, spread_squares, ..reached }, first, "{}", strategy.name());
    }
    first
}

/// The proofs of every strategy.
fn refused(input: &Input) -> Vec<Infeasible> {
    let problem = Problem::new(input).unwrap_or_else(|found| panic!("refused: {found}"));
    let of = registry().iter().map(|strategy| match strategy.assign(&problem, &mut Run::new(1)) {
        Err(AssignError::Infeasible(proof)) => proof.cut().expect("a cut").clone(),
        other => panic!("{}: {:?}", strategy.name(), other.map(|solution| solution.assignment.len())),
    });
    of.collect()
}

/// Checks the sums of a proof, for problems where nothing is fixed and every free pair counts.
fn check(input: &Input, proof: &Infeasible, eligible: impl Fn(&Student, &Submission) -> bool) {
    let (a, b): (BTreeSet<&Id>, BTreeSet<&Id>) = (proof.students.iter().collect(), proof.submissions.iter().collect());
    let of_student = |student: &Student| student.reviews.unwrap_or(input.policy.reviews_per_student);
    let of_submission = |submission: &Submission| match (submission.reviews, input.policy.reviews_per_submission) {
        (Some(bound), _) | (None, Demand::Within(bound)) => bound,
        (None, Demand::Balanced) => Bound::default(),
    };
    let (inside, outside): (Vec<_>, Vec<_>) = input.students.iter().partition(|student| a.contains(&student.id));
    let (named, others): (Vec<_>, Vec<_>) = input.submissions.iter().partition(|s| b.contains(&s.id));
    let pairs = outside.iter().flat_map(|student| named.iter().map(move |submission| (student, submission)));
    let pairs = pairs.filter(|(student, submission)| eligible(student, submission)).count() as u64;
    let (required, room): (u64, u64) = match proof.side {
        CutSide::Submissions => (
            named.iter().map(|submission| of_submission(submission).min).sum(),
            inside.iter().map(|student| of_student(student).max.expect("bounded")).sum(),
        ),
        CutSide::Students => (
            outside.iter().map(|student| of_student(student).min).sum(),
            others.iter().map(|submission| of_submission(submission).max.expect("bounded")).sum(),
        ),
    };
    assert_eq!((required, room + pairs), (proof.required, proof.available));
    assert!(required > room + pairs);
}

fn share_section(student: &Student, submission: &Submission) -> bool {
    let sections = submission.sections.as_deref().expect("stated");
    submission.user_id.as_ref() != Some(&student.id) && student.sections.iter().any(|id| sections.contains(id))
}

/// Puts students and their submissions into sections.
fn into_sections(input: &mut Input, section: impl Fn(u64) -> u64) {
    for (at, (student, submission)) in (0..).zip(input.students.iter_mut().zip(&mut input.submissions)) {
        student.sections = vec![section(at).into()];
        submission.sections = Some(student.sections.clone());
    }
}

#[test]
fn wishes_are_met_wherever_they_can_be() {
    let mut input = class(N, Bound::exactly(2));
    input.policy.section = Relation::PreferSame;
    into_sections(&mut input, |at| at / 3);
    // In a section of three, everybody reviews the two others; nothing else meets every wish.
    let found = reached(&input);
    assert_eq!((found.count, found.lost, found.received_squares), (2 * N, -i64::try_from(2 * N).unwrap(), 4 * N));
    // In a section of two, one of the two reviews leads out of it.
    into_sections(&mut input, |at| at / 2);
    let found = reached(&input);
    assert_eq!((found.lost, found.given_squares), (-i64::try_from(N).unwrap(), 4 * N));
}

#[test]
fn the_weightier_of_two_rules_is_kept() {
    let mut input = class(N, Bound::exactly(1));
    for pair in 0..N / 2 {
        let target = (2 * pair + 2) % N;
        input.rules.push(rule(RuleKind::ShouldReview, 2 * pair, target, 3));
        input.rules.push(rule(RuleKind::ShouldReview, 2 * pair + 1, target, 1_000_000));
        input.rules.push(rule(RuleKind::ShouldNotReview, 2 * pair, (2 * pair + 5) % N, 7));
    }
    let found = reached(&input);
    assert_eq!((found.lost, found.received_squares), (-i64::try_from(N / 2).unwrap() * 1_000_000, N));
}

#[test]
fn no_more_is_deleted_than_evenness_asks_for() {
    let mut input = class(N, Bound::exactly(1));
    input.policy.existing = Existing::Rebalance;
    // 100 review the work of 0, where one review is due; the others stand evenly.
    for assessor in 0..N {
        let author = if assessor < N - 100 { assessor + 1 } else { 0 };
        let completed = assessor % 50 == 0 && assessor < N - 100;
        let state = if completed { WorkflowState::Completed } else { WorkflowState::Assigned };
        input.peer_reviews.push(review(assessor, author, state));
    }
    let found = reached(&input);
    assert_eq!((found.deletes, found.count, found.received_squares), (99, N, N));
}

#[test]
fn whoever_joins_late_changes_as_little_as_can_be() {
    // A single one reviews three others, of whose reviewers one each turns to the new work. Two can review each other,
    // and four do without anybody else.
    for (late, deletes) in [(1, 3), (2, 4), (4, 0), (21, 0)] {
        let mut input = class(N, Bound::exactly(3));
        input.policy.existing = Existing::Rebalance;
        let before = N - late;
        for (assessor, step) in (0..before).flat_map(|assessor| (1..=3).map(move |step| (assessor, step))) {
            input.peer_reviews.push(review(assessor, (assessor + step) % before, WorkflowState::Assigned));
        }
        let found = reached(&input);
        assert_eq!((found.deletes, found.count, found.received_squares), (deletes, 3 * N, 9 * N), "{late} join");
    }
}

#[test]
fn what_leavers_leave_undone_is_dealt_anew() {
    let mut input = class(N, Bound::exactly(3));
    input.policy.existing = Existing::Rebalance;
    for (assessor, step) in (0..N).flat_map(|assessor| (1..=3).map(move |step| (assessor, step))) {
        input.peer_reviews.push(review(assessor, (assessor + step) % N, WorkflowState::Assigned));
    }
    input.students.retain(|student| !(0..21).any(|left| student.id == Id::from(100 * left)));
    for left in 0..21 {
        input.submissions[100 * left].submitted = false;
    }
    // Neighbours in the ring lack as many reviews as they have time for, and none has to be taken away.
    let found = reached(&input);
    assert_eq!((found.deletes, found.count, found.received_squares), (0, 3 * (N - 21), 9 * (N - 21)));
}

/// Sections of four works with four copies each: everybody reviews one copy of each work of the three other groups.
fn copies() -> Input {
    let mut input = class(2_112, Bound::exactly(3));
    input.policy.section = Relation::PreferSame;
    into_sections(&mut input, |at| at / 16);
    for (at, submission) in (0..).zip(&mut input.submissions) {
        submission.work_id = Some(Id::from(at / 4));
    }
    for assessor in (0..2_112).step_by(16) {
        let target = RuleTarget::User((assessor + 5).into());
        input.rules.push(Rule { kind: RuleKind::MustReview, assessor_id: assessor.into(), target, weight: 1 });
    }
    input
}

#[test]
fn copies_are_reviewed_once_and_musts_by_author_met() {
    let found = reached(&copies());
    assert_eq!((found.missing, found.lost, found.received_squares), (0, -3 * 2_112, 9 * 2_112));
}

#[test]
fn works_of_three_copies_get_what_all_students_give() {
    let mut input = class(N, Bound::between(0, 1));
    for (place, submission) in (0..).zip(&mut input.submissions) {
        submission.work_id = Some((place / 3).into());
    }
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 3));
    input.policy.reviews_per_work = Some(Bound::exactly(3));
    let reached = reached(&input);
    assert_eq!((reached.missing, reached.count, reached.spread_squares), (0, N, N));
    input.policy.reviews_per_work = Some(Bound::exactly(4));
    for proof in refused(&input) {
        let works = proof.works.len() as u64;
        assert!(works > 0 && proof.required == 4 * works && proof.available < proof.required, "{works} works");
    }
}

#[test]
fn the_order_of_arrays_changes_nothing() {
    let input = copies();
    let planned = |input: &Input| {
        let problem = Problem::new(input).expect("sound");
        let solution = by_name("matching").expect("listed").assign(&problem, &mut Run::new(3)).expect("feasible");
        solution.assignment.pairs().collect::<Vec<_>>()
    };
    assert_eq!(planned(&input), planned(&permute(&input, 1)));
}

#[test]
fn the_only_assignment_is_found() {
    let mut input = class(N, Bound::exactly(3));
    input.policy.section = Relation::Same;
    into_sections(&mut input, |at| at / 4);
    assert_eq!(reached(&input).count, 3 * N);
    // Sections of 700, and in each everybody has one partner: hardly any pair of a section is allowed.
    input.policy.reviews_per_student = Bound::exactly(1);
    into_sections(&mut input, |at| at / 700);
    input.policy.labels.insert("pair".into(), Relation::Same);
    for (at, (student, submission)) in (0_u64..).zip(input.students.iter_mut().zip(&mut input.submissions)) {
        student.labels.insert("pair".into(), vec![(at / 2).into()]);
        submission.labels = student.labels.clone();
    }
    let found = reached(&input);
    assert_eq!((found.count, found.received_squares), (N, N));
}

/// The first students stand in a section of their own, with the submissions of a range.
fn set_apart(students: u64, submissions: Range<u64>) -> Input {
    let mut input = class(N, Bound::between(0, 3));
    input.policy.section = Relation::Same;
    into_sections(&mut input, |at| 1 + at % 7);
    for student in &mut input.students[..usize::try_from(students).expect("few")] {
        student.sections = vec![0_u64.into()];
    }
    for (at, submission) in (0..).zip(&mut input.submissions) {
        if submissions.contains(&at) {
            submission.sections = Some(vec![0_u64.into()]);
        }
    }
    input
}

#[test]
fn submissions_that_only_few_may_review_are_refused_with_a_proof() {
    let mut input = set_apart(5, 0..20);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(2));
    for proof in refused(&input) {
        assert_eq!(proof.side, CutSide::Submissions);
        check(&input, &proof, share_section);
    }
    input.policy.shortfall = Shortfall::Partial;
    // 5 students give 3 each where 40 are asked for: 5 submissions get one, 10 none short of two, and so on, as even
    // as 25 missing reviews of 20 submissions can be.
    let found = reached(&input);
    assert_eq!((found.missing, found.missing_squares), (25, 15 + 5 * 4));
    // With room enough, the pairs themselves are too few.
    input.policy.shortfall = Shortfall::Error;
    input.policy.reviews_per_submission = Demand::Within(Bound::at_least(1));
    for (student, submission) in input.students[..5].iter_mut().zip(&mut input.submissions[..5]) {
        student.reviews = Some(Bound::between(0, 100));
        submission.reviews = Some(Bound::exactly(5));
    }
    for proof in refused(&input) {
        check(&input, &proof, share_section);
    }
}

#[test]
fn students_who_find_too_little_to_review_are_refused_with_a_proof() {
    let mut input = set_apart(40, 0..3);
    input.policy.reviews_per_student = Bound::exactly(2);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 20));
    for proof in refused(&input) {
        assert_eq!(proof.side, CutSide::Students);
        check(&input, &proof, share_section);
    }
}

#[test]
fn a_minimum_beyond_everything_is_refused() {
    let mut input = class(N, Bound::exactly(1));
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 3));
    input.students[7].reviews = Some(Bound::at_least(4_000_000_000));
    for proof in refused(&input) {
        check(&input, &proof, |student, submission| submission.user_id.as_ref() != Some(&student.id));
    }
}
