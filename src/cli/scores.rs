//! `--affinities`: a score file put into a problem.

use std::fs::File;
use std::io;
use std::path::Path;

use super::failure::Failure;
use super::load;
use super::table::shown;
use crate::diagnostic::{Diagnostics, Position};
use crate::formats::csv_scores;
use crate::input::{Input, ScoreTable};

/// The name of a score file, so that what is wrong with scores can be said of it.
#[derive(Debug, Default)]
pub(super) struct Scores {
    file: String,
}

impl Scores {
    /// Adds the scores of a file to an input. Those of students or submissions that the input does not know are left
    /// out, with a warning.
    pub(super) fn add(path: &Path, input: &mut Input, warnings: &mut Diagnostics) -> Result<Self, Failure> {
        let file = load::name(path);
        let read = if load::is_stdin(path) {
            csv_scores::read(io::stdin().lock(), input)
        } else {
            let opened = File::open(path).and_then(|opened| {
                let directory = opened.metadata()?.is_dir();
                if directory { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(opened) }
            });
            csv_scores::read(opened.map_err(|error| Failure::read(&file, error))?, input)
        };
        match read {
            Ok((scores, mut told)) => {
                for item in told.items_mut() {
                    // Warnings stand beside those of the problem file, whose lines are others.
                    if let Some(Position { line, column }) = item.position.take() {
                        item.message =
                            format!("{}, line {line}, column {column}: {}", shown(&file), shown(&item.message));
                    }
                }
                warnings.append(told);
                input.scores = scores;
                Ok(Self { file })
            }
            Err(found) => Err(Failure::Input { file, found }),
        }
    }

    /// Gives what was found the place in the score file instead of that in the table of its rows.
    pub(super) fn relocate(&self, scores: &ScoreTable, found: &mut Diagnostics) {
        for item in found.items_mut() {
            if let Some(line) = line(scores, &item.pointer) {
                let words = item.message.split(' ').map(|word| match self::line(scores, word) {
                    Some(line) => format!("line {line}"),
                    None => word.to_owned(),
                });
                let words = words.collect::<Vec<String>>().join(" ");
                item.message = format!("{}, line {line}, column 1: {words}", shown(&self.file));
                item.pointer.clear();
                item.position = None;
            }
        }
    }
}

/// The line of a score that a pointer leads to, if it is one of the file.
fn line(scores: &ScoreTable, pointer: &str) -> Option<u64> {
    let row = pointer.strip_prefix("/scores/")?.split('/').next()?;
    scores.line(row.parse().ok()?)
}
