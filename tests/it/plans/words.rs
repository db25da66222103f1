//! Every step says why, and what it says is so.

use peerplan::input::{Existing, RuleKind, WorkflowState};
use peerplan::strategy::registry;
use peerplan::{Id, Input, Problem};

use super::{planned, told};
use crate::instances::{permute, samples, small};
use crate::oracle::Facts;
use crate::oracle::facts::Fate;

/// Two numbers in words such as `submission 7 has 1 of 3 reviews`.
fn share(words: &str) -> Option<(u64, u64)> {
    let (before, after) = words.split_once(" of ")?;
    let got = before.rsplit(' ').next()?.parse().ok()?;
    Some((got, after.split(' ').next()?.parse().ok()?))
}

/// Reviews that existed before, and could stay.
fn before(facts: &Facts<'_>, counts: impl Fn(&(Id, Id)) -> bool) -> u64 {
    let stand = facts.fates.iter().filter(|(_, fate)| matches!(fate, Fate::Fixed | Fate::Movable));
    stand.filter(|(pair, _)| counts(pair)).count() as u64
}

fn check_create(facts: &Facts<'_>, assessor: &Id, asset: &Id, why: &str) {
    let input = facts.rules.input;
    let submission = facts.rules.submission(asset);
    let gave = before(facts, |pair| pair.0 == *assessor);
    let had = before(facts, |pair| pair.1 == *asset);
    let must = facts.rules.covering(RuleKind::MustReview, assessor, submission).next().is_some();
    if input.peer_reviews.is_empty() {
        assert_eq!(why, "first allocation");
    } else if let Some(rest) = why.strip_prefix("in place of ") {
        let gone = |review: &&peerplan::input::PeerReview| {
            let id = review.assessor_id.to_string();
            review.asset_id == *asset && rest.split([' ', ',']).any(|word| word == id)
        };
        let review = input.peer_reviews.iter().find(gone).expect("a review of the submission");
        assert_eq!(rest.ends_with("who has left"), facts.rules.student(&review.assessor_id).is_none(), "{why}");
        assert_eq!(review.workflow_state, WorkflowState::Assigned);
    } else if why == "a must_review rule asks for it" {
        assert!(must);
    } else if why == format!("assessor {assessor} has no reviews yet") {
        assert!(input.peer_reviews.iter().all(|review| review.assessor_id != *assessor));
    } else if why == format!("submission {asset} has no reviews yet") {
        assert!(input.peer_reviews.iter().all(|review| review.asset_id != *asset));
    } else if why.starts_with(&format!("submission {asset} has ")) {
        assert_eq!(share(why), Some((had, facts.rules.submission_bound(submission).min)));
    } else if why.starts_with(&format!("student {assessor} gives ")) {
        let student = facts.rules.student(assessor).expect("listed");
        assert_eq!(share(why), Some((gave, facts.rules.student_bound(student).min)));
    } else {
        assert_eq!(why, "evens out received reviews");
        let names =
            |id: &Id| input.peer_reviews.iter().any(|review| review.assessor_id == *id || review.asset_id == *id);
        assert!(names(assessor) && names(asset));
    }
}

fn check_delete(facts: &Facts<'_>, assessor: &Id, asset: &Id, why: &str) {
    let rules = facts.rules;
    let submission = rules.submission(asset);
    match facts.fates[&(assessor.clone(), asset.clone())] {
        Fate::Movable if rules.input.policy.existing == Existing::Replace => {
            assert_eq!(why, "replaced by the new assignment");
        }
        Fate::Movable => {
            let grounds =
                ["moved so that ", " would give ", " would have ", " had ", " reviews another copy of the same work"];
            assert!(grounds.iter().any(|ground| why.contains(ground)), "{why}");
            if let Some((_, rest)) = why.split_once(" where at most ") {
                let student = rules.student(assessor).expect("movable");
                let bound = if why.starts_with("assessor") {
                    rules.student_bound(student)
                } else {
                    rules.submission_bound(submission)
                };
                let max = bound.max.expect("a maximum").to_string();
                assert_eq!(rest, format!("{max} are allowed"));
            }
        }
        Fate::Dropped => {
            let student = rules.student(assessor);
            let covered = |kind| rules.covering(kind, assessor, submission).next().is_some();
            let expected = match student {
                None => "is not among the students any more",
                Some(student) if !rules.may_review(student) => "may not review any more",
                Some(_) if !rules.handed_in(submission) => "does not count as handed in any more",
                Some(_) if rules.authors(submission).contains(assessor) => "is an author of",
                Some(_) if why.contains(" share ") || why.contains(" same ") || why.contains(" has left ") => return,
                Some(_) if covered(RuleKind::MustNotReview) => "a must_not_review rule stands against it",
                Some(_) if why.contains("score") => "has no score for",
                Some(_) => "has reviewed an author of",
            };
            assert!(why.contains(expected), "{why}");
        }
        Fate::Fixed | Fate::Ghost => panic!("a review that stays is deleted"),
    }
}

#[test]
fn every_step_says_why_and_it_is_so() {
    let mut steps = 0;
    for input in samples(small(), 3_000) {
        let Ok(problem) = Problem::new(&input) else { continue };
        let facts = Facts::new(&input);
        for &strategy in registry() {
            let Some(plan) = planned(&problem, strategy, 1) else { continue };
            for (op, assessor, asset, why) in told(plan.view(&problem)) {
                steps += 1;
                if op == "create" {
                    check_create(&facts, &assessor, &asset, &why);
                } else {
                    check_delete(&facts, &assessor, &asset, &why);
                }
            }
        }
    }
    assert!(steps > 10_000, "{steps}");
}

#[test]
fn the_order_of_arrays_changes_no_word() {
    let existing = |input: &Input| !input.peer_reviews.is_empty();
    for input in samples(small(), 600).iter().filter(|input| existing(input)) {
        let Ok(problem) = Problem::new(input) else { continue };
        let other = Problem::new(&permute(input, 9)).expect("the same problem");
        for &strategy in registry() {
            let words = |problem: &Problem| Some(told(planned(problem, strategy, 1)?.view(problem)));
            assert_eq!(words(&problem), words(&other));
        }
    }
}
