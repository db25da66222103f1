//! The envy that a plan leaves, with ids.

use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use super::canonical::Canonical;
use super::envy::{Envy, ef1, wef1};
use super::facts::Facts;
use super::rows::key;
use super::tally::Tally;
use crate::id::Id;

/// Envy among the handed-in submissions that may receive reviews (whose maximum is not 0); others neither envy nor are
/// envied. Copies of one work take part each for itself, and so may envy each other.
///
/// A reviewer is worth the score for the submission, where the rules let the pair be or it is part of the plan; else
/// nothing: nobody is worse off for lack of a reviewer who may never come. The published code takes the score of
/// excluded pairs as well. Scores below 0 count as 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvyFigures {
    /// Violations of [EF1](ef1).
    pub ef1: Violations,
    /// Violations of [WEF1](wef1). The demand of a submission is what it receives, or its minimum where that is more.
    pub wef1: Violations,
}

/// Pairs of submissions of which one envies the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violations {
    /// How many there are.
    pub count: u64,
    /// The first 100, in the order of ids.
    pub pairs: Vec<EnviousPair>,
}

/// A submission that would rather have the reviewers of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnviousPair {
    /// The one that envies.
    pub asset_id: Id,
    /// The one that is envied.
    pub envied_id: Id,
}

impl EnvyFigures {
    /// The envy; none where nothing has a score.
    pub(super) fn new(facts: &Facts<'_>, canonical: &Canonical<'_>, tally: &Tally) -> Option<Self> {
        if facts.input.is_unscored() {
            return None;
        }
        let problem = canonical.problem;
        let takes_part = |submission| problem.submission_bound(submission).max != Some(0);
        let (count, numbers) = canonical.numbered(takes_part);
        let number = |place: u32| {
            let number = numbers.get(canonical.submission(place) as usize).copied()?;
            (number < count).then_some(number as usize)
        };
        let mut bundles: Vec<Vec<u32>> = vec![Vec::new(); count as usize];
        let mut reviewing = vec![false; facts.persons as usize];
        for &(person, place) in &tally.pairs {
            if let Some(number) = number(place) {
                bundles[number].push(person);
                reviewing[person as usize] = true;
            }
        }
        let mut values: Vec<Vec<(u32, i64)>> = vec![Vec::new(); count as usize];
        let reviews: Vec<u64> = tally.pairs.iter().map(|&(person, place)| key(person, place)).collect();
        facts.each_score(|person, place, score| {
            // Only those who review something can be envied for.
            let Some(number) = number(place).filter(|_| score > 0 && reviewing[person as usize]) else { return };
            let student = canonical.person(person) as usize;
            let may = student < problem.students() && problem.eligible(student, canonical.submission(place) as usize);
            if may || reviews.binary_search(&key(person, place)).is_ok() {
                values[number].push((person, score));
            }
        });
        let submissions: Vec<usize> = (0..problem.submissions()).filter(|&submission| takes_part(submission)).collect();
        let demand = |(bundle, &submission): (&Vec<u32>, &usize)| {
            let demand = problem.submission_bound(submission).min.max(bundle.len() as u64);
            u32::try_from(demand).unwrap_or(u32::MAX)
        };
        let demands: Vec<u32> = bundles.iter().zip(&submissions).map(demand).collect();
        let values = |i: u32| values[i as usize].iter().copied();
        let id = |number: u32| problem.submission_id(submissions[number as usize]).clone();
        let named = |Envy { violations, pairs }| Violations {
            count: violations,
            pairs: pairs.into_iter().map(|(i, j)| EnviousPair { asset_id: id(i), envied_id: id(j) }).collect(),
        };
        Some(Self { ef1: named(ef1(&bundles, values)), wef1: named(wef1(&bundles, &demands, values)) })
    }
}
