//! The pairs that were free to be chosen, student by student, and their scores.

use alloc::vec::Vec;

use super::dimension::{Dimension, Sets};
use super::eligibility::dimensions;
use super::facts::Facts;
use super::index::{Rows, at, dense, key, segment, starts};
use super::marks::each_score;
use crate::input::{CopyRule, Relation, RuleKind, RuleTarget, Stance, Unscored};

/// The score of one pair.
#[derive(Clone, Copy, Default)]
pub(super) struct Score {
    assessor: u32,
    /// The submission.
    pub(super) asset: u32,
    /// In 10^-6.
    pub(super) units: i64,
}

/// The scores of each student, in the order of the input.
///
/// Built in O(n + scores), 16 bytes a score, and as much again while they are sorted by student.
struct ScoreRows {
    starts: Vec<u32>,
    scores: Vec<Score>,
}

impl ScoreRows {
    fn new(facts: &Facts<'_>) -> Self {
        let input = facts.input;
        let mut scores = Vec::with_capacity(input.affinities.len() + input.scores.len());
        each_score(facts, |assessor, asset, units| scores.push(Score { assessor, asset, units }));
        let starts = starts(facts.persons.len(), scores.iter().map(|score| score.assessor));
        if !scores.is_sorted_by_key(|score| score.assessor) {
            let mut next = starts.clone();
            let mut sorted = alloc::vec![Score::default(); scores.len()];
            for score in scores {
                let Some(place) = next.get_mut(at(score.assessor)) else { continue };
                if let Some(slot) = sorted.get_mut(at(*place)) {
                    *slot = score;
                }
                *place += 1;
            }
            scores = sorted;
        }
        Self { starts, scores }
    }

    fn row(&self, person: u32) -> &[Score] {
        self.scores.get(segment(&self.starts, person)).unwrap_or_default()
    }
}

/// The free pairs of a problem: eligible, not fixed, and, under `same_work_once`, not of a work of which the student
/// has a fixed review.
///
/// Built in O((n + rules + history + scores) · log).
pub(super) struct Free<'f, 'a> {
    facts: &'f Facts<'a>,
    handed_in: Vec<bool>,
    dimensions: Vec<(Dimension<'a>, Relation, Sets)>,
    /// For each student the submissions that are excluded one by one.
    excluded: Rows,
    scores: ScoreRows,
    /// Whether only pairs with a score are free.
    scored_only: bool,
    /// Scratch space: which submissions the student has a score for.
    scored: Vec<bool>,
}

impl<'f, 'a> Free<'f, 'a> {
    /// The free pairs beside the fixed ones; `copies` has the submissions of each work.
    pub(super) fn new(facts: &'f Facts<'a>, fixed: &[(u32, u32)], copies: &Rows) -> Self {
        let submissions = 0..dense(facts.submissions.len());
        let scored_only = facts.input.policy.unscored == Unscored::Forbid;
        Self {
            facts,
            handed_in: submissions.map(|submission| facts.handed_in(submission)).collect(),
            dimensions: dimensions(facts),
            excluded: excluded(facts, fixed, copies),
            scores: ScoreRows::new(facts),
            scored_only,
            scored: alloc::vec![false; if scored_only { facts.submissions.len() } else { 0 }],
        }
    }

    /// The scores of a student.
    pub(super) fn scores(&self, person: u32) -> &[Score] {
        self.scores.row(person)
    }

    /// Notes for each submission whether its pair with a student is free. O(submissions · dimensions), and no more
    /// memory.
    pub(super) fn note(&mut self, person: u32, free: &mut [bool]) {
        if !self.facts.may_review(person) || free.len() != self.handed_in.len() {
            free.fill(false);
            return;
        }
        free.copy_from_slice(&self.handed_in);
        for &submission in self.excluded.row(person) {
            if let Some(free) = free.get_mut(at(submission)) {
                *free = false;
            }
        }
        for (_, relation, sets) in &self.dimensions {
            sets.restrict(person, *relation == Relation::Same, free);
        }
        if self.scored_only {
            self.scored.fill(false);
            for score in self.scores.row(person) {
                if let Some(scored) = self.scored.get_mut(at(score.asset)) {
                    *scored = true;
                }
            }
            for (free, scored) in free.iter_mut().zip(&self.scored) {
                *free &= *scored;
            }
        }
    }
}

/// What own work, rules, history and fixed reviews exclude.
fn excluded(facts: &Facts<'_>, fixed: &[(u32, u32)], copies: &Rows) -> Rows {
    let submissions = 0..dense(facts.submissions.len());
    let by_author = submissions
        .flat_map(|submission| facts.authors(submission).iter().map(move |&author| key(author, submission)))
        .collect();
    let by_author = Rows::new(facts.persons.len(), by_author);
    let mut excluded = Vec::new();
    for person in (0..dense(facts.persons.len())).filter(|&person| facts.may_review(person)) {
        excluded.extend(by_author.row(person).iter().map(|&submission| key(person, submission)));
    }
    for rule in facts.input.rules.iter().filter(|rule| rule.kind == RuleKind::MustNotReview) {
        let Some(assessor) = facts.find_student(&rule.assessor_id) else { continue };
        match &rule.target {
            RuleTarget::Asset(id) => excluded.extend(facts.submissions.find(id).map(|asset| key(assessor, asset))),
            RuleTarget::User(id) => {
                let works = facts.persons.find(id).map(|author| by_author.row(author)).unwrap_or_default();
                excluded.extend(works.iter().map(|&submission| key(assessor, submission)));
            }
        }
    }
    if facts.input.policy.history == Stance::Forbid {
        for row in &facts.input.history {
            let Some(assessor) = facts.find_student(&row.assessor_id) else { continue };
            let works = facts.persons.find(&row.user_id).map(|author| by_author.row(author)).unwrap_or_default();
            excluded.extend(works.iter().map(|&submission| key(assessor, submission)));
        }
    }
    for &(person, submission) in fixed {
        excluded.push(key(person, submission));
        if facts.input.policy.same_work_once == CopyRule::Once {
            let same = copies.row(facts.work(submission));
            excluded.extend(same.iter().map(|&copy| key(person, copy)));
        }
    }
    Rows::new(facts.persons.len(), excluded)
}
