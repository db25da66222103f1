//! `metrics`: the fairness figures of a plan.

use std::path::PathBuf;

use super::failure::{Exit, Failure};
use super::load::{self, Changes};
use super::table::{decimal, micros, shown, table};
use super::{Console, output};
use crate::metrics::{self, EnvyFigures, Load, Metrics, Share, Violations};

const HELP: &str = "\
Examples:
  peerplan metrics course.json plan.json
  peerplan metrics course.json plan.json --json";

/// Show all fairness figures of a plan
///
/// What each figure means, with its formula and its source, stands in the library's documentation of `metrics`.
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
        load::note_other_problem(&loaded.problem, &plan);
        let figures = metrics::of(&loaded.input, &loaded.problem, &plan);
        if console.json {
            output::json(&figures)?;
        } else {
            output::stdout(|output| writeln!(output, "{}", text(&figures)))?;
        }
        Ok(Exit::Done)
    }
}

fn text(figures: &Metrics) -> comfy_table::Table {
    let mut table = table(&["figure", "value"]);
    let mut row = |name: &str, value: String| _ = table.add_row([name, &value]);
    for (name, count) in [
        ("reviews", figures.reviews),
        ("existing before", figures.existing),
        ("created", figures.created),
        ("deleted", figures.deleted),
        ("kept", figures.kept),
        ("idle", figures.idle),
        ("churn", figures.churn),
    ] {
        row(name, count.to_string());
    }
    row("received per submission", spread(&figures.per_submission));
    row("given per student", spread(&figures.per_student));
    row("submissions with a review", share(figures.coverage));
    row("within a section", share(figures.same_section));
    row("within a group", share(figures.same_group));
    for (label, &of) in &figures.same_label {
        row(&format!("within a label {}", shown(label)), share(of));
    }
    row("repeated pairs", figures.repeat_pairs.to_string());
    row("reciprocal pairs", figures.reciprocal_pairs.to_string());
    row("rings of three", figures.three_cycles.to_string());
    row("rings of four", figures.four_cycles.to_string());
    for (name, components) in [
        ("strong components", figures.strong_components),
        ("components of common reviewers", figures.bundle_components),
    ] {
        row(name, format!("{}, the largest of {}", components.count, components.largest));
    }
    row("spectral gap", figures.spectral_gap.map_or_else(none, decimal));
    if let Some(affinity) = &figures.affinity {
        let lowest: Vec<String> = affinity.lowest_five.iter().map(|&sum| decimal(sum)).collect();
        row("affinity in all", micros(affinity.total_units));
        row("affinity per review", decimal(affinity.mean));
        row("affinity, five least submissions", lowest.join(", "));
        row("affinity, mean of the least tenth", decimal(affinity.lowest_tenth));
        row("affinity, gini", affinity.gini.map_or_else(none, decimal));
    }
    if let Some(EnvyFigures { ef1, wef1 }) = &figures.envy {
        row("envy beyond one reviewer (EF1)", violations(ef1));
        row("the same by demand (WEF1)", violations(wef1));
    }
    table
}

fn none() -> String {
    String::from("none")
}

/// How many pairs there are, and the first few.
fn violations(found: &Violations) -> String {
    const NAMED: usize = 3;
    if found.pairs.is_empty() {
        return String::from("0");
    }
    let first = found.pairs.iter().take(NAMED);
    let first: Vec<String> =
        first.map(|pair| shown(&format!("{} envies {}", pair.asset_id, pair.envied_id)).into_owned()).collect();
    let more = if found.count > NAMED as u64 { ", …" } else { "" };
    format!("{}: {}{more}", found.count, first.join(", "))
}

fn spread(load: &Load) -> String {
    let spread = load.spread;
    let (mean, gini, jain) = (decimal(spread.mean), decimal(spread.gini), decimal(load.jain));
    format!("{} to {}, mean {mean}, gini {gini}, jain {jain}", spread.min, spread.max)
}

fn share(share: Share) -> String {
    format!("{} of {} ({})", share.count, share.of, decimal(share.share))
}
