//! The generator reaches what it is meant to reach.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::Id;

use peerplan::input::{
    Admission, Bound, CopyRule, Demand, Existing, Input, Reciprocal, Relation, RuleKind, RuleTarget, Shortfall, Stance,
    Unscored, WorkflowState,
};

use super::{crowded, permute, relabel_any, relabel_in_order, samples, small};
use crate::oracle::{Assignment, Facts, facts::Fate, tests::agrees_with_all_sets};

type Shares = BTreeMap<&'static str, usize>;

fn count(shares: &mut Shares, features: &[(&'static str, bool)]) {
    for &(name, present) in features {
        *shares.entry(name).or_default() += usize::from(present);
    }
}

fn features(input: &Input, facts: &Facts<'_>) -> Vec<(&'static str, bool)> {
    let policy = &input.policy;
    let rules = |kind| input.rules.iter().filter(move |rule| rule.kind == kind);
    let by_author = |kind| rules(kind).any(|rule| matches!(rule.target, RuleTarget::User(_)));
    let fate = |wanted| facts.fates.values().any(|fate| *fate == wanted);
    let relation = |wanted| {
        policy.section == wanted || policy.group == wanted || policy.labels.values().any(|relation| *relation == wanted)
    };
    let listed = |id: &Id| input.students.iter().any(|student| student.id == *id);
    let mut works = input.submissions.iter().map(|submission| &submission.work_id);
    let has_copies = input.submissions.iter().any(|submission| {
        submission.work_id.is_some() && works.by_ref().filter(|work| **work == submission.work_id).count() > 1
    });
    let exact = |bound: Bound| bound.max == Some(bound.min);
    let can_get = |id: &Id| facts.free.iter().any(|pair| pair.1 == *id);
    vec![
        ("exact students", exact(policy.reviews_per_student)),
        ("ranged students", policy.reviews_per_student.max.is_some() && !exact(policy.reviews_per_student)),
        ("unbounded students", policy.reviews_per_student.max.is_none()),
        ("balanced", policy.reviews_per_submission == Demand::Balanced),
        ("bound on submissions", policy.reviews_per_submission != Demand::Balanced),
        ("own bound of a student", input.students.iter().any(|student| student.reviews.is_some())),
        ("own bound of a submission", input.submissions.iter().any(|submission| submission.reviews.is_some())),
        ("same", relation(Relation::Same)),
        ("different", relation(Relation::Different)),
        ("prefer same", relation(Relation::PreferSame)),
        ("prefer different", relation(Relation::PreferDifferent)),
        ("copies", has_copies),
        ("copies reviewed freely", has_copies && policy.same_work_once == CopyRule::Free),
        ("a bound on works", policy.reviews_per_work.is_some()),
        ("a bound that copies share", facts.rules.shared_works().next().is_some()),
        ("further authors", input.submissions.iter().any(|submission| !submission.authors.is_empty())),
        (
            "an author who is not listed",
            input.submissions.iter().flat_map(|s| s.user_id.iter().chain(&s.authors)).any(|id| !listed(id)),
        ),
        ("a paper of nobody", input.submissions.iter().any(|submission| submission.user_id.is_none())),
        ("not handed in", input.submissions.iter().any(|submission| !submission.submitted)),
        ("late and left out", policy.late == Admission::Exclude && input.submissions.iter().any(|s| s.late)),
        ("unsubmitted left out", policy.unsubmitted_reviewers == Admission::Exclude),
        ("cannot review", input.students.iter().any(|student| !student.can_review)),
        ("must", rules(RuleKind::MustReview).any(|_| true)),
        ("must by author", by_author(RuleKind::MustReview)),
        ("must with several copies", !facts.open_musts.is_empty()),
        ("must not", rules(RuleKind::MustNotReview).any(|_| true)),
        ("should", rules(RuleKind::ShouldReview).any(|_| true)),
        ("should not", rules(RuleKind::ShouldNotReview).any(|_| true)),
        ("weights", input.rules.iter().any(|rule| rule.weight > 1)),
        ("history avoided", policy.history == Stance::Avoid && !input.history.is_empty()),
        ("history forbidden", policy.history == Stance::Forbid && !input.history.is_empty()),
        ("existing", !input.peer_reviews.is_empty()),
        ("completed", input.peer_reviews.iter().any(|review| review.workflow_state == WorkflowState::Completed)),
        ("kept", policy.existing == Existing::Keep && fate(Fate::Fixed)),
        ("rebalanced", policy.existing == Existing::Rebalance && fate(Fate::Movable)),
        ("replaced", policy.existing == Existing::Replace && fate(Fate::Movable)),
        ("ghost", fate(Fate::Ghost)),
        ("dropped", fate(Fate::Dropped)),
        ("scores", !input.affinities.is_empty()),
        ("unscored forbidden", policy.unscored == Unscored::Forbid),
        ("partial", policy.shortfall == Shortfall::Partial),
        ("reciprocal avoided", policy.reciprocal == Reciprocal::Avoid),
        ("cycles forbidden", !matches!(policy.reciprocal, Reciprocal::Allow | Reciprocal::Avoid)),
        ("nothing asked", facts.nothing_asked()),
        ("nobody may review it", input.submissions.iter().any(|submission| !can_get(&submission.id))),
    ]
}

#[test]
fn small_problems_reach_every_feature() {
    let mut shares = Shares::new();
    let problems = samples(small(), 500);
    for input in &problems {
        let facts = Facts::new(input);
        assert!(facts.musts_are_sound(), "{:?} {:?}", facts.contradictions, facts.unclear);
        count(&mut shares, &features(input, &facts));
        let optimum = facts.optimum();
        let optima = optimum.as_ref().map_or(0, |optimum| optimum.assignments.len());
        assert!(optimum.as_ref().is_none_or(|optimum| optimum.complete), "{input:?}");
        let work_short = optimum.as_ref().is_some_and(|optimum| {
            let first = optimum.assignments.first().expect("an optimum");
            let short = |work| facts.received_by_work(first, work) < facts.rules.work_bound().min;
            facts.rules.shared_works().any(short)
        });
        let missing = optimum.as_ref().is_some_and(|optimum| optimum.objective.missing > 0);
        let deletes = optimum.as_ref().is_some_and(|optimum| optimum.objective.deletes > 0);
        let outcomes = [
            ("feasible", optima > 0),
            ("infeasible", optima == 0),
            ("one valid assignment", optima == 1 && facts.count_valid() == 1),
            ("several optima", optima > 1),
            ("2 to 12 optima", (2..=12).contains(&optima)),
            ("shortfall", missing),
            ("shortfall of a work", work_short),
            ("movable reviews deleted", deletes),
            ("reciprocal at best", optimum.is_some_and(|optimum| optimum.reciprocal_pairs > 0)),
        ];
        count(&mut shares, &outcomes);
    }
    let at_least = |least: usize, names: &[&str]| {
        for name in names {
            assert!(shares[name] >= least, "only {} of 500: {name}", shares[name]);
        }
    };
    assert!(shares.values().all(|&share| share >= 10), "{shares:?}");
    at_least(
        150,
        &["feasible", "several optima", "existing", "balanced", "bound on submissions", "reciprocal avoided"],
    );
    at_least(100, &["cycles forbidden"]);
    at_least(50, &["infeasible", "one valid assignment", "2 to 12 optima", "must", "must not", "should", "should not"]);
    at_least(50, &["copies", "completed", "partial", "kept", "rebalanced", "history avoided", "history forbidden"]);
    at_least(
        25,
        &["replaced", "ghost", "dropped", "unscored forbidden", "shortfall", "nothing asked", "must by author"],
    );
}

#[test]
fn the_search_agrees_with_all_sets_of_free_pairs() {
    let problems = samples(small(), 500).into_iter().chain(samples(crowded(), 300));
    let mut compared = 0;
    for input in problems {
        let facts = Facts::new(&input);
        if facts.free.len() <= 10 {
            agrees_with_all_sets(&facts);
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn crowded_problems_are_decided_either_way() {
    let problems = samples(crowded(), 300);
    let feasible = problems.iter().filter(|input| Facts::new(input).optimum().is_some()).count();
    assert!((60..=240).contains(&feasible), "{feasible}");
}

#[test]
fn other_words_change_no_figure() {
    for (seed, input) in (0..).zip(samples(small(), 150)) {
        let optimum = Facts::new(&input).optimum();
        let in_other_words = |other: &Input, map: &BTreeMap<Id, Id>| {
            let theirs = Facts::new(other).optimum();
            assert_eq!(theirs.as_ref().map(|found| found.objective), optimum.as_ref().map(|found| found.objective));
            let renamed = |(assessor, asset): &(Id, Id)| (map[assessor].clone(), map[asset].clone());
            let ours = optimum.iter().flat_map(|found| &found.assignments);
            let ours: BTreeSet<Assignment> = ours.map(|pairs| pairs.iter().map(renamed).collect()).collect();
            assert_eq!(theirs.map(|found| found.assignments).unwrap_or_default(), ours);
        };
        let (relabelled, map) = relabel_in_order(&input);
        assert!(map.keys().zip(map.keys().skip(1)).all(|(low, high)| map[low] < map[high]));
        in_other_words(&relabelled, &map);
        let same = map.keys().map(|id| (id.clone(), id.clone())).collect();
        in_other_words(&permute(&input, seed), &same);
        let (relabelled, map) = relabel_any(&input, seed);
        in_other_words(&relabelled, &map);
    }
}
