//! Pairs with two scores: reported where they stand again, and told in the end where they stand first.
//!
//! The first row is looked up only for what is reported, so that rows need no index.

use std::mem::take;

use super::field::At;
use super::table::Table;
use crate::diagnostic::KEPT_PER_CODE;
use crate::input::{Score, ScoreTable};

/// A repeated pair of which is to be told where it stands first.
pub(super) struct Repeated {
    /// The diagnostic that says so.
    item: usize,
    student: u32,
    submission: u32,
}

impl Table<'_> {
    /// Notes all pairs that have a score so far, and reports those that have two in the file.
    pub(super) fn note_all(&mut self) {
        self.seen.start();
        for affinity in &self.input.affinities {
            let student = self.known.students.find_id(&affinity.assessor_id);
            if let (Some(student), Some(submission)) = (student, self.known.submissions.find_id(&affinity.asset_id)) {
                self.seen.add(student, submission);
            }
        }
        let (line, rows) = (self.report.line, take(&mut self.rows));
        for (row, Score { student, submission, .. }) in rows.iter().enumerate() {
            if self.seen.add(student, submission) {
                if self.repeated.len() < KEPT_PER_CODE {
                    self.report.line = rows.line(row).unwrap_or(line);
                }
                self.repeat(student, submission);
            }
        }
        (self.report.line, self.rows) = (line, rows);
    }

    /// Reports that the pair on the line at hand has a score already. Where, is looked up in the end.
    pub(super) fn repeat(&mut self, student: u32, submission: u32) {
        let item = self.report.len();
        self.report.error("duplicate_pair", At(b"", 0), "the pair has a score already", "keep one score for each pair");
        if self.report.len() > item {
            self.repeated.push(Repeated { item, student, submission });
        }
    }

    /// Says of repeated pairs where they stand first.
    pub(super) fn tell_first(&mut self) {
        let rows = first_rows(&self.rows, &self.repeated);
        for (Repeated { item, student, submission }, row) in self.repeated.iter().zip(rows) {
            let affinity = self.input.affinities.iter().position(|affinity| {
                self.known.students.find_id(&affinity.assessor_id) == Some(*student)
                    && self.known.submissions.find_id(&affinity.asset_id) == Some(*submission)
            });
            let place = match (affinity, row.and_then(|row| self.rows.line(row))) {
                (Some(affinity), _) => format!("at /affinities/{affinity} of the problem"),
                (None, Some(line)) => format!("on line {line}"),
                (None, None) => continue,
            };
            self.report.found.found.items_mut()[*item].message = format!("the pair has a score already {place}");
        }
    }
}

/// The row in which each of some pairs stands first.
fn first_rows(rows: &ScoreTable, repeated: &[Repeated]) -> Vec<Option<usize>> {
    let mut wanted: Vec<(u32, u32, usize)> =
        repeated.iter().enumerate().map(|(at, pair)| (pair.student, pair.submission, at)).collect();
    wanted.sort_unstable();
    let mut first = vec![None; repeated.len()];
    let mut left = wanted.len();
    for (row, Score { student, submission, .. }) in rows.iter().enumerate() {
        if left == 0 {
            break;
        }
        let from = wanted.partition_point(|&(one, other, _)| (one, other) < (student, submission));
        for &(_, _, at) in wanted[from..].iter().take_while(|&&(one, other, _)| (one, other) == (student, submission)) {
            if first[at].is_none() {
                first[at] = Some(row);
                left -= 1;
            }
        }
    }
    first
}
