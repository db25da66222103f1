//! `show`: who reviews what by a plan.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::load::{self, Changes};
use super::plan::show::{Names, shortfalls};
use super::table::{page, shown};
use super::{Console, output};
use crate::id::Id;
use crate::input::{Input, ReviewRecord, WorkflowState};
use crate::plan::{OperationRecord, PlanDocument, Records};

const HELP: &str = "\
Examples:
  peerplan show plan.json --by submission
  peerplan show plan.json --names course.json --format csv";

/// Show who reviews what by a plan
///
/// One line for each review that results, and for each that is deleted, with its state: new, kept (it exists), completed
/// (it exists and stays for good) or deleted; and why. Names are shown only with --names.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The plan file; - is standard input
    plan: PathBuf,
    /// What the lines are sorted by, in canonical order
    #[arg(long, value_enum, default_value_t = By::Student)]
    by: By,
    /// Show names beside ids, those of this problem file; - is standard input
    #[arg(long, value_name = "PROBLEM")]
    names: Option<PathBuf>,
    /// What to print [default: table]
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// What lines are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum By {
    /// Who gives what
    Student,
    /// Who reviews it
    Submission,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    Table,
    /// One document; the same as --json
    Json,
    /// A line for each review
    Csv,
}

/// What a plan makes of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    New,
    Kept,
    Completed,
    Deleted,
}

impl State {
    const ALL: [Self; 4] = [Self::New, Self::Kept, Self::Completed, Self::Deleted];

    const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Kept => "kept",
            Self::Completed => "completed",
            Self::Deleted => "deleted",
        }
    }
}

/// One line.
#[derive(Debug, Serialize)]
struct Row<'a> {
    assessor_id: &'a Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessor: Option<&'a str>,
    asset_id: &'a Id,
    user_id: Option<&'a Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    state: State,
    /// Why; nothing for what stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'a> {
    problem_digest: &'a str,
    by: By,
    reviews: &'a [Row<'a>],
}

impl Args {
    /// Whether JSON is asked for.
    pub(super) fn json(&self) -> bool {
        self.format == Some(Format::Json)
    }

    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        if console.json && self.format.is_some_and(|format| format != Format::Json) {
            return Err(Failure::Usage(String::from("--json is --format json; leave one of them out")));
        }
        let nothing = Changes::default();
        nothing.once(
            &[Some(&self.plan), self.names.as_ref()].into_iter().flatten().map(AsRef::as_ref).collect::<Vec<_>>(),
        )?;
        let problem = match &self.names {
            Some(path) => Some(load::load(path, &nothing, console, |_| ())?),
            None => None,
        };
        let plan = load::plan(&self.plan)?;
        if let Some(problem) = &problem {
            load::note_other_problem(&problem.problem, &plan);
        }
        let nobody = Input::default();
        let names = Names::new(problem.as_ref().map_or(&nobody, |problem| &problem.input));
        let rows = self.rows(&plan, &names);
        if console.json {
            let document = Document { problem_digest: &plan.problem_digest, by: self.by, reviews: &rows };
            output::json(&document)?;
        } else if self.format == Some(Format::Csv) {
            output::stdout(|output| lines(&rows, problem.is_some(), output))?;
        } else {
            output::stdout(|output| self.print(&plan, &rows, problem.is_some(), output))?;
        }
        Ok(Exit::Done)
    }

    /// All lines, sorted.
    fn rows<'a>(&self, plan: &'a PlanDocument, names: &Names<'a>) -> Vec<Row<'a>> {
        // Existing reviews may leave out the owner that others of the same submission name.
        let reviews = plan.operations().map(|operation| *operation.peer_review()).chain(plan.kept());
        let owners: BTreeMap<&Id, &Id> =
            reviews.filter_map(|review| Some((review.asset_id, review.user_id?))).collect();
        let row = |review: ReviewRecord<'a>, state, reason: String| {
            let user_id = owners.get(review.asset_id).copied();
            Row {
                assessor_id: review.assessor_id,
                assessor: names.find(Some(review.assessor_id)),
                asset_id: review.asset_id,
                user_id,
                owner: names.find(user_id),
                state,
                reason: Some(reason).filter(|reason| !reason.is_empty()),
            }
        };
        let operations = plan.operations().map(|operation| match operation {
            OperationRecord::Create { peer_review, reason } => row(peer_review, State::New, reason.to_string()),
            OperationRecord::Delete { peer_review, reason } => row(peer_review, State::Deleted, reason.to_string()),
        });
        let kept = plan.kept().map(|review| match review.workflow_state {
            WorkflowState::Assigned => row(review, State::Kept, String::new()),
            WorkflowState::Completed => row(review, State::Completed, String::new()),
        });
        let mut rows: Vec<Row<'a>> = operations.chain(kept).collect();
        match self.by {
            By::Student => rows.sort_by_key(|row| (row.assessor_id, row.asset_id)),
            By::Submission => rows.sort_by_key(|row| (row.asset_id, row.assessor_id)),
        }
        rows
    }

    /// A table in which what several lines begin with stands on the first of them.
    fn print(&self, plan: &PlanDocument, rows: &[Row<'_>], named: bool, output: &mut dyn Write) -> io::Result<()> {
        let student: &[&str] = if named { &["assessor_id", "assessor"] } else { &["assessor_id"] };
        let submission: &[&str] = if named { &["asset_id", "user_id", "owner"] } else { &["asset_id", "user_id"] };
        let (first, second) = match self.by {
            By::Student => (student, submission),
            By::Submission => (submission, student),
        };
        let mut table = page(&[first, second, &["state", "why"]].concat());
        let mut last = None;
        for row in rows {
            let of = |name: &&str| match *name {
                "assessor_id" => id(Some(row.assessor_id)),
                "asset_id" => id(Some(row.asset_id)),
                "user_id" => id(row.user_id),
                "assessor" => text(row.assessor),
                _ => text(row.owner),
            };
            let key = match self.by {
                By::Student => row.assessor_id,
                By::Submission => row.asset_id,
            };
            let again = last.replace(key) == Some(key);
            let mut cells: Vec<String> =
                first.iter().map(|name| if again { String::new() } else { of(name) }).collect();
            cells.extend(second.iter().map(of));
            cells.extend([String::from(row.state.name()), text(row.reason.as_deref())]);
            table.add_row(cells);
        }
        if rows.is_empty() {
            writeln!(output, "no reviews\n")?;
        } else {
            writeln!(output, "{table}\n")?;
        }
        if !plan.shortfalls.is_empty() {
            writeln!(output, "{}\n", shortfalls(&plan.shortfalls))?;
        }
        let counts = State::ALL.map(|state| {
            let count = rows.iter().filter(|row| row.state == state).count();
            format!("{count} {}", state.name())
        });
        writeln!(output, "{}", counts.join(", "))
    }
}

/// An id as it may stand in a table.
fn id(id: Option<&Id>) -> String {
    id.map(|id| shown(&id.to_string()).into_owned()).unwrap_or_default()
}

/// A text as it may stand in a table.
fn text(text: Option<&str>) -> String {
    text.map(|text| shown(text).into_owned()).unwrap_or_default()
}

/// The lines as CSV; with names where they are asked for.
fn lines(rows: &[Row<'_>], named: bool, output: &mut dyn Write) -> io::Result<()> {
    let header = ["assessor_id", "asset_id", "user_id", "state", "reason", "assessor", "owner"];
    let columns = if named { header.len() } else { 5 };
    let line = |row: &Row<'_>| {
        let plain = |id: Option<&Id>| id.map(Id::to_string).unwrap_or_default();
        [
            plain(Some(row.assessor_id)),
            plain(Some(row.asset_id)),
            plain(row.user_id),
            String::from(row.state.name()),
            row.reason.clone().unwrap_or_default(),
            row.assessor.map(String::from).unwrap_or_default(),
            row.owner.map(String::from).unwrap_or_default(),
        ]
    };
    let mut table = csv::Writer::from_writer(output);
    table.write_record(&header[..columns])?;
    for row in rows {
        table.write_record(&line(row)[..columns])?;
    }
    table.flush()
}
