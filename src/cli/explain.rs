//! `explain`: why there is a plan or none, and what would help.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::load::{self, Changes, Loaded, name_strategy};
use super::table::shown;
use super::{Console, output};
use crate::explain;
use crate::id::Id;

const HELP: &str = "\
Examples:
  peerplan explain course.json
  peerplan explain course.json --pair 1001:40002";

/// Say whether a plan exists; if not, why, and what would help
///
/// Names the students and submissions in the bottleneck, and the smallest changes that would help, each of them tried.
/// With --pair it says why that student may or may not review that submission. The exit code is 0 either way.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The problem file; - is standard input
    problem: PathBuf,
    /// Explain one pair: the ids of a student and of a submission
    #[arg(long, value_name = "ASSESSOR:ASSET")]
    pair: Option<String>,
    /// Explain for this strategy instead of the problem's: limits of one that draws by lot count
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    #[command(flatten)]
    changes: Changes,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let loaded = load::load(&self.problem, &self.changes, console, |choice| {
            if let Some(name) = &self.strategy {
                name_strategy(choice, name);
            }
        })?;
        loaded.warn();
        if let Some(pair) = &self.pair {
            return explain_pair(&loaded, pair, console);
        }
        let explanation = explain::explain(&loaded.input, &loaded.problem);
        if console.json {
            output::json(&explanation)?;
        } else {
            print(explanation.sentences.iter())?;
        }
        Ok(Exit::Done)
    }
}

fn explain_pair(loaded: &Loaded, pair: &str, console: Console) -> Result<Exit, Failure> {
    let (student, submission) = match find(loaded, pair) {
        Ok(found) => found,
        Err(failure) => return left_behind(loaded, pair, console).unwrap_or(Err(failure)),
    };
    let explanation = explain::pair(&loaded.input, &loaded.problem, student, submission);
    if console.json {
        output::json(&explanation)?;
    } else {
        let title = format!("student {}, submission {}:", explanation.assessor_id, explanation.asset_id);
        print(std::iter::once(&title).chain(&explanation.sentences))?;
    }
    Ok(Exit::Done)
}

/// A review that exists of somebody who is not among the students.
#[derive(serde::Serialize)]
struct LeftBehind<'a> {
    assessor_id: &'a Id,
    asset_id: &'a Id,
    existing: explain::Fate,
    sentences: [String; 1],
}

/// Explains the review of somebody who has left, if the pair is one.
fn left_behind(loaded: &Loaded, pair: &str, console: Console) -> Option<Result<Exit, Failure>> {
    let problem = &loaded.problem;
    let is_id = |text: &str, id: &Id| Id::text(text).is_ok_and(|text| text == *id);
    let review = problem.existing_reviews().iter().filter(|review| review.student.is_none()).find(|review| {
        let asset_id = problem.submission_id(review.submission as usize);
        pair.match_indices(':')
            .any(|(colon, _)| is_id(&pair[..colon], &review.assessor_id) && is_id(&pair[colon + 1..], asset_id))
    })?;
    let (existing, sentence) = explain::review(problem, review);
    let (assessor_id, asset_id) = (&review.assessor_id, problem.submission_id(review.submission as usize));
    let told = LeftBehind { assessor_id, asset_id, existing, sentences: [sentence] };
    let printed = if console.json {
        output::json(&told)
    } else {
        let title = format!("assessor {assessor_id}, who is not among the students, submission {asset_id}:");
        print([&title].into_iter().chain(&told.sentences))
    };
    Some(printed.map(|()| Exit::Done))
}

fn print<'a>(sentences: impl Iterator<Item = &'a String>) -> Result<(), Failure> {
    output::stdout(|output| {
        for sentence in sentences {
            writeln!(output, "{}", shown(sentence))?;
        }
        Ok(())
    })
}

/// The student and the submission of a pair. Ids may hold colons themselves, so every colon is tried.
fn find(loaded: &Loaded, pair: &str) -> Result<(usize, usize), Failure> {
    let problem = &loaded.problem;
    let student = |text: &str| Id::text(text).ok().and_then(|id| problem.find_student(&id));
    let submission = |text: &str| Id::text(text).ok().and_then(|id| problem.find_submission(&id));
    let splits: Vec<(&str, &str)> =
        pair.match_indices(':').map(|(colon, _)| (&pair[..colon], &pair[colon + 1..])).collect();
    let found: Vec<(usize, usize)> =
        splits.iter().filter_map(|(one, other)| student(one).zip(submission(other))).collect();
    let wrong = match (&found[..], &splits[..]) {
        ([pair], _) => return Ok(*pair),
        ([], []) => String::from("give the ids of a student and of a submission, with a colon between them"),
        ([], [(one, _)]) if student(one).is_none() => format!("there is no student {one}"),
        ([], [(_, other)]) => format!("there is no submission {other}"),
        ([], _) => String::from("there is no such student and submission"),
        _ => String::from("more than one colon can be meant as the one between the ids"),
    };
    Err(Failure::Usage(format!("--pair {pair}: {wrong}")))
}
