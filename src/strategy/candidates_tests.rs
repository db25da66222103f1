//! A sample of pairs that grows is as good as all pairs.

use alloc::vec::Vec;

use super::super::optimum::optimum;
use super::super::{AssignError, Objective, Run, objective};
use super::Model;
use crate::id::Id;
use crate::input::{
    Bound, CopyRule, Demand, Existing, Input, Past, PeerReview, Reciprocal, Relation, Rule, RuleKind, RuleTarget,
    Shortfall, Stance, Student, Submission, WorkflowState,
};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// Draws the parts of a problem.
struct Draw(Random);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    fn one_in(&mut self, whole: u64) -> bool {
        self.0.chance(1, whole)
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.0.index(values.len())]
    }
}

/// Students are numbered from 0, submissions from 1000.
fn generated(seed: u64) -> Input {
    let mut draw = Draw(Random::new(seed, Purpose::Generate));
    let n = 4 + draw.below(if seed.is_multiple_of(3) { 60 } else { 20 });
    let mut input = Input { students: (0..n).map(Student::new).collect(), ..Input::default() };
    let m = n - draw.below(n / 4 + 1);
    input.submissions = (0..m).map(|id| Submission::by(1000 + id, id)).collect();
    let relations = [Relation::Any, Relation::Any, Relation::Same, Relation::PreferSame, Relation::PreferDifferent];
    let policy = &mut input.policy;
    policy.reciprocal = Reciprocal::Allow;
    policy.section = draw.of(&relations);
    policy.group = draw.of(&[Relation::Any, Relation::Different, Relation::PreferDifferent, Relation::Same]);
    policy.same_work_once = draw.of(&[CopyRule::Once, CopyRule::Once, CopyRule::Free]);
    policy.existing = draw.of(&[Existing::Keep, Existing::Rebalance, Existing::Rebalance, Existing::Replace]);
    policy.shortfall = draw.of(&[Shortfall::Error, Shortfall::Error, Shortfall::Partial]);
    policy.history = draw.of(&[Stance::Allow, Stance::Avoid, Stance::Forbid]);
    let reviews = 1 + draw.below(3);
    policy.reviews_per_student = draw.of(&[
        Bound::exactly(reviews),
        Bound::between(0, reviews + 1),
        Bound::at_least(reviews),
        Bound::between(reviews, reviews + 2),
    ]);
    policy.reviews_per_submission = draw.of(&[
        Demand::Balanced,
        Demand::Within(Bound::exactly(reviews)),
        Demand::Within(Bound::at_least(reviews)),
        Demand::Within(Bound::between(reviews.saturating_sub(1), reviews)),
    ]);
    let (sections, groups) = (1 + draw.below(4), 1 + draw.below(6));
    for student in &mut input.students {
        student.sections = (0..=draw.below(2)).map(|_| Id::from(draw.below(sections))).collect();
        student.groups = alloc::vec![Id::from(draw.below(groups))];
        if draw.one_in(12) {
            student.reviews = Some(Bound::between(0, draw.below(3)));
        }
    }
    let works = if draw.one_in(2) { Some(1 + draw.below(m / 2 + 1)) } else { None };
    for submission in &mut input.submissions {
        submission.work_id = works.map(|works| Id::from(draw.below(works)));
        if draw.one_in(10) {
            submission.reviews = Some(Bound::between(0, draw.below(3)));
        }
    }
    pairs(&mut input, &mut draw, n, m);
    if draw.one_in(3) {
        let count = reviews * draw.of(&[1, 1, m / works.unwrap_or(m)]);
        let bounds = [Bound::exactly(count), Bound::at_least(count), Bound::between(count - 1, count + 1)];
        input.policy.reviews_per_work = Some(draw.of(&bounds));
    }
    input
}

fn pairs(input: &mut Input, draw: &mut Draw, n: u64, m: u64) {
    let rule = |kind, assessor: u64, asset: u64, weight| Rule {
        kind,
        assessor_id: assessor.into(),
        target: RuleTarget::Asset((1000 + asset).into()),
        weight,
    };
    // Few pairs are left in every third problem, so that hardly any candidate drawn at random is one of them.
    if draw.one_in(3) {
        let rest = 2 + draw.below(4);
        for assessor in 0..n {
            let allowed: Vec<u64> = (0..rest).map(|_| draw.below(m)).collect();
            let forbidden = (0..m).filter(|asset| !allowed.contains(asset));
            input.rules.extend(forbidden.map(|asset| rule(RuleKind::MustNotReview, assessor, asset, 1)));
        }
    }
    for _ in 0..draw.below(2 * n) {
        let kind = draw.of(&[RuleKind::ShouldReview, RuleKind::ShouldReview, RuleKind::ShouldNotReview]);
        let weight = draw.of(&[1, 1, 2, 7, 1_000_000]);
        input.rules.push(rule(kind, draw.below(n), draw.below(m), weight));
    }
    if draw.one_in(3) {
        let (assessor_id, target) = (draw.below(n).into(), RuleTarget::User(draw.below(m).into()));
        input.rules.push(Rule { kind: RuleKind::MustReview, assessor_id, target, weight: 1 });
    }
    for _ in 0..draw.below(n) {
        input.history.push(Past { assessor_id: draw.below(n).into(), user_id: draw.below(m).into() });
    }
    let mut standing: Vec<(u64, u64)> = (0..draw.below(2 * n)).map(|_| (draw.below(n), draw.below(m))).collect();
    standing.sort_unstable();
    standing.dedup();
    for (assessor, asset) in standing {
        input.peer_reviews.push(PeerReview {
            id: None,
            user_id: None,
            assessor_id: assessor.into(),
            asset_id: (1000 + asset).into(),
            workflow_state: draw.of(&[WorkflowState::Assigned, WorkflowState::Assigned, WorkflowState::Completed]),
        });
    }
}

/// What is reached when all pairs are listed up to a limit; none when nothing is valid.
fn reached(problem: &Problem, seed: u64, limit: usize) -> Option<Objective> {
    let students: Vec<u32> = (0..index(problem.students())).collect();
    let submissions: Vec<u32> = (0..index(problem.submissions())).collect();
    let mut random = Random::new(seed, Purpose::Candidates);
    let model = Model::nodes(problem, &students, &submissions).with_pairs(&mut random, limit);
    match optimum(model, &mut Run::new(seed)) {
        Ok(optimum) => Some(objective(problem, &optimum.assignment())),
        Err(AssignError::Infeasible(proof)) => {
            let cut = proof.cut().expect("a flow is refuted by a cut");
            assert!(cut.required > cut.available);
            None
        }
        Err(stopped) => unreachable!("nobody stops it: {stopped}"),
    }
}

#[test]
fn a_sample_reaches_what_all_pairs_reach() {
    let (mut feasible, mut infeasible) = (0, 0);
    for seed in 0..1500 {
        let Ok(problem) = Problem::new(&generated(seed)) else { continue };
        let all = reached(&problem, seed, usize::MAX);
        for sample in 0..2 {
            assert_eq!(reached(&problem, sample, 0), all, "problem {seed}, sample {sample}");
        }
        *if all.is_some() { &mut feasible } else { &mut infeasible } += 1;
    }
    assert!(feasible > 100 && infeasible > 40, "{feasible} {infeasible}");
}

/// Students 0 to 1 and three works of two copies.
fn copies() -> Input {
    let mut input = Input { students: (0..2).map(Student::new).collect(), ..Input::default() };
    input.submissions =
        (0..6).map(|id| Submission { work_id: Some((id / 2).into()), ..Submission::new(1000 + id) }).collect();
    input
}

#[test]
fn a_minimum_beyond_all_submissions_is_refused_at_once() {
    let mut input = copies();
    input.policy.reviews_per_student = Bound::at_least(u64::MAX);
    assert_eq!(reached(&Problem::new(&input).unwrap(), 0, 0), None);
}

#[test]
fn a_cycle_through_copies_may_change_every_pair() {
    // It passes the works of one student without passing the student, so each submission may have two pairs in it.
    let mut input = copies();
    let all = (0..2_u64).flat_map(|assessor| (1000..1006_u64).map(move |asset| (assessor, asset)));
    let rule = |(assessor, asset): (u64, u64)| {
        let (assessor_id, target) = (assessor.into(), RuleTarget::Asset(asset.into()));
        Rule { kind: RuleKind::ShouldReview, assessor_id, target, weight: 5 }
    };
    input.rules = all.map(rule).collect();
    let problem = Problem::new(&input).unwrap();
    let submissions: Vec<u32> = (0..6).collect();
    let model = Model::new(&problem, &[0, 1], &submissions, &mut Random::new(0, Purpose::Candidates));
    assert_eq!(model.sizes().gain_range, 12 * 5);
}
