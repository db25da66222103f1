//! Why a single pair may or may not be chosen, and at what cost.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::cost::{Best, Judge, PairCost, Refused};
use super::relief::targets;
use crate::id::Id;
use crate::input::{Input, RuleKind, RuleTarget, WorkflowState};
use crate::problem::rows::index;
use crate::problem::{DimensionName, Exclusion, ExistingReview, Problem, Standing};

/// What stands for and against a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct PairExplanation {
    /// Who would review.
    pub assessor_id: Id,
    /// What would be reviewed.
    pub asset_id: Id,
    /// Whether the rules on who may review what allow the pair.
    pub eligible: bool,
    /// All rules that exclude it.
    pub excluded_by: Vec<ExcludedBy>,
    /// What becomes of the review, where it exists already.
    pub existing: Option<Fate>,
    /// Whether it is part of every assignment: completed, kept or a must.
    pub fixed: bool,
    /// Whether some valid assignment has it.
    pub possible: bool,
    /// Whether some best plan has it.
    pub in_some_best: bool,
    /// Whether every best plan has it.
    pub in_every_best: bool,
    /// What it costs to choose it, beside the best plan; none where that is not possible.
    pub cost: Option<PairCost>,
    /// What it costs to do without it; none where that is not possible.
    pub cost_without: Option<PairCost>,
    /// Whether the costs are proven to be the least; else there may be better plans with the pair or without it.
    pub exact: bool,
    /// The same in words, one sentence each.
    pub sentences: Vec<String>,
}

/// A rule that excludes a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExcludedBy {
    /// In words.
    pub rule: String,
    /// The values that both have, or that the student has where none is shared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Id>,
    /// Where in the problem file it says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<String>,
}

/// What becomes of a review that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is completed, and stays.
    Completed,
    /// It stays by policy, or because it is a must.
    Kept,
    /// It stays, and counts for nobody, for nobody will write it.
    Idle,
    /// It stays if the plan has it.
    Movable,
    /// It is deleted.
    Deleted,
}

/// Explains a pair of a student and a submission, by index. `input` is what the problem was made from.
///
/// Complexity: that of two assignments by the strategy that the problem names if it has a goal of its own, or else by
/// `matching`; of up to six where deletes are counted.
#[must_use]
pub fn pair(input: &Input, problem: &Problem, student: usize, submission: usize) -> PairExplanation {
    let excluded_by = excluded_by(input, problem, student, submission);
    let existing = problem
        .existing_reviews()
        .iter()
        .find(|review| review.student == Some(index(student)) && review.submission as usize == submission);
    let fixed = problem.settled.is_fixed(student, submission);
    let mut told = PairExplanation {
        assessor_id: problem.student_id(student).clone(),
        asset_id: problem.submission_id(submission).clone(),
        eligible: excluded_by.is_empty(),
        excluded_by,
        existing: existing.map(fate),
        fixed,
        possible: fixed,
        in_some_best: fixed,
        in_every_best: fixed,
        cost: fixed.then(PairCost::default),
        cost_without: None,
        exact: true,
        sentences: Vec::new(),
    };
    match &told.excluded_by[..] {
        [] => told.sentences.push(String::from("the pair is eligible")),
        rules => {
            let rules = rules.iter().map(|rule| rule.rule.clone());
            told.sentences.push(format!("the pair is not eligible: {}", rules.collect::<Vec<_>>().join("; and ")));
        }
    }
    told.sentences.extend(existing.map(|review| fate_in_words(problem, review)));
    if fixed {
        let musts = musts(input, problem, student, submission);
        if !musts.is_empty() {
            told.sentences.push(format!("it is a must_review ({}), and part of every plan", musts.join(", ")));
        }
        return told;
    }
    let gain = problem.gain(student, submission);
    if gain != 0 {
        let word = if gain > 0 { "wished for" } else { "to be avoided" };
        told.sentences.push(format!("it is {word}, with a weight of {}", gain.unsigned_abs()));
    }
    let plain = problem.ignoring_reciprocal();
    let hindrance = settled_against(problem, student, submission);
    if told.eligible && hindrance.is_none() {
        weigh(&mut told, &plain, student, submission);
        return told;
    }
    told.cost_without = Judge::new(&plain).best(&plain).is_ok().then(PairCost::default);
    if told.eligible {
        told.sentences.extend(hindrance.map(|hindrance| format!("it cannot be part of any valid plan: {hindrance}")));
    }
    told
}

/// What becomes of an existing review whose assessor is not among the students, in words.
#[must_use]
pub fn review(problem: &Problem, review: &ExistingReview) -> (Fate, String) {
    (fate(review), fate_in_words(problem, review))
}

/// What is settled already and leaves no place for a pair that is eligible.
fn settled_against(problem: &Problem, student: usize, submission: usize) -> Option<String> {
    if problem.blocked_by_fixed(student, submission) {
        return Some(String::from("the student reviews another copy of the same work in every plan"));
    }
    let work = problem.people.work_of[submission];
    let musts = problem.settled.work_musts.iter();
    let musts = musts.filter(|must| must.student as usize == student && must.work != work).count() as u64;
    let full = |max: Option<u64>, fixed: u64| max.is_some_and(|max| fixed >= max);
    let (given, received) = (problem.settled.given[student], problem.settled.received[submission]);
    if full(problem.student_bound(student).max, u64::from(given) + musts) {
        return Some(String::from("reviews that are settled already are all that the student may give"));
    }
    if full(problem.submission_bound(submission).max, received.into()) {
        return Some(String::from("reviews that are settled already are all that the submission may receive"));
    }
    (problem.asks_nothing() && !problem.settled.is_movable(student, submission))
        .then(|| String::from("no review is asked for at all, so none is created"))
}

/// Tells what it costs to choose a free pair and to do without it.
fn weigh(told: &mut PairExplanation, problem: &Problem, student: usize, submission: usize) {
    let judge = Judge::new(problem);
    let best = match judge.best(problem) {
        Ok(best) => best,
        Err(refused) => {
            told.exact = matches!(refused, Refused::Proven(_));
            told.sentences.push(match refused {
                Refused::Proven(reason) => format!("there is no valid plan at all: {reason}"),
                Refused::Undecided(reason) => format!("whether there is a valid plan is not decided: {reason}"),
            });
            return;
        }
    };
    let nothing = |cost: &PairCost, other: &Best| judge.words(cost, other, &best).is_none();
    let chosen = best.assignment.contains(student, submission);
    let pair = [(index(student), index(submission))];
    let (with, without) = if chosen {
        (Ok(best.clone()), judge.best_like(&problem.narrowed(&pair, &[]), &best))
    } else {
        (judge.best_like(&problem.narrowed(&[], &pair), &best), Ok(best.clone()))
    };
    let is_exact = |found: &Result<Best, Refused>| match found {
        Ok(found) => found.exact,
        Err(refused) => matches!(refused, Refused::Proven(_)),
    };
    told.exact = is_exact(&with) && is_exact(&without);
    told.cost = with.as_ref().ok().map(|with| judge.cost(with, &best));
    told.cost_without = without.as_ref().ok().map(|without| judge.cost(without, &best));
    told.possible = with.is_ok();
    told.in_some_best = with.as_ref().is_ok_and(|with| nothing(&judge.cost(with, &best), with));
    told.in_every_best = match &without {
        Ok(without) => !nothing(&judge.cost(without, &best), without),
        Err(refused) => matches!(refused, Refused::Proven(_)),
    };
    let sentence = match (&with, &without) {
        (Err(Refused::Proven(reason)), _) => format!("it cannot be part of any valid plan: with it, {reason}"),
        (Err(Refused::Undecided(reason)), _) => format!("whether a valid plan has it is not decided: {reason}"),
        (_, Err(Refused::Proven(reason))) => format!("it is part of every valid plan: without it, {reason}"),
        (_, Err(Refused::Undecided(reason))) => format!("whether a valid plan lacks it is not decided: {reason}"),
        (Ok(with), Ok(without)) => {
            let more = |other: &Best| judge.words(&judge.cost(other, &best), other, &best);
            match (more(with), more(without)) {
                (Some(cost), _) => format!("no best plan has it: to choose it {cost}"),
                (None, Some(cost)) => format!("every best plan has it: to do without it {cost}"),
                (None, None) => String::from("some best plans have it and some do not: it costs nothing either way"),
            }
        }
    };
    told.sentences.push(sentence);
}

/// All rules that exclude a pair, with what makes them apply.
fn excluded_by(input: &Input, problem: &Problem, student: usize, submission: usize) -> Vec<ExcludedBy> {
    let (who, what) = (problem.student_id(student), index(submission));
    let describe = |exclusion: Exclusion| {
        let mut by = ExcludedBy { rule: exclusion.to_string(), values: Vec::new(), at: Vec::new() };
        match &exclusion {
            Exclusion::CannotReview => {
                let stated = problem.people.student(input, student);
                let place = problem.people.student_places[student];
                if stated.can_review {
                    by.rule.push_str(", without a submission that counts as handed in");
                } else {
                    by.at.push(format!("/students/{place}/can_review"));
                }
            }
            Exclusion::NotHandedIn => {
                let stated = problem.people.submission(input, submission);
                let place = problem.people.submission_places[submission];
                let field = if stated.submitted { "late" } else { "submitted" };
                by.at.push(format!("/submissions/{place}/{field}"));
            }
            Exclusion::NotSame(name) => {
                by.values = values(problem, name, student, submission, false);
                if !by.values.is_empty() {
                    by.rule = format!("{} (the student is in {})", by.rule, listed(&by.values));
                }
            }
            Exclusion::NotDifferent(name) => {
                by.values = values(problem, name, student, submission, true);
                by.rule = format!("{} ({})", by.rule, listed(&by.values));
            }
            Exclusion::MustNot => {
                by.at = rules(input, problem, RuleKind::MustNotReview, student, submission);
                by.rule = format!("{} ({})", by.rule, by.at.join(", "));
            }
            Exclusion::History => {
                let covers = |user: &Id| targets(problem, &RuleTarget::User(user.clone())).contains(&what);
                let rows = input.history.iter().enumerate();
                let rows = rows.filter(|(_, row)| row.assessor_id == *who && covers(&row.user_id));
                by.at = rows.map(|(place, _)| format!("/history/{place}")).collect();
                by.rule = format!("{} ({})", by.rule, by.at.join(", "));
            }
            Exclusion::OwnWork | Exclusion::Unscored => {}
        }
        by
    };
    problem.exclusions(student, submission).into_iter().map(describe).collect()
}

/// The places of the rules of a kind that cover a pair.
fn rules(input: &Input, problem: &Problem, kind: RuleKind, student: usize, submission: usize) -> Vec<String> {
    let who = problem.student_id(student);
    let rules = input.rules.iter().enumerate().filter(|(_, rule)| rule.kind == kind && rule.assessor_id == *who);
    let covering = rules.filter(|(_, rule)| targets(problem, &rule.target).contains(&index(submission)));
    covering.map(|(place, _)| format!("/rules/{place}")).collect()
}

fn musts(input: &Input, problem: &Problem, student: usize, submission: usize) -> Vec<String> {
    rules(input, problem, RuleKind::MustReview, student, submission)
}

/// The values of a student in a dimension: those shared with a submission, or all.
fn values(problem: &Problem, name: &DimensionName, student: usize, submission: usize, shared: bool) -> Vec<Id> {
    let Some(dimension) = problem.dimensions.iter().find(|dimension| dimension.name == *name) else {
        return Vec::new();
    };
    let others = dimension.submissions.row(submission);
    let own = dimension.students.row(student).iter().filter(|value| !shared || others.contains(value));
    own.map(|&value| dimension.values[value as usize].clone()).collect()
}

fn listed(ids: &[Id]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn fate(review: &ExistingReview) -> Fate {
    match review.standing {
        Standing::Fixed if review.workflow_state == WorkflowState::Completed => Fate::Completed,
        Standing::Fixed => Fate::Kept,
        Standing::Idle => Fate::Idle,
        Standing::Movable => Fate::Movable,
        Standing::Void(_) => Fate::Deleted,
    }
}

fn fate_in_words(problem: &Problem, review: &ExistingReview) -> String {
    match (&review.standing, fate(review)) {
        (_, Fate::Completed) => String::from("the review exists and is completed: it stays in every plan"),
        (_, Fate::Kept) => String::from("the review exists and stays in every plan"),
        (_, Fate::Idle) => {
            String::from("the review exists and stays, but its assessor may not review: it counts for nobody")
        }
        (_, Fate::Movable) if problem.counts_deletes() => {
            String::from("the review exists, and stays unless something better needs its place")
        }
        (_, Fate::Movable) => String::from("the review exists, and stays only where the plan chooses it anew"),
        (Standing::Void(Some(exclusion)), _) => format!("the review exists and is deleted: {exclusion}"),
        (_, Fate::Deleted) => String::from("the review exists and is deleted: its assessor is not among the students"),
    }
}
