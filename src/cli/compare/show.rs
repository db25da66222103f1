//! The comparison as a table, and as lines.

use std::collections::BTreeSet;

use super::bench::Comparison;
use super::sample::{Drawing, Row, Statistics};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::table::{decimal, shown, table as empty_table};

/// What the table shows, in this order; all else is for programs.
const SHOWN: &[(&str, &str)] = &[
    ("reviews", "reviews"),
    ("created", "created"),
    ("deleted", "deleted"),
    ("per_submission.min", "received, least"),
    ("per_submission.max", "received, greatest"),
    ("per_submission.gini", "received, gini"),
    ("per_student.min", "given, least"),
    ("per_student.max", "given, greatest"),
    ("per_student.gini", "given, gini"),
    ("coverage.share", "submissions with a review"),
    ("same_section.share", "within a section"),
    ("same_group.share", "within a group"),
    ("same_label.", "within a label"),
    ("repeat_pairs", "repeated pairs"),
    ("reciprocal_pairs", "reciprocal pairs"),
    ("three_cycles", "rings of three"),
    ("four_cycles", "rings of four"),
    ("strong_components.count", "strong components"),
    ("bundle_components.count", "components of common reviewers"),
    ("spectral_gap", "spectral gap"),
    ("affinity.total", "affinity in all"),
    ("affinity.share_of_optimum", "share of the optimum"),
    ("affinity.price_of_fairness", "price of fairness"),
    ("affinity.mean", "affinity per review"),
    ("affinity.lowest_five.0", "affinity, least submission"),
    ("affinity.lowest_tenth", "affinity, mean of the least tenth"),
    ("affinity.gini", "affinity, gini"),
    ("envy.ef1.count", "envy beyond one reviewer (EF1)"),
    ("envy.wef1.count", "the same by demand (WEF1)"),
];

/// What stands in a column of the table.
type Cell<T> = fn(&T) -> String;

/// Prints a table with a column for each strategy.
pub(super) fn table(comparison: &Comparison) -> Result<(), Failure> {
    let rows = &comparison.rows;
    let header: Vec<&str> = std::iter::once("figure").chain(rows.iter().map(|row| &*row.strategy)).collect();
    let mut table = empty_table(&header);
    let mut line = |name: &str, cell: &dyn Fn(&Row) -> String| {
        table.add_row(std::iter::once(shown(name).into_owned()).chain(rows.iter().map(cell)));
    };
    line("plans", &|row| format!("{} of {} runs", row.answered(), row.runs));
    for (name, count) in [("infeasible", (|row| row.infeasible) as fn(&Row) -> u32), ("undecided", |row| row.undecided)]
    {
        if rows.iter().any(|row| count(row) > 0) {
            line(name, &|row| count(row).to_string());
        }
    }
    for (path, label) in SHOWN {
        for (path, label) in paths(rows, path, label) {
            line(&label, &|row| row.figures.get(&path).map_or_else(nothing, cell));
        }
    }
    let drawings: [(&str, Cell<Drawing>); 5] = [
        ("greatest probability of a pair", |drawing| {
            let most = decimal(drawing.figures.max_probability);
            match drawing.max_probability_interval {
                Some((low, high)) => format!("{most} ({} to {})", decimal(low), decimal(high)),
                None => most,
            }
        }),
        ("mean of each submission's greatest", |drawing| decimal(drawing.figures.average_max_probability)),
        ("pairs that can be drawn", |drawing| drawing.figures.support.to_string()),
        ("entropy", |drawing| decimal(drawing.figures.entropy)),
        ("norm of probabilities (L2)", |drawing| decimal(drawing.figures.l2)),
    ];
    if rows.iter().any(|row| row.randomness.is_some()) {
        line("probabilities", &|row| match &row.randomness {
            Some(Drawing { draws: Some(draws), .. }) => format!("counted in {draws} runs"),
            Some(_) => String::from("exact"),
            None => nothing(),
        });
        for (name, cell) in drawings {
            line(name, &|row| row.randomness.as_ref().map_or_else(nothing, cell));
        }
    }
    output::stdout(|output| {
        writeln!(output, "{table}")?;
        writeln!(output, "mean ± standard deviation over the runs; seeds 0 to {}", comparison.seeds - 1)
    })
}

/// The figures that begin with `path`, where it ends with a dot, or it alone; only those that some strategy has.
fn paths(rows: &[Row], path: &str, label: &str) -> Vec<(String, String)> {
    if !path.ends_with('.') {
        let known = rows.iter().any(|row| row.figures.contains_key(path));
        return known.then(|| (String::from(path), String::from(label))).into_iter().collect();
    }
    // Of a share only the share itself is shown.
    let name = |figure: &str| Some(String::from(figure.strip_prefix(path)?.strip_suffix(".share")?));
    let names: BTreeSet<String> =
        rows.iter().flat_map(|row| row.figures.keys()).filter_map(|figure| name(figure)).collect();
    names.into_iter().map(|name| (format!("{path}{name}.share"), format!("{label} {name}"))).collect()
}

fn nothing() -> String {
    String::from("-")
}

/// A whole number as one.
fn cell(figure: &Statistics) -> String {
    let Statistics { mean, deviation, .. } = *figure;
    let whole = mean.fract() == 0.0 && deviation == 0.0 && mean.abs() < 1e15;
    match (whole, deviation > 0.0) {
        (true, _) => format!("{mean:.0}"),
        (false, true) => format!("{} ± {}", decimal(mean), decimal(deviation)),
        (false, false) => decimal(mean),
    }
}

/// Prints a line for each figure of each strategy.
pub(super) fn csv(comparison: &Comparison) -> Result<(), Failure> {
    output::stdout(|output| {
        let mut lines = csv::Writer::from_writer(output);
        lines.write_record(["strategy", "figure", "runs", "mean", "deviation", "min", "max"])?;
        for row in &comparison.rows {
            let name = &*row.strategy;
            for (figure, count) in
                [("answered", row.answered()), ("infeasible", row.infeasible), ("undecided", row.undecided)]
            {
                let share = f64::from(count) / f64::from(row.runs);
                lines.write_record([name, figure, &row.runs.to_string(), &share.to_string(), "", "", ""])?;
            }
            for (figure, statistics) in &row.figures {
                let Statistics { runs, mean, deviation, min, max } = statistics;
                let numbers = [mean, deviation, min, max].map(f64::to_string);
                let [mean, deviation, min, max] = &numbers;
                lines.write_record([name, figure, &runs.to_string(), mean, deviation, min, max])?;
            }
            let Some(Drawing { figures, max_probability_interval, draws, .. }) = &row.randomness else { continue };
            let runs = draws.map(|draws| draws.to_string()).unwrap_or_default();
            let (low, high) =
                max_probability_interval.map(|(low, high)| (low.to_string(), high.to_string())).unwrap_or_default();
            let most = figures.max_probability.to_string();
            lines.write_record([name, "randomness.max_probability", &runs, &most, "", &low, &high])?;
            for (figure, value) in [
                ("average_max_probability", figures.average_max_probability.to_string()),
                ("support", figures.support.to_string()),
                ("entropy", figures.entropy.to_string()),
                ("l2", figures.l2.to_string()),
            ] {
                lines.write_record([name, &format!("randomness.{figure}"), &runs, &value, "", "", ""])?;
            }
        }
        lines.flush()
    })
}
