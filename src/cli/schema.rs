//! `schema`: the formats as JSON Schemas.

use clap::ValueEnum;

use super::failure::{Exit, Failure};
use super::output;
use crate::formats::schema;

const HELP: &str = "\
Examples:
  peerplan schema problem
  peerplan schema plan > plan.schema.json";

/// Print the JSON Schema of a format
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The format
    #[arg(value_enum)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Problem files
    Problem,
    /// Plan files
    Plan,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let schema = match self.format {
            Format::Problem => schema::PROBLEM,
            Format::Plan => schema::PLAN,
        };
        output::stdout(|output| writeln!(output, "{}", schema.trim_end()))?;
        Ok(Exit::Done)
    }
}
