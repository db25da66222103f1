//! What `apply`, `status` and `rollback` have in common: one session, looked at or carried out, and what is said of it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::connect::Connection;
use super::journal::JournalFile;
use super::{drive, ids};
use crate::canvas::http::Client;
use crate::canvas::{Apply, ApplyOptions, BadTask, Base, Ending, Journal, Op, Summary, Task};
use crate::cli::failure::{Exit, Failure};
use crate::cli::table::shown;
use crate::cli::{Console, load, output};
use crate::id::Id;

/// How many requests are sent at a time.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Speed {
    /// Work with so many requests at a time, from 1 to 4
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=4))]
    max_in_flight: u8,
}

impl Speed {
    /// The number.
    pub(super) fn most_in_flight(self) -> usize {
        usize::from(self.max_in_flight)
    }
}

/// On which way Canvas is reached.
#[derive(Debug, clap::Args)]
pub(super) struct Way {
    /// Go through a section
    #[arg(long, value_name = "ID", value_parser = ids::read)]
    section: Option<Id>,
    #[command(flatten)]
    speed: Speed,
}

/// What is to be done, and where.
pub(super) struct Job {
    pub(super) base: Base,
    pub(super) client: Client,
    pub(super) task: Task,
    pub(super) options: ApplyOptions,
}

impl Job {
    /// Reads and compares.
    pub(super) fn look(&self, earlier: &Journal) -> Result<Summary, Failure> {
        let options = ApplyOptions { look_only: true, ..self.options };
        let mut session = Apply::new(self.base.clone(), self.task.clone(), earlier.clone(), options);
        drive::run_unrecorded(&mut session, &self.client).map_err(|error| Failure::Bug(error.to_string()))?;
        Ok(session.summary().clone())
    }

    /// Does what is to be done.
    pub(super) fn carry_out(self, journal: &mut JournalFile) -> Result<Summary, Failure> {
        let mut session = Apply::new(self.base, self.task, journal.earlier().clone(), self.options);
        let driven = drive::run(&mut session, &self.client, &mut |line| journal.append(line));
        match driven {
            Ok(_) => Ok(session.summary().clone()),
            // What was sent before stands in the journal: nothing is sent without its line.
            Err(error) if session.summary().requests > 1 => {
                let resume = format!(
                    "{} cannot be written ({error}); once it can, the same command goes on",
                    journal.path().display()
                );
                Err(Failure::Partly { summary: Box::new(session.summary().clone()), resume })
            }
            Err(error) => Err(Failure::write(journal.path(), error)),
        }
    }
}

pub(super) fn usage(message: &str) -> Failure {
    Failure::Usage(String::from(message))
}

pub(super) fn refused(error: &BadTask) -> Failure {
    let code = if *error == BadTask::OtherJournal { "bad_journal" } else { "bad_plan" };
    Failure::Refused { code, message: error.to_string() }
}

/// Where the journal of a plan is.
pub(super) fn journal_path(plan: &Path, given: Option<&Path>) -> Result<PathBuf, Failure> {
    match given {
        Some(path) if load::is_stdin(path) => Err(usage("a journal is a file; name one")),
        Some(path) => Ok(path.to_owned()),
        None if load::is_stdin(plan) => {
            Err(usage("a plan from standard input has no place for its journal; add --journal FILE"))
        }
        None => {
            let mut path = plan.as_os_str().to_owned();
            path.push(".journal.jsonl");
            Ok(path.into())
        }
    }
}

pub(super) fn of_plan(plan: &Path, way: &Way, connection: &Connection, allow_drift: bool) -> Result<Job, Failure> {
    let (base, client) = connection.open()?;
    let plan = load::plan(plan)?;
    let task = Task::of_plan(&base, &plan, way.section.clone()).map_err(|error| refused(&error))?;
    let options = ApplyOptions { most_in_flight: way.speed.most_in_flight(), allow_drift, ..ApplyOptions::default() };
    Ok(Job { base, client, task, options })
}

/// Says what will happen.
pub(super) fn describe(task: &Task, seen: &Summary, continues: bool) {
    let of = |op| task.steps().iter().filter(|step| step.op == op).count();
    let again = if continues { "going on with an earlier run: " } else { "" };
    let (creates, deletes) = (of(Op::Create), of(Op::Delete));
    output::note(format_args!(
        "{again}{creates} reviews to create and {deletes} to delete, of which {} are in effect already",
        seen.already
    ));
    seen.drift.iter().take(SHOWN).for_each(|found| output::note(format_args!("  {found}")));
}

/// Asks at the terminal; where nobody agrees, says that nothing was changed of what was seen.
pub(super) fn agreed(console: Console, question: &str, seen: &Summary) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(usage("there is no terminal to ask at; look at `canvas status` and add --yes"));
    }
    let _ = write!(io::stderr().lock(), "{question} [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::read("standard input", error))?;
    let agreed = matches!(answer.trim(), "y" | "Y" | "yes");
    if !agreed {
        output::note("peerplan: nothing was changed");
        if console.json {
            print(console, seen)?;
        }
    }
    Ok(agreed)
}

pub(super) fn resume(journal: &Path) -> String {
    format!("what was done stands in {}; the same command goes on", journal.display())
}

pub(super) fn finish(console: Console, summary: Summary, journal: &JournalFile) -> Result<Exit, Failure> {
    if summary.ending == Ending::Complete {
        print(console, &summary)?;
        return Ok(Exit::Done);
    }
    conclude(summary, journal.is_open(), &resume(journal.path()))
}

/// The failure of a run that did not come to a good end.
pub(super) fn conclude(summary: Summary, open: bool, resume: &str) -> Result<Exit, Failure> {
    let applied = open || summary.created + summary.deleted + summary.unclear > 0;
    Err(match summary.ending {
        Ending::Stopped => {
            if applied && !resume.is_empty() {
                output::note(format_args!("peerplan: {resume}"));
            }
            Failure::Interrupted
        }
        Ending::Drift | Ending::Changed => Failure::Drift(Box::new(summary)),
        _ if applied => Failure::Partly { summary: Box::new(summary), resume: resume.to_owned() },
        _ => {
            let why = summary.trouble.as_ref().map(ToString::to_string);
            let message = why.unwrap_or_else(|| String::from("no step of the plan can be done in Canvas"));
            Failure::Remote { message, status: None, unclear: false }
        }
    })
}

/// So many pairs are shown of each kind.
const SHOWN: usize = 20;

/// What stands at the end of a run, as text or JSON.
pub(super) fn print(console: Console, summary: &Summary) -> Result<(), Failure> {
    if console.json {
        return output::json(summary);
    }
    output::stdout(|output| {
        let Summary { created, deleted, already, pending, .. } = summary;
        match summary.ending {
            Ending::Pending => writeln!(output, "pending: {pending} steps; {already} are in effect")?,
            Ending::Drift => writeln!(output, "drift: not as it was when the plan was made")?,
            _ => writeln!(output, "as planned: {created} created, {deleted} deleted, {already} in effect before")?,
        }
        for line in lines(summary) {
            writeln!(output, "  {}", shown(&line))?;
        }
        Ok(())
    })
}

/// What is to be told of single pairs.
pub(in crate::cli) fn lines(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    some(&mut lines, summary.drift.iter().map(ToString::to_string));
    some(&mut lines, summary.changed.iter().map(|found| format!("meanwhile {found}")));
    some(&mut lines, summary.left.iter().map(ToString::to_string));
    some(&mut lines, summary.duplicates.iter().map(|pair| format!("the {pair} stands in Canvas more than once")));
    some(
        &mut lines,
        summary.lost.iter().map(|pair| format!("the {pair} was completed in the moment in which it was deleted")),
    );
    lines
}

fn some(lines: &mut Vec<String>, all: impl ExactSizeIterator<Item = String>) {
    let more = all.len().saturating_sub(SHOWN);
    lines.extend(all.take(SHOWN));
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
}
