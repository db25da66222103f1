//! The resulting reviews of a plan, in the numbers of the facts.

use alloc::vec;
use alloc::vec::Vec;

use super::affinity::AffinityFigures;
use super::facts::Facts;
use super::graph::ReviewGraph;
use super::rows::{key, pair};
use crate::input::{ReviewRecord, WorkflowState};
use crate::plan::{OperationRecord, Records};

/// The resulting reviews in numbers.
#[derive(Default)]
pub(super) struct Tally {
    /// (assessor, submission) of the reviews that count, ascending.
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) created: u64,
    pub(super) deleted: u64,
    pub(super) kept: u64,
    pub(super) idle: u64,
}

impl Tally {
    pub(super) fn new(facts: &Facts<'_>, records: &dyn Records) -> Self {
        let mut tally = Self::default();
        let mut keys = Vec::new();
        let mut add = |record: ReviewRecord<'_>| {
            if let (Some(person), Some(submission)) =
                (facts.person(record.assessor_id), facts.submission(record.asset_id))
            {
                keys.push(key(person, submission));
            }
        };
        for record in records.kept() {
            tally.kept += 1;
            let writer = facts.person(record.assessor_id).is_some_and(|person| facts.reviews(person));
            if writer || record.workflow_state == WorkflowState::Completed {
                add(record);
            } else {
                tally.idle += 1;
            }
        }
        for operation in records.operations() {
            match operation {
                OperationRecord::Create { peer_review, .. } => {
                    tally.created += 1;
                    add(peer_review);
                }
                OperationRecord::Delete { .. } => tally.deleted += 1,
            }
        }
        keys.sort_unstable();
        tally.pairs = keys.into_iter().map(pair).collect();
        tally
    }

    /// Reviews received by each handed-in submission, and given by each student who may review.
    pub(super) fn loads(&self, facts: &Facts<'_>) -> (Vec<u32>, Vec<u32>) {
        let mut received = vec![0_u32; facts.handed_in.len()];
        let mut given = vec![0_u32; facts.persons as usize];
        for &(person, submission) in &self.pairs {
            received[submission as usize] += 1;
            given[person as usize] += 1;
        }
        (only(received, &facts.handed_in), only(given, &facts.may_review))
    }

    pub(super) fn graph(&self, facts: &Facts<'_>) -> ReviewGraph {
        let mut arcs = Vec::with_capacity(self.pairs.len());
        for &(person, submission) in &self.pairs {
            arcs.extend(facts.authors(submission).iter().map(|&author| (person, author)));
        }
        ReviewGraph::new(facts.persons, &arcs)
    }

    pub(super) fn repeats(&self, facts: &Facts<'_>) -> u64 {
        let rows = facts.input.history.iter();
        let mut past: Vec<u64> =
            rows.filter_map(|row| Some(key(facts.person(&row.assessor_id)?, facts.person(&row.user_id)?))).collect();
        if past.is_empty() {
            return 0;
        }
        past.sort_unstable();
        let covered = |&&(person, submission): &&(u32, u32)| {
            let mut authors = facts.authors(submission).iter();
            authors.any(|&author| past.binary_search(&key(person, author)).is_ok())
        };
        self.pairs.iter().filter(covered).count() as u64
    }

    pub(super) fn affinity(&self, facts: &Facts<'_>) -> Option<AffinityFigures> {
        if facts.input.is_unscored() {
            return None;
        }
        // For each pair the score; a pair without one has 0.
        let mut scores = vec![0_i64; self.pairs.len()];
        let mut starts = vec![0_usize; facts.persons as usize + 1];
        for &(person, _) in &self.pairs {
            starts[person as usize + 1] += 1;
        }
        for person in 0..facts.persons as usize {
            starts[person + 1] += starts[person];
        }
        facts.each_score(|person, submission, score| {
            let own = starts[person as usize]..starts[person as usize + 1];
            for (pair, entry) in self.pairs[own.clone()].iter().zip(&mut scores[own]) {
                if pair.1 == submission {
                    *entry = score;
                }
            }
        });
        let mut sums = vec![0_i64; facts.handed_in.len()];
        let mut total = 0_i128;
        for (&(_, submission), score) in self.pairs.iter().zip(scores) {
            total += i128::from(score);
            sums[submission as usize] = sums[submission as usize].saturating_add(score);
        }
        Some(AffinityFigures::new(only(sums, &facts.handed_in), self.pairs.len() as u64, total))
    }
}

/// The values at places that are marked.
fn only<T>(values: Vec<T>, marked: &[bool]) -> Vec<T> {
    values.into_iter().zip(marked).filter(|&(_, &marked)| marked).map(|(value, _)| value).collect()
}
