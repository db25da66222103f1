//! A certificate with rules on panels in sentences.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::certificate::{CutSide, Infeasible};
use crate::id::Id;
use crate::problem::Problem;

/// More of a kind are counted.
const NAMED: usize = 8;

/// What a cut says in which rules on panels take part.
pub(super) fn sentences(problem: &Problem, cut: &Infeasible) -> Vec<String> {
    let mut asks = Vec::new();
    if cut.side == CutSide::Submissions && !cut.submissions.is_empty() {
        asks.push(format!("the submissions {} need their reviews", listed(&cut.submissions)));
    }
    if cut.side == CutSide::Students {
        let out = |id: &&Id| cut.students.binary_search(id).is_err();
        let all = (0..problem.students()).map(|student| problem.student_id(student));
        let giving: Vec<Id> = all.filter(out).cloned().collect();
        asks.push(format!("the students {} must give their reviews", listed(&giving)));
    }
    for class in cut.panel.iter().flatten() {
        asks.push(format!("submission {} must have reviewers with {} {}", class.asset_id, class.label, class.value));
    }
    let mut sentences = alloc::vec![format!(
        "{}: {} in all, and at most {} are possible",
        asks.join("; "),
        count(cut.required),
        cut.available
    )];
    if cut.side == CutSide::Submissions && !cut.students.is_empty() {
        sentences.push(format!("the students {} give no more than their maxima", listed(&cut.students)));
    }
    let limits = problem.panels.classes.iter().filter_map(|class| Some((class, class.max?)));
    let limits: Vec<String> =
        limits.map(|(class, max)| format!("{max} with {} {}", class.label, class.value)).collect();
    if !limits.is_empty() {
        sentences.push(format!("of the reviewers of one submission, panel rules allow at most {}", some(&limits)));
    }
    sentences
}

fn listed(ids: &[Id]) -> String {
    some(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

pub(super) fn some(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => String::from("(none)"),
        len if len > NAMED => format!("{shown} and {} more", len - NAMED),
        _ => shown,
    }
}

fn count(reviews: u64) -> String {
    if reviews == 1 { String::from("1 review") } else { format!("{reviews} reviews") }
}
