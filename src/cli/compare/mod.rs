//! `compare`: strategies side by side over seeds.

mod bench;
mod contender;
mod sample;
mod show;

use std::path::PathBuf;

use clap::ValueEnum;

use self::contender::contenders;
use super::Console;
use super::failure::{Exit, Failure};
use super::load::{self, Changes};
use super::output::note;
use super::progress::Bar;

const HELP: &str = "\
Examples:
  peerplan compare course.json --strategies random,round_robin,matching --seeds 5
  peerplan compare small.json --strategies random,max_affinity --seeds 20 --format csv";

/// Compare strategies over seeds: mean and spread of every figure of `metrics`
///
/// Each strategy makes a plan with each of the seeds 0, 1, …, and each plan is checked as `plan` does it. A strategy whose
/// result does not depend on the seed runs once. What has no valid plan, or stays undecided, is counted. The share of the
/// optimum is that of the total score of `max_affinity`. Nothing depends on the number of threads. Ctrl-C ends the
/// runs under way, and the strategies that are finished are shown.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The problem file; - is standard input
    problem: PathBuf,
    /// The strategies, with parameters as in NAME:limit=0.5:other=2 [default: all, without parameters]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    strategies: Vec<String>,
    /// How many seeds: 0, 1, … N - 1
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    seeds: u32,
    /// What to print [default: table]
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    changes: Changes,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    Table,
    /// One document; the same as --json
    Json,
    /// A line for each figure of each strategy
    Csv,
}

impl Args {
    /// Whether JSON is asked for.
    pub(super) fn json(&self) -> bool {
        self.format == Some(Format::Json)
    }

    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        let format = match (self.format, console.json) {
            (None | Some(Format::Json), true) => Format::Json,
            (Some(_), true) => {
                return Err(Failure::Usage(String::from("--json is --format json; leave one of them out")));
            }
            (format, false) => format.unwrap_or(Format::Table),
        };
        let contenders = if self.strategies.is_empty() { contender::all() } else { contenders(&self.strategies)? };
        let loaded = load::load(&self.problem, &self.changes, console, |_| ())?;
        loaded.warn();
        let comparison = bench::run(&loaded, &contenders, self.seeds, &mut Bar::new())?;
        for row in comparison.rows.iter().filter(|row| row.infeasible + row.undecided > 0) {
            note(format_args!(
                "peerplan: {}: of {} runs {} infeasible, {} undecided",
                row.strategy, row.runs, row.infeasible, row.undecided
            ));
        }
        match format {
            Format::Table => show::table(&comparison)?,
            Format::Json => super::output::json(&comparison)?,
            Format::Csv => show::csv(&comparison)?,
        }
        if comparison.interrupted {
            let (done, all) = (comparison.rows.len(), contenders.len());
            note(format_args!("peerplan: interrupted; {done} of {all} strategies are finished"));
            return Ok(Exit::Interrupted);
        }
        Ok(Exit::Done)
    }
}
