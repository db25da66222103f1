//! The greatest total score by either way: with the bounds that numbers alone tell, and with those of the flow of the
//! goals before the scores.

use peerplan::Input;
use peerplan::generate::{Conference, Options, generate};
use peerplan::input::{Bound, Demand, Existing, Rule, RuleKind, RuleTarget, Shortfall, Student, Unscored};
use peerplan::strategy::by_name;

use super::{binding, compiled, for_all, planned, result};
use crate::instances::small;
use crate::oracle::Facts;

/// The same problem with a wish of somebody who may not review: it binds nobody, and only a flow takes wishes up.
fn with_an_idle_wish(input: &Input) -> Input {
    let mut input = input.clone();
    let idle = Student { can_review: false, ..Student::new(peerplan::Id::text("nobody who reviews").expect("an id")) };
    let Some(submission) = input.submissions.first() else { return input };
    let (assessor_id, target) = (idle.id.clone(), RuleTarget::Asset(submission.id.clone()));
    input.rules.push(Rule { kind: RuleKind::ShouldReview, assessor_id, target, weight: 1 });
    input.students.push(idle);
    input
}

#[test]
fn a_wish_that_binds_nobody_changes_no_total() {
    let strategy = by_name("max_affinity").expect("listed");
    for_all(small(), 4_000, |input| {
        let facts = Facts::new(input);
        let [numbers, flow] = [input, &with_an_idle_wish(input)].map(|input| {
            let pairs = result(input, strategy, 1).ok()?;
            Some((facts.tally(&pairs).affinity, binding(facts.objective(&pairs), strategy, &facts)))
        });
        assert_eq!(numbers, flow);
    });
}

#[test]
fn courses_and_conferences_come_to_the_same_total_by_either_way() {
    let course = Options { students: 60, affinities: 60, ..Options::default() };
    let conference = Some(Conference { submissions: 50, candidates: 20, load: None, author_percent: 50 });
    let shapes = [
        course.clone(),
        Options { affinities: 7, sections: 3, two_sections_percent: 20, group_size: 4, ..course.clone() },
        Options { group_size: 3, copies: true, missing_percent: 10, ..course.clone() },
        Options { existing: Existing::Keep, existing_percent: 40, completed_percent: 50, ..course.clone() },
        Options { affinities: 0, unscored: Unscored::Forbid, conference, ..course.clone() },
    ];
    let strategy = by_name("max_affinity").expect("listed");
    for (shape, seed) in shapes.iter().flat_map(|shape| (0..3).map(move |seed| (shape, seed))) {
        let drawn = generate(&Options { seed, ..shape.clone() }).expect("options in range");
        let mut ranges = drawn.clone();
        ranges.policy.reviews_per_student = Bound::between(1, 5);
        ranges.policy.reviews_per_submission = Demand::Within(Bound::between(2, 4));
        let mut partial = drawn.clone();
        partial.policy.shortfall = Shortfall::Partial;
        for input in [drawn, ranges, partial] {
            let told = |input: &Input| {
                let plan = planned(&compiled(input), strategy, seed).ok()?;
                Some((plan.report().affinity.total_units, plan.report().reviews))
            };
            assert_eq!(told(&input), told(&with_an_idle_wish(&input)), "{shape:?}");
        }
    }
}
