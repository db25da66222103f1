//! The command `peerplan`: files, the terminal and exit codes around the library.
//!
//! Data goes to standard output, everything else to standard error. What a verb prints is decided in the verb's own
//! file; how a failure is worded and which exit code it has, in `failure` alone.

#![allow(
    clippy::disallowed_methods,
    reason = "the command is the executor: it opens files and knows the time and the terminal"
)]

#[cfg(feature = "canvas-http")]
mod canvas;
mod compare;
mod completions;
mod diff;
mod explain;
mod failure;
mod generate;
mod interrupt;
mod load;
mod man;
mod metrics;
mod moment;
mod next;
mod options;
mod output;
mod plan;
mod progress;
mod schema;
mod scores;
mod show;
mod strategies;
mod table;
mod threads;
mod verify;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};
use rayon::{ThreadPool, ThreadPoolBuilder};

use failure::{Exit, Failure};

/// What all verbs have in common.
#[derive(Debug, Clone, Copy)]
struct Console {
    /// One JSON document on standard output, failures included.
    json: bool,
    /// Unknown fields of a problem file are warnings.
    lenient: bool,
}

/// Decides who reviews whom: fair, exact, reproducible peer-review plans with proofs.
///
/// A problem file says who may review what and under which rules; a plan file says which peer reviews to create and
/// to delete. The same problem, strategy and seed give the same plan, byte for byte, on every machine.
#[derive(Debug, Parser)]
#[command(name = "peerplan", version, max_term_width = 100, after_help = ROOT_HELP)]
struct Cli {
    /// Print one JSON document; a failure is {"error": {"code", "message", "details"}}
    #[arg(long, global = true)]
    json: bool,
    /// Take unknown fields of a problem file as warnings
    #[arg(long, global = true)]
    lenient: bool,
    /// Work with so many threads, rather than one for each processor; results do not depend on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(subcommand)]
    verb: Verb,
}

const ROOT_HELP: &str = "\
Exit codes:
  0    done
  1    invalid input, a failed verification, or a file that cannot be read or written
  2    usage
  3    infeasible, with a proof, or undecided
  4    changes are pending
  5    drift: what is in Canvas is not what the plan was made from; nothing was done
  6    partly applied; the same command resumes
  7    Canvas or the way there failed; nothing was done, unless the message says that it is not known
  70   a bug in peerplan
  130  interrupted

Examples:
  peerplan plan course.json
  peerplan generate --students 131 | peerplan plan - -o plan.json";

#[derive(Debug, Subcommand)]
enum Verb {
    Plan(plan::Args),
    Verify(verify::Args),
    Explain(explain::Args),
    Metrics(metrics::Args),
    Compare(compare::Args),
    Diff(diff::Args),
    Show(show::Args),
    Next(next::Args),
    Generate(generate::Args),
    #[cfg(feature = "canvas-http")]
    Canvas(canvas::Args),
    Strategies(strategies::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Verb {
    /// Whether the verb's own options ask for JSON.
    fn json(&self) -> bool {
        match self {
            Self::Plan(args) => args.json(),
            Self::Show(args) => args.json(),
            Self::Compare(args) => args.json(),
            _ => false,
        }
    }

    fn run(self, console: Console) -> Result<Exit, Failure> {
        match self {
            Self::Plan(args) => args.run(console),
            Self::Verify(args) => args.run(console),
            Self::Explain(args) => args.run(console),
            Self::Metrics(args) => args.run(console),
            Self::Compare(args) => args.run(console),
            Self::Diff(args) => args.run(console),
            Self::Show(args) => args.run(console),
            Self::Next(args) => args.run(console),
            Self::Generate(args) => args.run(console),
            #[cfg(feature = "canvas-http")]
            Self::Canvas(args) => args.run(console),
            Self::Strategies(_) => strategies::run(console),
            Self::Schema(args) => args.run(),
            Self::Completions(args) => args.run(),
            Self::Man(args) => args.run(),
        }
    }
}

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    interrupt::watch();
    std::panic::set_hook(Box::new(|info| output::note(format_args!("{}", bug(info)))));
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let json = asks_for_json(&arguments);
    let exit = match catch_unwind(AssertUnwindSafe(|| run(arguments, json))) {
        Ok(exit) => exit,
        // The hook has printed what happened.
        Err(_) if json => Failure::Bug(String::from("the work broke off")).report(json),
        Err(_) => Exit::Bug,
    };
    exit.into()
}

fn run(arguments: Vec<OsString>, json: bool) -> Exit {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return refuse(&error, json),
    };
    match Cli::from_arg_matches(&matches) {
        Ok(Cli { json, lenient, threads, verb }) => {
            let json = json || verb.json();
            let done = pool(threads).and_then(|pool| pool.install(|| verb.run(Console { json, lenient })));
            done.unwrap_or_else(|failure| failure.report(json))
        }
        Err(error) => refuse(&error, json),
    }
}

/// The threads that work is spread over, this one among them: with one, none is started.
fn pool(threads: Option<u16>) -> Result<ThreadPool, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).use_current_thread().build();
    pool.map_err(|error| {
        Failure::Usage(format!("so many threads cannot be started ({error}); give fewer, as in --threads 1"))
    })
}

/// The command with its verbs; coloured only on a terminal.
fn command() -> clap::Command {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    let color = if terminal && !plain { ColorChoice::Auto } else { ColorChoice::Never };
    Cli::command().color(color)
}

/// Whether `--json` stands among the arguments: it counts for errors in the arguments themselves too.
fn asks_for_json(arguments: &[OsString]) -> bool {
    arguments.iter().skip(1).take_while(|argument| *argument != "--").any(|argument| argument == "--json")
}

/// Help, version, or what is wrong with the arguments.
fn refuse(error: &clap::Error, json: bool) -> Exit {
    if json && error.use_stderr() {
        let text = error.render().to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let message = text.split("\n\n").next().unwrap_or(text).replace('\n', " ");
        return Failure::Usage(message).report(json);
    }
    // A closed pipe is no reason to complain.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        _ => Exit::Usage,
    }
}

/// A panic in one line.
fn bug(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(|text| &**text));
    let message = text.unwrap_or("no message");
    format!("peerplan: this is a bug in peerplan: {}{place}", table::shown(message))
}
