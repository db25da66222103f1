//! Small random problems that reach every feature of the contract and are hardly ever refused.
//!
//! Numbers are drawn first, all of them positions or counts, and made into an [`Input`] afterwards; so a failing
//! case shrinks to fewer students, fewer rules and default policies.

mod build;
mod relabel;
mod tests;

use peerplan::Input;
use peerplan::input::{
    Admission, Bound, CopyRule, Demand, Existing, Panel, Policy, Reciprocal, Relation, Shortfall, Stance, Unscored,
};
use proptest::bool::weighted;
use proptest::collection::{btree_map, vec};
use proptest::option::weighted as maybe;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

pub(crate) use relabel::{permute, relabel_any, relabel_in_order};

/// Up to 5 students and 6 submissions, under rules that form a network.
pub(crate) fn small() -> impl Strategy<Value = Input> {
    let work = prop_oneof![
        (1..5_u64).prop_map(Bound::exactly),
        (0..3_u64).prop_map(Bound::at_least),
        (0..4_u64, 0..3_u64).prop_map(ranged),
    ];
    (sketch(5, 6), maybe(0.25, work), weighted(0.7)).prop_map(|(mut sketch, work, copies)| {
        sketch.copies |= work.is_some() && copies;
        sketch.policy.reviews_per_work = work;
        build::input(sketch)
    })
}

/// Up to 4 students and 4 submissions, mostly with rules that do not form a network.
pub(crate) fn crowded() -> impl Strategy<Value = Input> {
    let reciprocal = prop_oneof![
        Just(Reciprocal::Allow),
        Just(Reciprocal::Forbid),
        Just(Reciprocal::Forbid),
        Just(Reciprocal::ForbidCycles(3)),
    ];
    let value = || 0..2_u8;
    let panel = prop_oneof![
        (1..3_u64).prop_map(|max| (None, None, Some(max))),
        (value(), 1..2_u64).prop_map(|(value, min)| (Some(value), Some(min), None)),
        (value(), 1..2_u64).prop_map(|(value, max)| (Some(value), None, Some(max))),
    ];
    let work = prop_oneof![(0..2_u64).prop_map(Bound::at_least), (0..2_u64, 1..3_u64).prop_map(ranged)];
    (sketch(4, 4), reciprocal, vec((weighted(0.5), panel), 0..2), maybe(0.2, work)).prop_map(
        |(mut sketch, reciprocal, panels, work)| {
            sketch.policy.reciprocal = reciprocal;
            sketch.policy.reviews_per_work = work;
            sketch.policy.panel = panels
                .into_iter()
                .map(|(by_label, (value, min, max))| {
                    let label = if by_label { "institution" } else { "sections" };
                    let value = value.map(|value| sketch.scheme.value(value));
                    Panel { label: label.into(), value, min, max }
                })
                .collect();
            build::input(sketch)
        },
    )
}

/// The same samples in every run.
pub(crate) fn samples<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current()).collect()
}

/// What a problem is made from.
#[derive(Debug, Clone)]
struct Sketch {
    scheme: Scheme,
    students: Vec<StudentSketch>,
    submissions: Vec<SubmissionSketch>,
    policy: Policy,
    /// Whether submissions come in copies of one work.
    copies: bool,
    /// Assessor (the number of students: one who left), asset, completed.
    existing: Vec<(u8, u8, bool)>,
    rules: Vec<RuleSketch>,
    history: Vec<(u8, u8)>,
    /// One score per pair in the order of students, then submissions; the pairs without one are not listed.
    scores: Vec<Option<i64>>,
}

#[derive(Debug, Clone)]
struct StudentSketch {
    sections: Vec<u8>,
    groups: Vec<u8>,
    institutions: Vec<u8>,
    can_review: bool,
    bound: Option<Bound>,
}

#[derive(Debug, Clone)]
struct SubmissionSketch {
    owner: Owner,
    further_author: Option<u8>,
    sections: Option<Vec<u8>>,
    groups: Option<Vec<u8>>,
    institutions: Option<Vec<u8>>,
    submitted: bool,
    late: bool,
    bound: Option<Bound>,
}

#[derive(Debug, Clone, Copy)]
enum Owner {
    /// The student in the same position, if there is one.
    Own,
    /// Any student.
    Student(u8),
    /// Somebody who is not listed.
    Unlisted(u8),
    /// A paper without an owner.
    Nobody,
}

/// 0 must, 1 must not, 2 should, 3 should not; by author or by submission.
#[derive(Debug, Clone)]
struct RuleSketch {
    kind: u8,
    assessor: u8,
    by_author: bool,
    target: u8,
    weight: u32,
}

/// How ids are written.
#[derive(Debug, Clone, Copy)]
enum Scheme {
    Numbers,
    /// Beyond 2^53.
    LargeNumbers,
    /// Texts that are canonical decimals.
    Decimals,
    Words,
}

fn ranged((min, more): (u64, u64)) -> Bound {
    Bound::between(min, min + more)
}

fn sketch(students: usize, submissions: usize) -> impl Strategy<Value = Sketch> {
    let scheme =
        prop_oneof![Just(Scheme::Numbers), Just(Scheme::LargeNumbers), Just(Scheme::Decimals), Just(Scheme::Words),];
    let people = (weighted(0.25), weighted(0.3), weighted(0.3), mostly(student(), students)).prop_map(
        |(sections, groups, institutions, mut students)| {
            for student in &mut students {
                student.sections.truncate(if sections { 2 } else { 0 });
                student.groups.truncate(if groups { 2 } else { 0 });
                student.institutions.truncate(if institutions { 2 } else { 0 });
            }
            students
        },
    );
    let position = 0..u8::try_from(submissions).expect("small");
    let existing = sometimes(0.55, vec((position.clone(), position.clone(), weighted(0.2)), 1..6));
    let rule = (0..6_u8, position.clone(), weighted(0.6), position.clone(), 1..4_u32).prop_map(
        |(kind, assessor, by_author, target, weight)| RuleSketch { kind, assessor, by_author, target, weight },
    );
    let rules = sometimes(0.7, vec(rule, 1..6));
    let history = vec((position.clone(), position), 0..4);
    let scores = sometimes(0.3, vec(maybe(0.9, -3..4_i64), students * submissions));
    let submissions = mostly(submission(), submissions);
    (scheme, people, submissions, policy(), weighted(0.45), existing, rules, history, scores).prop_map(
        |(scheme, students, submissions, mut policy, copies, existing, rules, history, scores)| {
            if scores.is_empty() {
                policy.unscored = Unscored::Allow;
            }
            Sketch { scheme, students, submissions, policy, copies, existing, rules, history, scores }
        },
    )
}

/// Mostly many.
fn mostly<T: std::fmt::Debug>(item: impl Strategy<Value = T> + Clone, most: usize) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![1 => vec(item.clone(), 1..=most), 4 => vec(item, most - 1..=most)]
}

/// Something, or else nothing of it.
fn sometimes<T: std::fmt::Debug + Clone>(
    probability: f64,
    list: impl Strategy<Value = Vec<T>>,
) -> impl Strategy<Value = Vec<T>> {
    maybe(probability, list).prop_map(Option::unwrap_or_default)
}

fn student() -> impl Strategy<Value = StudentSketch> + Clone {
    let bound = prop_oneof![
        (0..3_u64).prop_map(Bound::exactly),
        (0..2_u64, 0..3_u64).prop_map(ranged),
        (0..2_u64).prop_map(Bound::at_least),
    ];
    (vec(0..2_u8, 0..3), vec(0..3_u8, 0..2), vec(0..2_u8, 0..3), weighted(0.94), maybe(0.08, bound)).prop_map(
        |(sections, groups, institutions, can_review, bound)| StudentSketch {
            sections,
            groups,
            institutions,
            can_review,
            bound,
        },
    )
}

fn submission() -> impl Strategy<Value = SubmissionSketch> + Clone {
    let owner = prop_oneof![
        20 => Just(Owner::Own),
        1 => (0..5_u8).prop_map(Owner::Student),
        1 => (0..3_u8).prop_map(Owner::Unlisted),
        1 => Just(Owner::Nobody),
    ];
    let bound = prop_oneof![
        (0..3_u64).prop_map(Bound::exactly),
        (0..2_u64, 0..3_u64).prop_map(ranged),
        (0..2_u64).prop_map(Bound::at_least),
    ];
    // The positions from 5 on are people who are not listed.
    let further_author = maybe(0.08, 0..8_u8);
    let own = || maybe(0.08, vec(0..2_u8, 0..2));
    (owner, further_author, own(), own(), own(), weighted(0.94), weighted(0.12), maybe(0.08, bound)).prop_map(
        |(owner, further_author, sections, groups, institutions, submitted, late, bound)| SubmissionSketch {
            owner,
            further_author,
            sections,
            groups,
            institutions,
            submitted,
            late,
            bound,
        },
    )
}

fn policy() -> impl Strategy<Value = Policy> {
    let per_student = prop_oneof![
        4 => (1..3_u64).prop_map(Bound::exactly),
        3 => (0..2_u64, 1..3_u64).prop_map(ranged),
        1 => (0..3_u64).prop_map(Bound::at_least),
    ];
    let per_submission = prop_oneof![
        4 => Just(Demand::Balanced),
        1 => (1..3_u64).prop_map(|count| Demand::Within(Bound::exactly(count))),
        3 => (0..2_u64, 0..3_u64).prop_map(|bound| Demand::Within(ranged(bound))),
        1 => (0..3_u64).prop_map(|min| Demand::Within(Bound::at_least(min))),
    ];
    let relation = || {
        prop_oneof![
            8 => Just(Relation::Any),
            1 => Just(Relation::Same),
            4 => Just(Relation::Different),
            2 => Just(Relation::PreferSame),
            2 => Just(Relation::PreferDifferent),
        ]
    };
    let labels = btree_map(Just(String::from("institution")), relation(), 0..=1);
    let admission = || prop_oneof![3 => Just(Admission::Include), 1 => Just(Admission::Exclude)];
    let stance = prop_oneof![2 => Just(Stance::Allow), 2 => Just(Stance::Avoid), 1 => Just(Stance::Forbid)];
    let existing = prop_oneof![2 => Just(Existing::Keep), 3 => Just(Existing::Rebalance), 2 => Just(Existing::Replace)];
    let shortfall = prop_oneof![3 => Just(Shortfall::Error), 1 => Just(Shortfall::Partial)];
    let unscored = prop_oneof![2 => Just(Unscored::Allow), 1 => Just(Unscored::Forbid)];
    let reciprocal = prop_oneof![
        2 => Just(Reciprocal::Allow),
        4 => Just(Reciprocal::Avoid),
        2 => Just(Reciprocal::Forbid),
        1 => (2..5_u64).prop_map(Reciprocal::ForbidCycles),
    ];
    let once = prop_oneof![4 => Just(CopyRule::Once), 1 => Just(CopyRule::Free)];
    let bounds = (per_student, per_submission);
    let relations = (relation(), relation(), labels);
    let rest = (admission(), admission(), stance, existing, shortfall, unscored, reciprocal, once);
    (bounds, relations, rest).prop_map(|(bounds, relations, rest)| {
        let (unsubmitted_reviewers, late, history, existing, shortfall, unscored, reciprocal, same_work_once) = rest;
        Policy {
            reviews_per_student: bounds.0,
            reviews_per_submission: bounds.1,
            section: relations.0,
            group: relations.1,
            labels: relations.2,
            unsubmitted_reviewers,
            late,
            history,
            existing,
            shortfall,
            unscored,
            reciprocal,
            same_work_once,
            ..Policy::default()
        }
    })
}
