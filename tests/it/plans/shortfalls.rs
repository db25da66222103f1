//! What is missing is spread as evenly as can be, and says what stands in the way.

use std::collections::BTreeSet;

use peerplan::input::{Bound, CopyRule, Demand, Reciprocal, Shortfall, Student, Submission};
use peerplan::plan::{OperationRecord, PlanView, Records, ShortfallRecord, Side};
use peerplan::random::{Purpose, Random};
use peerplan::strategy::registry;
use peerplan::{Id, Input, Problem};

use super::{compiled, planned};
use crate::instances::{samples, small};
use crate::oracle::facts::Fate;
use crate::oracle::{Assignment, Facts};

/// Kept and created reviews that count.
fn resulting(facts: &Facts<'_>, view: PlanView<'_>) -> Assignment {
    let created = view.operations().filter(|operation| matches!(operation, OperationRecord::Create { .. }));
    let created = created.map(|operation| *operation.peer_review());
    let pairs = view.kept().chain(created).map(|review| (review.assessor_id.clone(), review.asset_id.clone()));
    pairs.filter(|pair| facts.fates.get(pair) != Some(&Fate::Ghost)).collect()
}

/// The words for a shortfall, from the input and the resulting reviews alone.
fn words(facts: &Facts<'_>, result: &Assignment, record: &ShortfallRecord) -> String {
    let rules = facts.rules;
    let input = rules.input;
    let given = |id: &Id| result.iter().filter(|pair| pair.0 == *id).count() as u64;
    let received = |id: &Id| result.iter().filter(|pair| pair.1 == *id).count() as u64;
    let has_copy = |assessor: &Id, of: &Submission| {
        input.policy.same_work_once == CopyRule::Once
            && rules.copies(of).any(|copy| result.contains(&(assessor.clone(), copy.id.clone())))
    };
    let id = &record.id;
    // The other side of each eligible pair: whether it is chosen, whether another copy is, whether it has its maximum.
    let mut pairs: Vec<(bool, bool, bool)> = Vec::new();
    match record.kind {
        Side::Student => {
            let student = rules.student(id).expect("listed");
            for submission in input.submissions.iter().filter(|submission| rules.eligible(student, submission)) {
                let max = rules.submission_bound(submission).max;
                let chosen = result.contains(&(id.clone(), submission.id.clone()));
                pairs.push((chosen, has_copy(id, submission), max.is_some_and(|max| received(&submission.id) >= max)));
            }
        }
        Side::Submission => {
            let submission = rules.submission(id);
            for student in input.students.iter().filter(|student| rules.eligible(student, submission)) {
                let max = rules.student_bound(student).max;
                let chosen = result.contains(&(student.id.clone(), id.clone()));
                let copy = has_copy(&student.id, submission);
                pairs.push((chosen, copy, max.is_some_and(|max| given(&student.id) >= max)));
            }
        }
        Side::Work => unreachable!("the problems have no bounds on works"),
    }
    let count = pairs.len();
    let others: Vec<_> = pairs.iter().filter(|(chosen, ..)| !chosen).collect();
    let copies = others.iter().filter(|(_, copy, _)| *copy).count();
    let full = others.iter().filter(|(_, copy, full)| !copy && *full).count();
    assert_eq!(copies + full, others.len(), "one more review would be one less that is missing");
    let all_full = pairs.iter().all(|(.., full)| *full);
    match (record.kind, others.len(), copies) {
        (Side::Student, ..) if count == 0 => format!("there is no submission that student {id} may review"),
        (Side::Student, 0, _) if count == 1 => format!("student {id} may review only 1 submission"),
        (Side::Student, 0, _) => format!("student {id} may review only {count} submissions"),
        (Side::Student, _, 0) => {
            let other = if others.len() < count { " other" } else { "" };
            format!("no room: every{other} submission that student {id} may review has its maximum")
        }
        (Side::Student, others, copies) if others == copies => {
            format!("every other submission that student {id} may review is a copy of a work the student reviews")
        }
        (Side::Student, ..) => format!(
            "no room: every other submission that student {id} may review has its maximum, or is a copy of a work the \
             student reviews"
        ),
        (Side::Submission, ..) if count == 0 => "nobody may review it".into(),
        (Side::Submission, 0, _) if count == 1 => "only 1 student may review it".into(),
        (Side::Submission, 0, _) => format!("only {count} students may review it"),
        (Side::Submission, _, 0) if all_full && count == 1 => {
            "the only student who may review it already gives the maximum".into()
        }
        (Side::Submission, _, 0) if all_full => {
            format!("all {count} students who may review it already give their maximum")
        }
        (Side::Submission, 1, 0) => "the only other student who may review it already gives the maximum".into(),
        (Side::Submission, others, 0) => {
            format!("the {others} other students who may review it already give their maximum")
        }
        (Side::Submission, others, copies) if others == copies => {
            "all others who may review it review another copy of the work".into()
        }
        (Side::Submission, ..) => {
            "all others who may review it give their maximum, or review another copy of the work".into()
        }
        (Side::Work, ..) => unreachable!("the problems have no bounds on works"),
    }
}

#[test]
fn every_shortfall_says_what_stands_in_the_way() {
    let mut said = BTreeSet::new();
    let mut told = 0;
    for mut input in samples(small(), 2_500) {
        input.policy.shortfall = Shortfall::Partial;
        input.policy.reviews_per_work = None;
        input.policy.reciprocal = Reciprocal::Avoid;
        let Ok(problem) = Problem::new(&input) else { continue };
        let facts = Facts::new(&input);
        for &strategy in registry() {
            let Some(plan) = planned(&problem, strategy, 4) else { continue };
            let result = resulting(&facts, plan.view(&problem));
            for record in plan.shortfalls() {
                let expected = words(&facts, &result, record);
                assert_eq!(record.reason, expected, "{}: {result:?}\n{input:#?}", strategy.name());
                let id = record.id.to_string();
                said.insert(expected.replace(&id, "").replace(|letter: char| letter.is_ascii_digit(), "").len());
                told += 1;
            }
        }
    }
    assert!(told > 2_000 && said.len() >= 8, "{told}, {said:?}");
}

/// Up to 30 students and submissions, of whom somebody may review half, with few reviews to give.
fn scarce(seed: u64) -> Input {
    let mut random = Random::new(seed, Purpose::Generate);
    let mut draw = |below: u64| random.below(below);
    let (n, m) = (6 + draw(25), 4 + draw(25));
    let mut input = Input {
        students: (0..n).map(Student::new).collect(),
        submissions: (0..m).map(|id| Submission::new(100 + id)).collect(),
        ..Input::default()
    };
    for submission in &mut input.submissions {
        submission.sections = Some((0..3).filter(|_| draw(2) == 0).map(Id::from).collect());
    }
    for student in &mut input.students {
        student.sections = vec![draw(3).into()];
    }
    input.policy.section = peerplan::input::Relation::Same;
    input.policy.reviews_per_student = Bound::between(0, 1 + draw(2));
    input.policy.reviews_per_submission = Demand::Within(Bound::between(2 + draw(3), 6));
    input.policy.shortfall = Shortfall::Partial;
    input
}

/// Nothing is gained by handing one review on: whoever lacks two more than another could not have had one of its reviews.
#[test]
fn nobody_goes_without_where_another_could_share() {
    let (mut uneven, mut short) = (0, 0);
    for seed in 0..60 {
        let input = scarce(seed);
        let problem = compiled(&input);
        let facts = Facts::new(&input);
        for &strategy in registry() {
            let plan = planned(&problem, strategy, seed).expect("partial");
            let result = resulting(&facts, plan.view(&problem));
            let lack = |submission: &Submission| {
                let received = result.iter().filter(|pair| pair.1 == submission.id).count() as u64;
                facts.rules.submission_bound(submission).min.saturating_sub(received)
            };
            let lacks: Vec<u64> = input.submissions.iter().map(lack).collect();
            short += lacks.iter().filter(|&&lack| lack > 0).count();
            for (poor, &more) in input.submissions.iter().zip(&lacks) {
                for (rich, _) in input.submissions.iter().zip(&lacks).filter(|(_, less)| **less + 2 <= more) {
                    uneven += 1;
                    let share = result.iter().filter(|pair| pair.1 == rich.id).find(|(assessor, _)| {
                        facts.rules.eligible_pair(assessor, &poor.id)
                            && !result.contains(&(assessor.clone(), poor.id.clone()))
                    });
                    assert_eq!(share, None, "{}: {} and {}", strategy.name(), poor.id, rich.id);
                }
            }
        }
    }
    assert!(uneven > 200 && short > 500, "{uneven}, {short}");
}

#[test]
fn four_reviews_for_two_who_want_three_are_two_each() {
    let mut input = Input {
        students: (1..=4).map(Student::new).collect(),
        submissions: vec![Submission::new(11), Submission::new(12)],
        ..Input::default()
    };
    input.policy.reviews_per_student = Bound::between(0, 1);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(3));
    input.policy.shortfall = Shortfall::Partial;
    let problem = compiled(&input);
    for &strategy in registry() {
        for seed in 0..10 {
            let plan = planned(&problem, strategy, seed).expect("partial");
            let said = plan.shortfalls().iter().map(|record| (record.got, record.reason.as_str())).collect::<Vec<_>>();
            assert_eq!(said, [(2, "all 4 students who may review it already give their maximum"); 2]);
        }
    }
}
