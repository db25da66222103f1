//! `--affinities`: a score file put into a problem.

#![allow(clippy::disallowed_types, reason = "ids are looked up in these sets, never gone through")]

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use super::failure::Failure;
use super::load;
use super::table::shown;
use crate::diagnostic::Diagnostics;
use crate::formats::csv_scores;
use crate::id::Id;
use crate::input::Input;

/// Which scores of an input come from a score file, so that what is wrong with them can be said of that file.
#[derive(Debug, Default)]
pub(super) struct Scores {
    file: String,
    /// The scores that the problem file itself has.
    before: usize,
    /// The row in the score file of each score after them, from 1.
    rows: Vec<u32>,
}

impl Scores {
    /// Adds the scores of a file to an input. Those of students or submissions that the input does not know are left
    /// out, with a warning.
    pub(super) fn add(path: &Path, input: &mut Input, warnings: &mut Diagnostics) -> Result<Self, Failure> {
        let file = load::name(path);
        let read = if load::is_stdin(path) {
            csv_scores::read(io::stdin().lock())
        } else {
            let opened = File::open(path).and_then(|opened| {
                let directory = opened.metadata()?.is_dir();
                if directory { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(opened) }
            });
            csv_scores::read(opened.map_err(|error| Failure::read(&file, error))?)
        };
        let found = match read {
            Ok(found) => found,
            Err(found) => return Err(Failure::Input { file, found }),
        };
        let students: HashSet<Id> = input.students.iter().map(|student| student.id.clone()).collect();
        let submissions: HashSet<Id> = input.submissions.iter().map(|submission| submission.id.clone()).collect();
        let mut scores = Self { file, before: input.affinities.len(), rows: Vec::with_capacity(found.len()) };
        let (mut unknown, mut first) = (0_usize, None);
        for (row, mut score) in (1..).zip(found) {
            // Ids are written in the form that the problem gives them.
            let ids = students.get(&score.assessor_id).zip(submissions.get(&score.asset_id));
            if let Some((student, submission)) = ids {
                (score.assessor_id, score.asset_id) = (student.clone(), submission.clone());
                scores.rows.push(row);
                input.affinities.push(score);
            } else {
                unknown += 1;
                first.get_or_insert((row, score));
            }
        }
        if let Some((row, score)) = first {
            let message = format_args!(
                "{}: {unknown} scores are left out because the problem does not know the student or the submission; \
                 the first is row {row}, assessor {} and asset {}",
                scores.file, score.assessor_id, score.asset_id
            );
            warnings.warning("unknown_id", "", message, "check the ids if they should be known");
        }
        Ok(scores)
    }

    /// Gives what was found the place in the score file instead of that in the problem file.
    pub(super) fn relocate(&self, found: &mut Diagnostics) {
        for item in found.items_mut() {
            if let Some(row) = self.row(&item.pointer) {
                item.message = format!("{}, row {row}: {}", shown(&self.file), self.reworded(&item.message));
                item.pointer.clear();
                item.position = None;
            }
        }
    }

    /// The row of a score that a pointer leads to, if it is one of the file.
    fn row(&self, pointer: &str) -> Option<u32> {
        let mut parts = pointer.strip_prefix("/affinities/")?.split('/');
        let place: usize = parts.find_map(|part| part.parse().ok())?;
        self.rows.get(place.checked_sub(self.before)?).copied()
    }

    /// The same words with rows for the pointers that lead to scores of the file.
    fn reworded(&self, message: &str) -> String {
        let words = message.split(' ').map(|word| self.row(word).map_or(word.to_owned(), |row| format!("row {row}")));
        words.collect::<Vec<String>>().join(" ")
    }
}
