//! The bound of the report beside what the records reach, goal by goal, each counted again.

use core::fmt;

use super::dimension::{Dimension, Sets};
use super::eligibility::{dimensions, is_eligible};
use super::facts::Facts;
use super::figures::Found;
use super::index::{at, dense};
use super::marks;
use super::pairs::{COMPLETED, HISTORY, Pairs};
use super::verdict::Findings;
use super::worst_off;
use crate::input::{Demand, Existing, Relation, RuleKind, RuleTarget, Shortfall, Stance};
use crate::plan::{GoalBound, OperationRecord, Records};

/// Reports a bound that counts other goals than the policy, that the plan goes below, or of which `optimal` says what
/// is not so. O(n log n), and as much again for the deleted reviews.
pub(super) fn check(facts: &Facts<'_>, found: &Found<'_>, unknown: bool, plan: &dyn Records, findings: &mut Findings) {
    let (bound, optimal) = match (plan.report().bound, plan.report().optimal) {
        (None, None) => return,
        (Some(bound), Some(optimal)) => (bound, optimal),
        (..) => return findings.add("bound_goals", "/report", "bound and optimal stand beside each other"),
    };
    if unknown {
        return;
    }
    let policy = &facts.input.policy;
    let partial = policy.shortfall == Shortfall::Partial;
    if bound.missing.is_some() != partial
        || bound.missing_squares.is_some() != partial
        || bound.deletes.is_some() != (policy.existing == Existing::Rebalance)
        || (bound.received_squares.is_some() && policy.reviews_per_submission != Demand::Balanced)
        || (bound.worst_units.is_some() && plan.strategy().name != "max_min")
    {
        return findings.add("bound_goals", "/report/bound", "the bound counts other goals than the policy asks for");
    }
    let reached = reached(facts, found, plan, &bound);
    if reached.rank() < bound.rank() {
        let message = format_args!("the records reach {}, below the bound: {}", Told(&reached), Told(&bound));
        findings.add("bound_broken", "/report/bound", message);
    } else if optimal != (reached == bound) {
        let message = format_args!("the records reach {}; the bound is {}", Told(&reached), Told(&bound));
        findings.add("bound_optimal", "/report/optimal", message);
    }
}

/// Goals in words.
struct Told<'a>(&'a GoalBound);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GoalBound {
            missing,
            missing_squares,
            reviews,
            received_squares,
            deletes,
            preferences,
            affinity_units,
            worst_units,
        } = *self.0;
        for (name, goal) in [
            ("missing", missing),
            ("missing_squares", missing_squares),
            ("reviews", reviews),
            ("received_squares", received_squares),
            ("deletes", deletes),
        ] {
            if let Some(goal) = goal {
                write!(f, "{name} {goal}, ")?;
            }
        }
        write!(f, "preferences {preferences}")?;
        affinity_units.map_or(Ok(()), |sum| write!(f, ", affinity_units {sum}"))?;
        worst_units.map_or(Ok(()), |sum| write!(f, ", worst_units {sum}"))
    }
}

/// What the records reach in the goals that a bound counts.
fn reached(facts: &Facts<'_>, found: &Found<'_>, plan: &dyn Records, counted: &GoalBound) -> GoalBound {
    let Found { pairs, tally, .. } = *found;
    let submissions = (0..dense(facts.submissions.len())).filter(|&submission| facts.handed_in(submission));
    let received = |submission: u32| tally.received.get(at(submission)).map_or(0, |count| u64::from(count.all));
    let (mut missing, mut missing_squares) = (0_u64, 0_u64);
    for shortfall in tally.shortfalls(facts) {
        missing = missing.saturating_add(shortfall);
        missing_squares = missing_squares.saturating_add(shortfall.saturating_mul(shortfall));
    }
    GoalBound {
        missing: counted.missing.map(|_| missing),
        missing_squares: counted.missing_squares.map(|_| missing_squares),
        reviews: counted.reviews.map(|_| tally.received.iter().map(|count| u64::from(count.all)).sum()),
        received_squares: counted.received_squares.map(|_| submissions.map(|place| received(place).pow(2)).sum()),
        deletes: counted.deletes.map(|_| deletes(facts, plan)),
        preferences: preferences(facts, pairs),
        affinity_units: counted.affinity_units.map(|_| narrow(found.scores.total)),
        worst_units: counted.worst_units.and_then(|_| worst_off::least(facts, pairs).map(narrow)),
    }
}

/// A sum of the records, as far as numbers go.
fn narrow(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// How many deleted reviews could have stayed: unfinished ones whose pair is eligible.
fn deletes(facts: &Facts<'_>, plan: &dyn Records) -> u64 {
    let deleted = plan.operations().filter_map(|operation| match operation {
        OperationRecord::Delete { peer_review, .. } => {
            facts.persons.find(peer_review.assessor_id).zip(facts.submissions.find(peer_review.asset_id))
        }
        OperationRecord::Create { .. } => None,
    });
    let mut pairs = Pairs::existing(facts, deleted);
    // Rules that nothing here is to be reported of.
    marks::note_rules(facts, &mut pairs, &mut Findings::default());
    marks::note_history(facts, &mut pairs);
    marks::note_scores(facts, &mut pairs);
    let dimensions = dimensions(facts);
    let could_stay = pairs.all().iter().filter(|pair| !pair.is(COMPLETED) && is_eligible(facts, &dimensions, **pair));
    could_stay.count() as u64
}

/// What should rules, wishes and history `avoid` add up to over the resulting reviews of listed students.
fn preferences(facts: &Facts<'_>, pairs: &Pairs) -> i64 {
    let policy = &facts.input.policy;
    let mut sum = 0_i64;
    for rule in &facts.input.rules {
        let weight = match rule.kind {
            RuleKind::ShouldReview => i64::from(rule.weight),
            RuleKind::ShouldNotReview => -i64::from(rule.weight),
            RuleKind::MustReview | RuleKind::MustNotReview => continue,
        };
        let Some(assessor) = facts.find_student(&rule.assessor_id) else { continue };
        let covered = match &rule.target {
            RuleTarget::Asset(id) => {
                let pair = facts.submissions.find(id).and_then(|asset| pairs.find(assessor, asset));
                usize::from(pair.and_then(|pair| pairs.all().get(pair)).is_some_and(|pair| pair.counts()))
            }
            RuleTarget::User(id) => {
                let author = facts.persons.find(id);
                author.map_or(0, |author| pairs.between(assessor, author).filter(|pair| pair.counts()).count())
            }
        };
        sum = sum.saturating_add(weight.saturating_mul(i64::from(dense(covered))));
    }
    let named = [(Dimension::Section, policy.section), (Dimension::Group, policy.group)];
    let labels = policy.labels.iter().map(|(label, &relation)| (Dimension::Label(label), relation));
    let counted = || pairs.all().iter().filter(|pair| pair.counts() && facts.is_student(pair.assessor));
    for (dimension, relation) in named.into_iter().chain(labels) {
        if matches!(relation, Relation::PreferSame | Relation::PreferDifferent) {
            let sets = Sets::new(facts, dimension);
            let met = |pair: u32, asset: u32| sets.meet(pair, asset) == (relation == Relation::PreferSame);
            sum = sum.saturating_add_unsigned(counted().filter(|pair| met(pair.assessor, pair.asset)).count() as u64);
        }
    }
    if policy.history == Stance::Avoid {
        sum = sum.saturating_sub_unsigned(counted().filter(|pair| pair.is(HISTORY)).count() as u64);
    }
    sum
}
