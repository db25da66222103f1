//! Who would rather have whose reviewers, while bundles change by one reviewer at a time.

use alloc::vec::Vec;

use crate::assignment::Assignment;
use crate::problem::Problem;
use crate::problem::rows::{Rows, index};

/// The reviewers of each submission, and what everybody thinks of them.
///
/// What a submission thinks of a reviewer is the score; below 0, or where the reviewer may not review it, it is nothing.
#[derive(Debug, Clone)]
pub(super) struct Bundles {
    /// Student -> submissions that value him, ascending, with the value.
    valued_by: Rows<(u32, i64)>,
    /// Submission -> students it values, with the value.
    values: Rows<(u32, i64)>,
    /// Submission -> its reviewers.
    reviewers: Vec<Vec<u32>>,
    /// Student -> the submissions he reviews.
    reviews: Vec<Vec<u32>>,
    /// Submission -> how many reviewers it is to have; nothing envies, or is envied, that is to have none.
    demands: Vec<u32>,
    /// Submission -> what it thinks of its own.
    own: Vec<i64>,
    /// What is thought of bundles while it is counted: sum and best.
    worth: Vec<(i128, i64)>,
    /// Those that it was counted of.
    met: Vec<u32>,
}

impl Bundles {
    /// The bundles of an assignment.
    pub(super) fn new(problem: &Problem, assignment: &Assignment, demands: Vec<u32>) -> Self {
        let (n, m) = (problem.students(), problem.submissions());
        let counts = |student: usize, &(submission, score): &(u32, i64)| {
            score > 0 && demands[submission as usize] > 0 && problem.eligible(student, submission as usize)
        };
        let valued: Vec<(u32, (u32, i64))> = (0..n)
            .flat_map(|student| {
                let row = problem.pairs.scores.row(student).iter().filter(move |of| counts(student, of));
                row.map(move |&of| (index(student), of))
            })
            .collect();
        let by_submission = valued.iter().map(|&(student, (submission, value))| (submission, (student, value)));
        let mut bundles = Self {
            values: Rows::counted(m, by_submission),
            valued_by: Rows::sorted(n, valued),
            reviewers: alloc::vec![Vec::new(); m],
            reviews: alloc::vec![Vec::new(); n],
            own: alloc::vec![0; m],
            worth: alloc::vec![(0, 0); m],
            met: Vec::new(),
            demands,
        };
        for (student, submission) in assignment.pairs() {
            bundles.put(index(student), index(submission));
        }
        bundles
    }

    /// What a submission thinks of a student.
    fn value(&self, submission: u32, student: u32) -> i64 {
        let row = self.valued_by.row(student as usize);
        row.binary_search_by_key(&submission, |&(submission, _)| submission).map_or(0, |place| row[place].1)
    }

    /// How many reviewers a submission has.
    pub(super) fn count(&self, submission: u32) -> u32 {
        index(self.reviewers[submission as usize].len())
    }

    pub(super) fn demand(&self, submission: u32) -> u32 {
        self.demands[submission as usize]
    }

    /// The submissions that a student reviews.
    pub(super) fn of_student(&self, student: u32) -> &[u32] {
        &self.reviews[student as usize]
    }

    /// Gives a submission one more reviewer.
    pub(super) fn put(&mut self, student: u32, submission: u32) {
        self.own[submission as usize] += self.value(submission, student);
        self.reviewers[submission as usize].push(student);
        self.reviews[student as usize].push(submission);
    }

    /// Takes a reviewer away.
    pub(super) fn take(&mut self, student: u32, submission: u32) {
        self.own[submission as usize] -= self.value(submission, student);
        self.reviewers[submission as usize].retain(|&other| other != student);
        self.reviews[student as usize].retain(|&other| other != submission);
    }

    /// Whether a bundle without its best reviewer, worth `sum` with him and he `best`, would be worth more for its demand
    /// than a submission's own.
    fn envies(&self, submission: u32, other: u32, sum: i128, best: i64) -> bool {
        let (mine, theirs) = (self.demands[submission as usize], self.demands[other as usize]);
        i128::from(self.own[submission as usize]) * i128::from(theirs) < (sum - i128::from(best)) * i128::from(mine)
    }

    /// What a submission thinks of another one's bundle: of all of it, and of its best.
    fn thinks(&self, submission: u32, other: u32) -> (i128, i64) {
        let values = self.reviewers[other as usize].iter().map(|&student| self.value(submission, student));
        values.fold((0, 0), |(sum, best), value| (sum + i128::from(value), best.max(value)))
    }

    /// The submissions that would envy another one for one more reviewer.
    pub(super) fn envious(&self, student: u32, submission: u32) -> impl Iterator<Item = u32> + '_ {
        let row = self.valued_by.row(student as usize).iter();
        row.filter(move |&&(other, value)| {
            let (sum, best) = self.thinks(other, submission);
            other != submission && self.envies(other, submission, sum + i128::from(value), best.max(value))
        })
        .map(|&(other, _)| other)
    }

    /// One more reviewer of a bundle, in the count of what is thought of it.
    fn think(&mut self, bundle: u32, value: i64) {
        let (sum, best) = &mut self.worth[bundle as usize];
        if *best == 0 {
            self.met.push(bundle);
        }
        (*sum, *best) = (*sum + i128::from(value), value.max(*best));
    }

    /// How many of those that were thought of meet a condition on sum and best; all are forgotten.
    fn count_met(&mut self, counts: impl Fn(&Self, u32, i128, i64) -> bool) -> u64 {
        let mut met = core::mem::take(&mut self.met);
        let mut count = 0;
        for other in met.drain(..) {
            let (sum, best) = core::mem::take(&mut self.worth[other as usize]);
            count += u64::from(counts(self, other, sum, best));
        }
        self.met = met;
        count
    }

    /// How many others a submission envies. O(its reviewers of value, each with his reviews).
    fn envied_by(&mut self, submission: u32) -> u64 {
        for place in 0..self.values.row(submission as usize).len() {
            let (student, value) = self.values.row(submission as usize)[place];
            for review in 0..self.reviews[student as usize].len() {
                self.think(self.reviews[student as usize][review], value);
            }
        }
        self.count_met(|bundles, other, sum, best| other != submission && bundles.envies(submission, other, sum, best))
    }

    /// How many submissions envy another one, those of `but` left out. O(its reviewers, each with those that value him).
    fn envying(&mut self, submission: u32, but: &[u32]) -> u64 {
        for place in 0..self.reviewers[submission as usize].len() {
            let student = self.reviewers[submission as usize][place] as usize;
            for review in 0..self.valued_by.row(student).len() {
                let (other, value) = self.valued_by.row(student)[review];
                self.think(other, value);
            }
        }
        self.count_met(|bundles, other, sum, best| {
            other != submission && !but.contains(&other) && bundles.envies(other, submission, sum, best)
        })
    }

    /// How many pairs violate envy-freeness up to one review (by demand) in which one of some submissions takes part; none
    /// where there are more than `most`.
    pub(super) fn violations_at(&mut self, submissions: &[u32], most: u64) -> Option<u64> {
        let mut count = 0;
        for &submission in submissions {
            count += self.envied_by(submission);
            if count > most {
                return None;
            }
            count += self.envying(submission, submissions);
            if count > most {
                return None;
            }
        }
        Some(count)
    }

    /// How many pairs violate envy-freeness in all.
    pub(super) fn all_violations(&mut self) -> u64 {
        self.violations().into_iter().map(|(_, count)| count).sum()
    }

    /// The submissions that envy another one, with how many.
    pub(super) fn violations(&mut self) -> Vec<(u32, u64)> {
        let all = 0..index(self.reviewers.len());
        let counted: Vec<(u32, u64)> = all.map(|submission| (submission, self.envied_by(submission))).collect();
        counted.into_iter().filter(|&(_, count)| count > 0).collect()
    }
}
