//! `verify`: whether a plan keeps what it promises.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::load::{self, Changes};
use super::table::shown;
use super::{Console, output};
use crate::verify::{Verdict, Violation, verify};

const HELP: &str = "\
Examples:
  peerplan verify course.json plan.json
  peerplan verify course.json plan.json --json";

/// Check a plan with code that shares nothing with the strategies
///
/// Checks who may review what, bounds and rules, the bookkeeping of existing reviews, the figures of the report, and
/// that the plan was made from this problem. Whether it is the best one is judged by its certificate alone, where it has
/// one. Exit code 1 when the plan is not valid. Settings that the plan was made with have to be given here too.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The problem file; - is standard input
    problem: PathBuf,
    /// The plan file; - is standard input
    plan: PathBuf,
    #[command(flatten)]
    changes: Changes,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        self.changes.once(&[&self.problem, &self.plan])?;
        let loaded = load::load(&self.problem, &self.changes, console, |_| ())?;
        let plan = load::plan(&self.plan)?;
        let mut verdict = verify(&loaded.input, &plan);
        if plan.problem_digest != loaded.problem.digest() {
            verdict.violations.insert(0, other_problem());
        }
        if console.json {
            output::json(&verdict)?;
        } else {
            print(&verdict)?;
        }
        Ok(if verdict.valid() { Exit::Done } else { Exit::Invalid })
    }
}

fn other_problem() -> Violation {
    Violation {
        code: "digest_mismatch",
        message: String::from("the plan was made from another problem, or from this one with other settings"),
        pointer: String::from("/problem_digest"),
        assessor_id: None,
        asset_id: None,
    }
}

fn print(verdict: &Verdict) -> Result<(), Failure> {
    output::stdout(|output| {
        for violation in &verdict.violations {
            writeln!(output, "{}", shown(&violation.to_string()))?;
        }
        if verdict.omitted > 0 {
            writeln!(output, "… and {} more", verdict.omitted)?;
        }
        match verdict.violations.len() as u64 + verdict.omitted {
            0 => writeln!(output, "the plan is valid"),
            1 => writeln!(output, "the plan is not valid: 1 violation"),
            count => writeln!(output, "the plan is not valid: {count} violations"),
        }
    })
}
