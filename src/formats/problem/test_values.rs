//! Random problems, for tests that values survive writing and reading.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::id::{Id, PersonName};
use crate::input::*;

pub(in crate::formats) fn ids() -> impl Strategy<Value = Id> {
    prop_oneof![
        any::<u64>().prop_map(Id::from),
        (0_u64..50).prop_map(|value| Id::text(&value.to_string()).unwrap()),
        "\\PC{1,5}".prop_map(|text| Id::text(&text).unwrap()),
    ]
}

fn bounds() -> impl Strategy<Value = Bound> {
    (0_u64..9, option::of(0_u64..9)).prop_map(|(min, more)| Bound { min, max: more.map(|more| min + more) })
}

fn labels() -> impl Strategy<Value = Labels> {
    btree_map("[a-z~/\"é]{0,3}", vec(ids(), 0..3), 0..3)
}

fn micros() -> impl Strategy<Value = Micros> {
    (-1_000_000_000_000_i64..=1_000_000_000_000).prop_map(Micros)
}

fn students() -> impl Strategy<Value = Student> {
    let sets = (vec(ids(), 0..3), vec(ids(), 0..3), labels());
    (ids(), option::of(".{0,5}"), sets, any::<bool>(), option::of(bounds())).prop_map(
        |(id, name, (sections, groups, labels), can_review, reviews)| Student {
            id,
            name: name.map(|name| PersonName::new(&name)),
            sections,
            groups,
            labels,
            can_review,
            reviews,
        },
    )
}

fn submissions() -> impl Strategy<Value = Submission> {
    let sets = (option::of(vec(ids(), 0..3)), option::of(vec(ids(), 0..3)), labels());
    let people = (ids(), option::of(ids()), vec(ids(), 0..3), option::of(ids()));
    (people, sets, any::<bool>(), any::<bool>(), option::of(".{0,5}"), option::of(bounds())).prop_map(
        |((id, user_id, authors, work_id), (sections, groups, labels), submitted, late, submitted_at, reviews)| {
            Submission {
                id,
                user_id,
                authors,
                work_id,
                sections,
                groups,
                labels,
                submitted,
                late,
                submitted_at,
                reviews,
            }
        },
    )
}

fn rules() -> impl Strategy<Value = Rule> {
    let kinds = [RuleKind::MustReview, RuleKind::MustNotReview, RuleKind::ShouldReview, RuleKind::ShouldNotReview];
    let target = prop_oneof![ids().prop_map(RuleTarget::Asset), ids().prop_map(RuleTarget::User)];
    (prop::sample::select(kinds.to_vec()), ids(), target, 1_u32..=1_000_000)
        .prop_map(|(kind, assessor_id, target, weight)| Rule { kind, assessor_id, target, weight })
}

pub(in crate::formats) fn reviews() -> impl Strategy<Value = PeerReview> {
    (option::of(ids()), option::of(ids()), ids(), ids(), any::<bool>()).prop_map(
        |(id, user_id, assessor_id, asset_id, completed)| PeerReview {
            id,
            user_id,
            assessor_id,
            asset_id,
            workflow_state: if completed { WorkflowState::Completed } else { WorkflowState::Assigned },
        },
    )
}

fn policies() -> impl Strategy<Value = Policy> {
    let relations =
        [Relation::Any, Relation::Same, Relation::Different, Relation::PreferSame, Relation::PreferDifferent];
    let relation = || prop::sample::select(relations.to_vec());
    let panel =
        ("[a-z]{1,3}", option::of(ids()), option::of(0_u64..9), 0_u64..9).prop_map(|(label, value, min, more)| {
            let min = min.filter(|_| value.is_some());
            Panel { label, value, min, max: Some(min.unwrap_or(0) + more) }
        });
    let counts = (bounds(), option::of(bounds()), option::of(bounds()));
    let reciprocal = prop_oneof![
        Just(Reciprocal::Allow),
        Just(Reciprocal::Avoid),
        Just(Reciprocal::Forbid),
        (2_u64..9).prop_map(Reciprocal::ForbidCycles)
    ];
    let existing = prop::sample::select(vec![Existing::Keep, Existing::Rebalance, Existing::Replace]);
    let history = prop::sample::select(vec![Stance::Allow, Stance::Avoid, Stance::Forbid]);
    let dimensions = btree_map("[a-z~/é]{0,3}", relation(), 0..3);
    (counts, relation(), relation(), dimensions, reciprocal, vec(panel, 0..3), existing, history, any::<[bool; 5]>())
        .prop_map(|(counts, section, group, labels, reciprocal, panel, existing, history, flags)| Policy {
            reviews_per_student: counts.0,
            reviews_per_submission: counts.1.map_or(Demand::Balanced, Demand::Within),
            reviews_per_work: counts.2,
            section,
            group,
            labels,
            reciprocal,
            same_work_once: if flags[0] { CopyRule::Once } else { CopyRule::Free },
            panel,
            unsubmitted_reviewers: if flags[1] { Admission::Include } else { Admission::Exclude },
            late: if flags[2] { Admission::Include } else { Admission::Exclude },
            existing,
            history,
            shortfall: if flags[3] { Shortfall::Error } else { Shortfall::Partial },
            unscored: if flags[4] { Unscored::Allow } else { Unscored::Forbid },
        })
}

pub(in crate::formats) fn strategies() -> impl Strategy<Value = StrategyChoice> {
    let limit = option::of((0_i64..=1_000_000).prop_map(Micros));
    ("[a-z_]{0,8}", any::<u64>(), limit, btree_map("perturbation|quality", micros(), 0..3)).prop_map(
        |(name, seed, limit, mut parameters): (_, _, _, BTreeMap<_, _>)| {
            parameters.extend(limit.map(|limit| (String::from("limit"), limit)));
            StrategyChoice { name, seed, parameters }
        },
    )
}

pub(in crate::formats) fn sources() -> impl Strategy<Value = Source> {
    (option::of(".{0,5}"), option::of(ids()), option::of(ids()))
        .prop_map(|(base_url, course_id, assignment_id)| Source { base_url, course_id, assignment_id })
}

pub(super) fn inputs() -> impl Strategy<Value = Input> {
    let affinity = (ids(), ids(), micros(), option::of((0_i64..=1_000_000).prop_map(Micros)))
        .prop_map(|(assessor_id, asset_id, score, limit)| Affinity { assessor_id, asset_id, score, limit });
    let past = (ids(), ids()).prop_map(|(assessor_id, user_id)| Past { assessor_id, user_id });
    let people = (vec(students(), 0..4), vec(submissions(), 0..4));
    let pairs = (vec(reviews(), 0..3), vec(rules(), 0..3), vec(affinity, 0..3), vec(past, 0..3));
    (option::of(sources()), people, policies(), pairs, option::of(strategies())).prop_map(
        |(source, (students, submissions), policy, (peer_reviews, rules, affinities, history), strategy)| Input {
            source,
            students,
            submissions,
            peer_reviews,
            policy,
            rules,
            affinities,
            scores: ScoreTable::new(),
            history,
            strategy,
        },
    )
}
