//! Who may review what: the six rules, decided for one pair at a time.

use alloc::vec::Vec;
use core::fmt;

use super::dimension::{Dimension, Sets};
use super::facts::Facts;
use super::pairs::{
    ALTERNATE, COMPLETED, CREATED, HISTORY, MAY_NOT, MUST_NOT, NOT_HANDED_IN, OWN_WORK, Pair, Pairs, SCORED, STAYS, ids,
};
use super::verdict::Findings;
use crate::id::Id;
use crate::input::{Relation, Stance, Unscored};

/// Why a pair is not eligible: the first rule that it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason<'a> {
    MayNotReview,
    NotHandedIn,
    OwnWork,
    Relation(Dimension<'a>, Relation),
    MustNot,
    History,
    Unscored,
}

impl Reason<'_> {
    const fn code(self) -> &'static str {
        match self {
            Self::MayNotReview => "assessor_may_not_review",
            Self::NotHandedIn => "not_handed_in",
            Self::OwnWork => "own_work",
            Self::Relation(..) => "relation_broken",
            Self::MustNot => "must_not_review",
            Self::History => "history_forbidden",
            Self::Unscored => "unscored_pair",
        }
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MayNotReview => f.write_str("the assessor may not review"),
            Self::NotHandedIn => f.write_str("the submission does not count as handed in"),
            Self::OwnWork => f.write_str("the assessor is an author of the work"),
            Self::Relation(dimension, relation) => {
                match dimension {
                    Dimension::Section => f.write_str("section")?,
                    Dimension::Group => f.write_str("group")?,
                    Dimension::Label(label) => write!(f, "label {label:?}")?,
                }
                f.write_str(if *relation == Relation::Same { " is not the same" } else { " is not different" })
            }
            Self::MustNot => f.write_str("a must_not_review covers the pair"),
            Self::History => f.write_str("a history row covers the pair"),
            Self::Unscored => f.write_str("the pair has no score"),
        }
    }
}

/// Reports created reviews and alternates that are not eligible, and unfinished reviews that are kept though they are
/// not and need not stay. O(pairs · dimensions), and O(n log n) for
/// each dimension with a hard rule.
pub(super) fn check(facts: &Facts<'_>, pairs: &Pairs, findings: &mut Findings) {
    let dimensions = dimensions(facts);
    for &pair in pairs.all() {
        if pair.is(COMPLETED | STAYS) {
            continue;
        }
        let Some(reason) = reason(facts, &dimensions, pair) else { continue };
        let code = match pair.flags & (CREATED | ALTERNATE) {
            CREATED => reason.code(),
            ALTERNATE => "alternate_ineligible",
            _ => "keeps_ineligible",
        };
        let (assessor, asset) = ids(facts, pair);
        findings.add_for(code, pair, format_args!("{}: {reason}", Named(assessor, asset)), assessor, asset);
    }
}

/// An assessor and a submission in a message.
pub(super) struct Named<'a>(pub(super) Option<&'a Id>, pub(super) Option<&'a Id>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(assessor) => write!(f, "assessor {assessor}")?,
            None => f.write_str("an assessor who is not listed")?,
        }
        self.1.map_or(Ok(()), |asset| write!(f, ", submission {asset}"))
    }
}

/// The dimensions in which the policy has a hard rule.
pub(super) fn dimensions<'a>(facts: &Facts<'a>) -> Vec<(Dimension<'a>, Relation, Sets)> {
    let policy = &facts.input.policy;
    let named = [(Dimension::Section, policy.section), (Dimension::Group, policy.group)];
    let labels = policy.labels.iter().map(|(label, &relation)| (Dimension::Label(label), relation));
    let hard = |entry: &(Dimension<'a>, Relation)| matches!(entry.1, Relation::Same | Relation::Different);
    let hard = named.into_iter().chain(labels).filter(hard);
    hard.map(|(dimension, relation)| (dimension, relation, Sets::new(facts, dimension))).collect()
}

/// Whether a pair breaks none of the rules.
pub(super) fn is_eligible(facts: &Facts<'_>, dimensions: &[(Dimension<'_>, Relation, Sets)], pair: Pair) -> bool {
    reason(facts, dimensions, pair).is_none()
}

/// The first rule that a pair breaks.
fn reason<'a>(facts: &Facts<'a>, dimensions: &[(Dimension<'a>, Relation, Sets)], pair: Pair) -> Option<Reason<'a>> {
    if pair.is(MAY_NOT) {
        return Some(Reason::MayNotReview);
    }
    if pair.is(NOT_HANDED_IN) {
        return Some(Reason::NotHandedIn);
    }
    if pair.is(OWN_WORK) {
        return Some(Reason::OwnWork);
    }
    for &(dimension, relation, ref sets) in dimensions {
        if sets.meet(pair.assessor, pair.asset) != (relation == Relation::Same) {
            return Some(Reason::Relation(dimension, relation));
        }
    }
    let policy = &facts.input.policy;
    if pair.is(MUST_NOT) {
        return Some(Reason::MustNot);
    }
    if policy.history == Stance::Forbid && pair.is(HISTORY) {
        return Some(Reason::History);
    }
    (policy.unscored == Unscored::Forbid && !pair.is(SCORED)).then_some(Reason::Unscored)
}
