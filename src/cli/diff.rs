//! `diff`: what one plan does that another does not.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::load::{self, is_stdin};
use super::table::{decimal, micros, shown, table};
use super::{Console, output};
use crate::input::{Source, StrategyChoice};
use crate::plan::{Deed, Difference, Differing, PlanDocument, Report, Shared, Spread, compare};

const HELP: &str = "\
Examples:
  peerplan diff plan.json plan.json --exit-code
  peerplan plan course.json --seed 1 --json | peerplan diff plan.json - --json";

/// More pairs than these are not for reading.
const ROWS: usize = 2000;

/// Show what one plan does that another does not
///
/// Pair by pair: what is created, deleted or kept by one of them and not so by the other; then the figures side by side.
/// Reasons, ids of reviews and the order of the operations do not count. The exit code is 0 whether or not the plans
/// differ, unless --exit-code is given.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The first plan file; - is standard input
    #[arg(value_name = "PLAN_A")]
    a: PathBuf,
    /// The second plan file; - is standard input
    #[arg(value_name = "PLAN_B")]
    b: PathBuf,
    /// Exit with 1 when the plans differ
    #[arg(long)]
    exit_code: bool,
}

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'a> {
    equal: bool,
    warnings: &'a [String],
    #[serde(flatten)]
    difference: &'a Difference,
    a: Side<'a>,
    b: Side<'a>,
}

/// One of the plans.
#[derive(Serialize)]
struct Side<'a> {
    problem_digest: &'a str,
    generator: &'a str,
    strategy: &'a StrategyChoice,
    shortfalls: usize,
    report: &'a Report,
}

impl Args {
    pub(super) fn run(self, console: Console) -> Result<Exit, Failure> {
        if is_stdin(&self.a) && is_stdin(&self.b) {
            return Err(Failure::Usage(String::from("only one of the plans can be standard input")));
        }
        let (a, b) = (load::plan(&self.a)?, load::plan(&self.b)?);
        let difference = compare(&a, &b);
        let warnings = warnings(&a, &b);
        let equal = difference.pairs.is_empty();
        if console.json {
            let (a, b) = (side(&a), side(&b));
            output::json(&Document { equal, warnings: &warnings, difference: &difference, a, b })?;
        } else {
            for warning in &warnings {
                output::note(format_args!("peerplan: {warning}"));
            }
            output::stdout(|output| print(&a, &b, &difference, output))?;
        }
        Ok(if self.exit_code && !equal { Exit::Invalid } else { Exit::Done })
    }
}

fn side(plan: &PlanDocument) -> Side<'_> {
    Side {
        problem_digest: &plan.problem_digest,
        generator: &plan.generator,
        strategy: &plan.strategy,
        shortfalls: plan.shortfalls.len(),
        report: &plan.report,
    }
}

/// What makes a comparison mean less.
fn warnings(a: &PlanDocument, b: &PlanDocument) -> Vec<String> {
    let mut warnings = Vec::new();
    if a.problem_digest != b.problem_digest {
        warnings.push(String::from("the plans were made from different problems, or with different settings"));
    }
    let nowhere = Source::default();
    if a.source.as_ref().unwrap_or(&nowhere) != b.source.as_ref().unwrap_or(&nowhere) {
        warnings.push(String::from("the plans are for different sources: another installation, course or assignment"));
    }
    warnings
}

fn print(a: &PlanDocument, b: &PlanDocument, difference: &Difference, output: &mut dyn Write) -> io::Result<()> {
    let count = difference.pairs.len();
    if count == 0 {
        writeln!(output, "the plans do the same\n")?;
    } else {
        let mut pairs = table(&["assessor_id", "asset_id", "user_id", "A", "B"]);
        for Differing { assessor_id, asset_id, user_id, a, b } in difference.pairs.iter().take(ROWS) {
            let ids = [Some(assessor_id), Some(asset_id), user_id.as_ref()];
            let ids = ids.map(|id| id.map(|id| shown(&id.to_string()).into_owned()).unwrap_or_default());
            pairs.add_row(ids.into_iter().chain([deed(*a), deed(*b)].map(String::from)));
        }
        writeln!(output, "{pairs}\n")?;
    }
    if count > ROWS {
        writeln!(output, "the first {ROWS} of {count} pairs; --json gives all of them\n")?;
    }
    let mut shared = table(&["", "in both", "only A", "only B"]);
    for (name, Shared { both, only_a, only_b }) in [
        ("reviews in the result", difference.reviews),
        ("created", difference.creates),
        ("deleted", difference.deletes),
        ("kept", difference.kept),
    ] {
        shared.add_row([name, &both.to_string(), &only_a.to_string(), &only_b.to_string()]);
    }
    writeln!(output, "{shared}\n")?;
    let mut figures = table(&["figure", "A", "B"]);
    for ((name, of_a), (_, of_b)) in rows(a).into_iter().zip(rows(b)) {
        figures.add_row([String::from(name), of_a, of_b]);
    }
    writeln!(output, "{figures}")
}

const fn deed(deed: Option<Deed>) -> &'static str {
    match deed {
        None => "",
        Some(Deed::Create) => "create",
        Some(Deed::Delete) => "delete",
        Some(Deed::Keep) => "keep",
    }
}

/// The figures of a plan.
fn rows(plan: &PlanDocument) -> [(&'static str, String); 11] {
    let Report { reviews, per_submission, per_student, affinity, .. } = &plan.report;
    let spread = |Spread { min, max, mean, gini }: Spread| {
        format!("{min} to {max}, mean {}, gini {}", decimal(mean), decimal(gini))
    };
    let strategy = format!("{}, seed {}", plan.strategy.name, plan.strategy.seed);
    [
        ("strategy", shown(&strategy).into_owned()),
        ("reviews", reviews.to_string()),
        ("received per submission", spread(*per_submission)),
        ("given per student", spread(*per_student)),
        ("reciprocal pairs", plan.report.reciprocal_pairs.to_string()),
        ("repeated pairs", plan.report.repeat_pairs.to_string()),
        ("should_review met", plan.report.should_met.to_string()),
        ("should_not_review broken", plan.report.should_not_broken.to_string()),
        ("affinity in all", micros(affinity.total_units)),
        ("affinity of the worst-off submission", micros(affinity.min_submission_units)),
        ("shortfalls", plan.shortfalls.len().to_string()),
    ]
}
