//! `strategies`: what there is to choose from.

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::table::page;
use super::{Console, output};
use crate::strategy::{Guarantees, Parameter, Strategy, by_name, registry};

const HELP: &str = "\
Examples:
  peerplan strategies
  peerplan strategies --json";

/// List the strategies and what each promises
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {}

#[derive(Serialize)]
struct Document {
    strategies: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    #[serde(flatten)]
    guarantees: Guarantees,
    parameters: &'static [Parameter],
}

/// Prints them.
pub(super) fn run(console: Console) -> Result<Exit, Failure> {
    let entries = registry().iter().map(|strategy| Entry {
        name: strategy.name(),
        guarantees: strategy.guarantees(),
        parameters: strategy.parameters(),
    });
    if console.json {
        output::json(&Document { strategies: entries.collect() })?;
        return Ok(Exit::Done);
    }
    let mut table = page(&["strategy", "does", "optimal", "complete", "seeded", "cost"]);
    for Entry { name, guarantees, .. } in entries {
        let yes = |is: bool| if is { "yes" } else { "no" };
        let Guarantees { summary, complete, optimal, seeded, complexity, .. } = guarantees;
        table.add_row([name, summary, optimal, yes(complete), yes(seeded), complexity]);
    }
    output::stdout(|output| {
        writeln!(output, "{table}")?;
        writeln!(output, "complete: finds a valid assignment whenever one exists, or proves that none does")
    })?;
    Ok(Exit::Done)
}

/// The names of all strategies, for messages.
pub(super) fn names() -> String {
    let names: Vec<&str> = registry().iter().map(|strategy| strategy.name()).collect();
    names.join(", ")
}

/// The names of those that draw by lot, for messages.
pub(super) fn by_lot() -> String {
    let names = registry().iter().filter(|strategy| strategy.guarantees().by_lot).map(|strategy| strategy.name());
    names.collect::<Vec<_>>().join(", ")
}

/// The strategy that the command line names.
pub(super) fn named(name: &str) -> Result<&'static dyn Strategy, Failure> {
    by_name(name)
        .ok_or_else(|| Failure::Usage(format!("there is no strategy {name:?}; the strategies are {}", names())))
}
