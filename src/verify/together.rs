//! Rules on several reviews at once: copies of one work given to one student, and panels.
//!
//! What had to stay may break them among themselves; each violation here has a review that could have been left out.

use alloc::vec::Vec;

use super::eligibility::{Dimension, Named};
use super::facts::Facts;
use super::index::{dense, segment, starts};
use super::pairs::{Pair, Pairs, ids};
use super::verdict::Findings;
use crate::id::Id;
use crate::input::{CopyRule, Panel};

/// Reports students who review several copies of one work. O(pairs · log).
pub(super) fn check_copies(facts: &Facts<'_>, pairs: &Pairs, findings: &mut Findings) {
    if facts.input.policy.same_work_once == CopyRule::Free || !facts.has_copies {
        return;
    }
    let mut own: Vec<(u32, Pair)> = Vec::new();
    for of_one in pairs.all().chunk_by(|one, next| one.assessor == next.assessor) {
        own.clear();
        own.extend(of_one.iter().filter(|pair| pair.counts()).map(|&pair| (facts.work(pair.asset), pair)));
        own.sort_unstable_by_key(|&(work, pair)| (work, pair.asset));
        for copies in own.chunk_by(|one, next| one.0 == next.0).filter(|copies| copies.len() > 1) {
            let Some(&(_, pair)) = copies.iter().find(|(_, pair)| pair.is_choice()) else { continue };
            let (assessor, asset) = ids(facts, pair);
            findings.add_for(
                "same_work_twice",
                pair,
                format_args!("{}: reviews {} copies of this work", Named(assessor, asset), copies.len()),
                assessor,
                asset,
            );
        }
    }
}

/// Reports submissions whose reviewers break a panel rule together. O(panels · (pairs + values) · log).
pub(super) fn check_panels(facts: &Facts<'_>, pairs: &Pairs, findings: &mut Findings) {
    let panels = &facts.input.policy.panel;
    if panels.is_empty() {
        return;
    }
    let mut received: Vec<Pair> = pairs.all().iter().copied().filter(|pair| pair.counts()).collect();
    received.sort_unstable_by_key(|pair| (pair.asset, pair.assessor));
    let starts = starts(facts.submissions.len(), received.iter().map(|pair| pair.asset));
    let mut values = Vec::new();
    for submission in 0..dense(facts.submissions.len()) {
        let reviews = received.get(segment(&starts, submission)).unwrap_or_default();
        for panel in panels {
            check_panel(facts, submission, reviews, panel, &mut values, findings);
        }
    }
}

/// Checks one panel rule on the reviews of one submission; `values` is scratch space.
fn check_panel<'a>(
    facts: &Facts<'a>,
    submission: u32,
    reviews: &[Pair],
    panel: &'a Panel,
    values: &mut Vec<(&'a Id, Pair)>,
    findings: &mut Findings,
) {
    let dimension = match panel.label.as_str() {
        "sections" => Dimension::Section,
        "groups" => Dimension::Group,
        label => Dimension::Label(label),
    };
    values.clear();
    for &pair in reviews {
        let Some(student) = facts.student(pair.assessor) else { continue };
        let own = dimension.of_student(student).iter();
        let counted = own.filter(|&own| panel.value.as_ref().is_none_or(|value| value == own));
        values.extend(counted.map(|value| (value, pair)));
    }
    values.sort_unstable_by_key(|&(value, pair)| (value, pair.assessor));
    values.dedup_by_key(|(value, pair)| (*value, pair.assessor));
    let label = &panel.label;
    for group in values.chunk_by(|one, next| one.0 == next.0) {
        let (Some(max), Some(&(value, _))) = (panel.max, group.first()) else { continue };
        let Some(&(_, pair)) = group.iter().find(|(_, pair)| pair.is_choice()) else { continue };
        if group.len() as u64 > max {
            let (assessor, asset) = ids(facts, pair);
            let (named, count) = (Named(assessor, asset), group.len());
            findings.add_for(
                "panel_max",
                pair,
                format_args!("{named}: one of {count} reviewers with {label} {value}, at most {max} allowed"),
                assessor,
                asset,
            );
        }
    }
    if let (Some(min), Some(value)) = (panel.min, &panel.value)
        && facts.handed_in(submission)
        && (values.len() as u64) < min
        && let Some(asset) = facts.submission(submission).map(|submission| &submission.id)
    {
        let count = values.len();
        findings.add_for(
            "panel_min",
            "",
            format_args!("submission {asset}: {count} reviewers with {label} {value}, at least {min} wanted"),
            None,
            Some(asset),
        );
    }
}
