//! `plan`: from a problem to a plan.

pub(super) mod make;
mod marginals;
pub(super) mod show;
mod stream;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use self::make::{Beside, Made};
use super::failure::{Exit, Failure};
use super::load::{self, Changes, Loaded};
use super::output::{Target, note};
use super::progress::Bar;
use super::{Console, output, strategies};
use crate::diagnostic::Diagnostic;
use crate::formats::{self, Layout};
use crate::input::StrategyChoice;
use crate::plan::{Plan, Report};

const HELP: &str = "\
Examples:
  peerplan plan course.json --strategy random --seed 42 -o plan.json
  peerplan generate --students 30 | peerplan plan - --format csv";

/// Make a plan: which peer reviews to create and to delete
///
/// Nothing is changed anywhere but in the file that -o names. The plan is checked by code that shares nothing with the
/// strategies before it is written. Where no valid assignment exists, the exit code is 3 and a proof is given.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The problem file; - is standard input
    #[arg(required_unless_present = "jsonl")]
    problem: Option<PathBuf>,
    /// The strategy, instead of the problem's; see peerplan strategies
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// The seed, instead of the problem's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    changes: Changes,
    /// Give a proof that the plan is optimal, where the strategy has one
    #[arg(long)]
    certificate: bool,
    /// List for each submission up to N students who could step in, the best first
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    alternates: u16,
    /// Write how likely each pair was as CSV to a file, for strategies that draw by lot; - is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    marginals: Option<PathBuf>,
    /// Show names beside ids in the table
    #[arg(long, conflicts_with = "jsonl")]
    names: bool,
    /// Write the plan as JSON to a file, replaced only once it is complete; - is standard output
    #[arg(short, long, value_name = "PLAN", conflicts_with = "jsonl")]
    output: Option<PathBuf>,
    /// What to print [default: table]
    #[arg(long, value_enum, conflicts_with = "jsonl")]
    format: Option<Format>,
    /// Read problems from standard input (or PROBLEM), one a line; for each line print a plan or an error on one line
    ///
    /// The lines come in order, and every line is answered: an empty one with an error too. The exit code is 0 when
    /// every line was answered; failures are counted on standard error.
    #[arg(long)]
    jsonl: bool,
    /// How many problems of --jsonl are planned at a time, each by one thread [default: the number of threads]
    #[arg(long, value_name = "N", requires = "jsonl", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// With --jsonl, exit with 1 when a problem failed
    #[arg(long, requires = "jsonl")]
    strict: bool,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people
    Table,
    /// The plan file; the same as --json
    Json,
    /// The operations, one a line
    Csv,
}

/// What is printed when the plan itself goes to a file.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "written")]
    file: String,
    report: &'a Report,
    warnings: &'a [Diagnostic],
}

impl Args {
    /// Whether JSON is asked for.
    pub(super) fn json(&self) -> bool {
        self.format == Some(Format::Json)
    }

    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        if let Some(name) = &self.strategy {
            strategies::named(name)?;
        }
        if self.jsonl {
            return stream::run(&self, console);
        }
        let Some(path) = &self.problem else {
            return Err(Failure::Usage(String::from("name a problem file")));
        };
        let printed = self.format.filter(|format| *format != Format::Json);
        if self.output.is_some() && printed.is_some() {
            let message = "-o writes the plan as JSON; leave out either -o or --format";
            return Err(Failure::Usage(String::from(message)));
        }
        if console.json && printed.is_some() {
            return Err(Failure::Usage(String::from("--json is --format json; leave one of them out")));
        }
        let target = Target::new(self.output.clone());
        let marginals = self.marginals.clone().map(|path| Target::new(Some(path)));
        let scores = self.changes.affinities.as_deref();
        let read: Vec<&Path> = [path.as_path()].into_iter().chain(scores).collect();
        target.differs_from(&read)?;
        if let Some(marginals) = &marginals {
            marginals.differs_from(&read)?;
            if *marginals == target {
                let message = "--marginals goes where the plan goes; name another file with --marginals or with -o";
                return Err(Failure::Usage(String::from(message)));
            }
        }
        let mut bar = Bar::new();
        let loaded = load::load(path, &self.changes, console, |choice| self.choose(choice))?;
        loaded.warn();
        bar.stage("planning");
        if marginals.is_some() {
            self::marginals::are_told(&loaded.problem)?;
        }
        let Made { plan, marginals: told } = make::plan(&loaded, self.beside(), &mut bar)?;
        drop(bar);
        if let Some((target, told)) = marginals.as_ref().zip(told) {
            target.write(|output| self::marginals::write(&loaded.problem, &told, output))?;
        }
        self.note_what_is_missing(&loaded, &plan, console);
        self.deliver(&loaded, &plan, &target, console)?;
        Ok(Exit::Done)
    }

    /// What the plan is asked for beside its operations.
    const fn beside(&self) -> Beside {
        Beside { certificate: self.certificate, alternates: self.alternates as usize }
    }

    /// Changes what strategy a problem asks for. Parameters of one strategy say nothing to another.
    fn choose(&self, choice: &mut Option<StrategyChoice>) {
        if let Some(name) = &self.strategy {
            load::name_strategy(choice, name);
        }
        if let Some(seed) = self.seed {
            choice.get_or_insert_default().seed = seed;
        }
    }

    fn note_what_is_missing(&self, loaded: &Loaded, plan: &Plan, console: Console) {
        if self.certificate && plan.certificate().is_none() {
            let name = &loaded.problem.strategy().name;
            note(format_args!("peerplan: {name} gives no proof of an optimum here; the certificate is null"));
        }
        if self.names && (console.json || self.output.is_some() || self.format == Some(Format::Csv)) {
            note("peerplan: names are shown in the table only");
        }
    }

    fn deliver(&self, loaded: &Loaded, plan: &Plan, target: &Target, console: Console) -> Result<(), Failure> {
        let view = plan.view(&loaded.problem);
        if let Target::File(path) = target {
            target.write(|output| formats::plan::write(&view, Layout::Lines, output))?;
            show::summary(plan.report(), path);
            if console.json {
                let warnings = loaded.warnings.items();
                output::json(&Written { file: path.display().to_string(), report: plan.report(), warnings })?;
            }
            return Ok(());
        }
        if console.json || self.output.is_some() {
            return output::stdout(|output| formats::plan::write(&view, Layout::Lines, output));
        }
        if self.format == Some(Format::Csv) {
            return output::stdout(|output| formats::plan::write_csv(&view, output));
        }
        let names = self.names.then(|| show::Names::new(&loaded.input));
        output::stdout(|output| show::tables(&view, names.as_ref(), output))
    }
}
