//! What rules, history and scores say of the listed pairs. Each is read once and noted on the pairs it covers, so
//! that millions of rows need no memory of their own.

use alloc::vec::Vec;

use super::facts::Facts;
use super::index::{Finder, at};
use super::pairs::{FIXED, HISTORY, MUST_NOT, MUST_OF_WORK, Pairs, SCORED, SHOULD, SHOULD_NOT};
use super::verdict::Findings;
use crate::input::{Rule, RuleKind, RuleTarget};

/// Notes on each pair which rules cover it, and reports musts that are not met. A rule for somebody who is not listed
/// covers nothing. O((rules + covered pairs) · log).
pub(super) fn note_rules(facts: &Facts<'_>, pairs: &mut Pairs, findings: &mut Findings) {
    for rule in &facts.input.rules {
        let flag = match rule.kind {
            RuleKind::MustReview => {
                if !note_must(facts, pairs, rule) {
                    report_missing(findings, rule);
                }
                continue;
            }
            RuleKind::MustNotReview => MUST_NOT,
            RuleKind::ShouldReview => SHOULD,
            RuleKind::ShouldNotReview => SHOULD_NOT,
        };
        let Some(assessor) = facts.find_student(&rule.assessor_id) else { continue };
        match &rule.target {
            RuleTarget::Asset(id) => {
                let asset = facts.submissions.find(id);
                if let Some(pair) = asset.and_then(|asset| pairs.find_mut(assessor, asset)) {
                    pair.flags |= flag;
                }
            }
            RuleTarget::User(id) => {
                if let Some(author) = facts.persons.find(id) {
                    pairs.each_of_author(assessor, author, |pair| pair.flags |= flag);
                }
            }
        }
    }
}

/// Whether a must is met; notes it on the pairs that do. Any one handed-in copy of the author's work will do.
fn note_must(facts: &Facts<'_>, pairs: &mut Pairs, rule: &Rule) -> bool {
    let Some(assessor) = facts.find_student(&rule.assessor_id) else { return false };
    let mut met = false;
    match &rule.target {
        RuleTarget::Asset(id) => {
            let asset = facts.submissions.find(id);
            if let Some(pair) = asset.and_then(|asset| pairs.find_mut(assessor, asset))
                && pair.counts()
            {
                pair.flags |= FIXED;
                met = true;
            }
        }
        RuleTarget::User(id) => {
            let Some(author) = facts.persons.find(id) else { return false };
            pairs.each_of_author(assessor, author, |pair| {
                if pair.counts() && facts.handed_in(pair.asset) {
                    let only = facts.handed_copies(facts.work(pair.asset)) == 1;
                    pair.flags |= if only { FIXED } else { MUST_OF_WORK };
                    met = true;
                }
            });
        }
    }
    met
}

fn report_missing(findings: &mut Findings, rule: &Rule) {
    let assessor = &rule.assessor_id;
    match &rule.target {
        RuleTarget::Asset(asset) => findings.add_pair(
            "must_missing",
            "",
            format_args!("assessor {assessor} must review submission {asset} and does not"),
            assessor,
            asset,
        ),
        RuleTarget::User(user) => findings.add_for(
            "must_missing",
            "",
            format_args!("assessor {assessor} must review the work of {user} and does not"),
            Some(assessor),
            None,
        ),
    }
}

/// Notes on each pair whether a history row covers it. A row of somebody who is not listed covers nothing.
pub(super) fn note_history(facts: &Facts<'_>, pairs: &mut Pairs) {
    let mut assessors = Finder::new(&facts.persons);
    let mut authors = Finder::new(&facts.persons);
    for row in &facts.input.history {
        let assessor = assessors.find(&row.assessor_id).filter(|&person| facts.is_student(person));
        if let (Some(assessor), Some(author)) = (assessor, authors.find(&row.user_id)) {
            pairs.each_of_author(assessor, author, |pair| pair.flags |= HISTORY);
        }
    }
}

/// The scores of the resulting reviews, in 10^-6.
#[derive(Default)]
pub(super) struct Scores {
    /// The sum.
    pub(super) total: i128,
    /// The sum over the reviews of each submission; empty where there are no scores at all.
    pub(super) by_submission: Vec<i64>,
}

impl Scores {
    /// Notes that a pair has a score; where it is listed twice, the first counts.
    fn note(&mut self, pairs: &mut Pairs, assessor: u32, asset: u32, score: i64) {
        let Some(pair) = pairs.find_mut(assessor, asset).filter(|pair| !pair.is(SCORED)) else { return };
        pair.flags |= SCORED;
        if pair.results() {
            self.total += i128::from(score);
            if let Some(sum) = self.by_submission.get_mut(at(asset)) {
                *sum = sum.saturating_add(score);
            }
        }
    }
}

/// Notes on each pair whether it has a score, and adds up those of the resulting reviews.
pub(super) fn note_scores(facts: &Facts<'_>, pairs: &mut Pairs) -> Scores {
    let mut scores = Scores::default();
    let input = facts.input;
    if input.is_unscored() {
        return scores;
    }
    scores.by_submission = alloc::vec![0; facts.submissions.len()];
    each_score(facts, |assessor, asset, score| scores.note(pairs, assessor, asset, score));
    scores
}

/// Calls `visit` with student, submission and score in 10^-6 of each score of the input whose ids are known: those of
/// `affinities`, then those of `scores`.
pub(super) fn each_score(facts: &Facts<'_>, mut visit: impl FnMut(u32, u32, i64)) {
    let input = facts.input;
    let mut assessors = Finder::new(&facts.persons);
    let mut assets = Finder::new(&facts.submissions);
    for row in &input.affinities {
        let assessor = assessors.find(&row.assessor_id).filter(|&person| facts.is_student(person));
        if let Some((assessor, asset)) = assessor.zip(assets.find(&row.asset_id)) {
            visit(assessor, asset, row.score.0);
        }
    }
    if !input.scores.is_empty() {
        let persons: Vec<_> = input.students.iter().map(|student| facts.persons.find(&student.id)).collect();
        let assets: Vec<_> = input.submissions.iter().map(|given| facts.submissions.find(&given.id)).collect();
        for row in input.scores.iter() {
            let assessor = persons.get(at(row.student)).copied().flatten();
            let asset = assets.get(at(row.submission)).copied().flatten();
            if let Some((assessor, asset)) = assessor.zip(asset) {
                visit(assessor, asset, row.score.0);
            }
        }
    }
}
