//! What is to be done in an assignment: a plan as steps on pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use hmac_sha256::Hash;
use serde::Serialize;

use super::base::Base;
use super::journal::{Effect, Header, Journal, Mode};
use super::request::{AssignmentPath, Context, is_addressable};
use crate::id::Id;
use crate::input::{PeerReview, WorkflowState};
use crate::plan::{Operation, PlanDocument};

/// One review: who reviews which submission. No two requests that write are under way for one pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pair {
    /// The submission.
    pub asset_id: Id,
    /// Who reviews it.
    pub assessor_id: Id,
}

impl Pair {
    /// The pair of a review.
    #[must_use]
    pub fn of(review: &PeerReview) -> Self {
        Self { asset_id: review.asset_id.clone(), assessor_id: review.assessor_id.clone() }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "review of submission {} by {}", self.asset_id, self.assessor_id)
    }
}

/// What a step does to a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Asks for the review.
    Create,
    /// Takes it back.
    Delete,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStep {
    /// What it does.
    pub op: Op,
    /// To which pair.
    pub pair: Pair,
    /// The owner of the submission, where known.
    pub user_id: Option<Id>,
    /// Only the review of this id may be deleted, where given.
    pub only: Option<Id>,
}

/// The steps, and what is expected to be there.
#[derive(Debug, Clone)]
pub struct Task {
    pub(super) mode: Mode,
    pub(super) place: AssignmentPath,
    pub(super) steps: Vec<TaskStep>,
    /// The reviews that are to stay; none where nothing is expected.
    pub(super) kept: Option<BTreeSet<Pair>>,
    /// The submissions that get new reviews.
    created: BTreeSet<Id>,
    /// All submissions and reviewers that it speaks of.
    assets: BTreeSet<Id>,
    assessors: BTreeSet<Id>,
    /// Whose submissions they are, where that is known.
    pub(super) owners: BTreeMap<Id, Id>,
    header: Header,
}

/// Why a plan cannot be applied to an installation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTask {
    /// It does not say where it belongs.
    #[error(
        "the plan does not say to which course and assignment it belongs; make it from a problem of `peerplan canvas pull`"
    )]
    NoSource,
    /// It belongs to another installation.
    #[error("the plan was made for {plan}, but CANVAS_BASE_URL is {here}")]
    OtherBase {
        /// The address in the plan.
        plan: String,
        /// The address that is used.
        here: String,
    },
    /// An id is none of Canvas.
    #[error("{0:?} is no id of Canvas")]
    Id(String),
    /// Two steps, or a step and a kept review, speak of one pair.
    #[error("the plan speaks of the {0} more than once")]
    Twice(Pair),
    /// A completed review would be deleted.
    #[error("the plan deletes the {0}, which is completed; completed reviews are never deleted")]
    Completed(Pair),
    /// The journal belongs to another plan, or to another place.
    #[error("the journal belongs to another plan; give another file with --journal")]
    OtherJournal,
    /// The journal is empty.
    #[error("the journal is empty: nothing was begun that could be undone")]
    NothingBegun,
}

impl Task {
    /// The steps of a plan.
    ///
    /// # Errors
    /// Where the plan does not fit the installation or contradicts itself.
    pub fn of_plan(base: &Base, plan: &PlanDocument, section: Option<Id>) -> Result<Self, BadTask> {
        let source = plan.source.as_ref().ok_or(BadTask::NoSource)?;
        let (Some(course_id), Some(assignment_id)) = (&source.course_id, &source.assignment_id) else {
            return Err(BadTask::NoSource);
        };
        let elsewhere = |url: &&String| Base::parse(url).as_ref() != Ok(base);
        if let Some(plan) = source.base_url.as_ref().filter(elsewhere) {
            return Err(BadTask::OtherBase { plan: plan.clone(), here: base.to_string() });
        }
        let mut seen = BTreeSet::new();
        let kept: BTreeSet<Pair> = plan.kept.iter().map(Pair::of).collect();
        let mut steps = Vec::with_capacity(plan.operations.len());
        for operation in &plan.operations {
            let (op, review) = match operation {
                Operation::Create(review, _) => (Op::Create, review),
                Operation::Delete(review, _) => (Op::Delete, review),
            };
            let pair = Pair::of(review);
            if op == Op::Delete && review.workflow_state == WorkflowState::Completed {
                return Err(BadTask::Completed(pair));
            }
            if kept.contains(&pair) || !seen.insert(pair.clone()) {
                return Err(BadTask::Twice(pair));
            }
            steps.push(TaskStep { op, pair, user_id: review.user_id.clone(), only: None });
        }
        let digest = digest(&steps, &kept);
        let header = Header {
            base_url: base.to_string(),
            course_id: course_id.clone(),
            assignment_id: assignment_id.clone(),
            section_id: section,
            digest,
        };
        Self::new(Mode::Apply, header, steps, Some(kept))
    }

    /// The steps that undo what a journal says was done. Reviews that were taken back are asked for again first.
    ///
    /// # Errors
    /// Where the journal is empty, or belongs to another installation.
    pub fn of_rollback(base: &Base, journal: &Journal) -> Result<Self, BadTask> {
        let header = journal.header.clone().ok_or(BadTask::NothingBegun)?;
        if header.base_url != base.to_string() {
            return Err(BadTask::OtherBase { plan: header.base_url, here: base.to_string() });
        }
        let mut steps: Vec<TaskStep> = journal
            .effects()
            .map(|(pair, Effect { op, review_id, user_id })| TaskStep {
                op: if *op == Op::Create { Op::Delete } else { Op::Create },
                pair: pair.clone(),
                user_id: user_id.clone(),
                only: review_id.clone().filter(|_| *op == Op::Create),
            })
            .collect();
        steps.sort_by(|a, b| (a.op, &a.pair).cmp(&(b.op, &b.pair)));
        Self::new(Mode::Rollback, header, steps, None)
    }

    fn new(mode: Mode, header: Header, steps: Vec<TaskStep>, kept: Option<BTreeSet<Pair>>) -> Result<Self, BadTask> {
        let context = match &header.section_id {
            Some(section) => Context::Section(section.clone()),
            None => Context::Course(header.course_id.clone()),
        };
        let pairs = || steps.iter().map(|step| &step.pair).chain(kept.iter().flatten());
        let assets: BTreeSet<Id> = pairs().map(|pair| pair.asset_id.clone()).collect();
        let assessors: BTreeSet<Id> = pairs().map(|pair| pair.assessor_id.clone()).collect();
        // Canvas lists submissions and students by numbers; another way to write one would never be found again.
        let odd = assets.iter().chain(&assessors).find(|id| id.value().is_none());
        let places = [&header.course_id, &header.assignment_id].into_iter().chain(&header.section_id);
        if let Some(id) = odd.or_else(|| places.into_iter().find(|id| !is_addressable(id))) {
            return Err(BadTask::Id(id.to_string()));
        }
        let created =
            steps.iter().filter(|step| step.op == Op::Create).map(|step| step.pair.asset_id.clone()).collect();
        let owner = |step: &TaskStep| Some((step.pair.asset_id.clone(), step.user_id.clone()?));
        let owners = steps.iter().filter_map(owner).collect();
        let place = AssignmentPath { context, assignment_id: header.assignment_id.clone() };
        Ok(Self { mode, place, steps, kept, created, assets, assessors, owners, header })
    }

    /// Whether a journal may be continued with this task.
    ///
    /// # Errors
    /// [`BadTask::OtherJournal`] where it may not.
    pub fn continues(&self, journal: &Journal) -> Result<(), BadTask> {
        match &journal.header {
            Some(header) if !header.is_of(&self.header) => Err(BadTask::OtherJournal),
            _ => Ok(()),
        }
    }

    /// Whether a pair that nobody has planned is to be told of. Canvas lists the reviews of all sections whatever the way there; through
    /// a section only those of submissions that get new reviews are looked at, and those between submissions and reviewers of the plan.
    pub(super) fn concerns(&self, pair: &Pair) -> bool {
        matches!(self.place.context, Context::Course(_))
            || self.created.contains(&pair.asset_id)
            || (self.assets.contains(&pair.asset_id) && self.assessors.contains(&pair.assessor_id))
    }

    pub(super) const fn header(&self) -> &Header {
        &self.header
    }

    /// The steps in their order.
    #[must_use]
    pub fn steps(&self) -> &[TaskStep] {
        &self.steps
    }
}

/// What tells one plan from another, whatever its file looks like: SHA-256 over the steps in their order and what stays.
fn digest(steps: &[TaskStep], kept: &BTreeSet<Pair>) -> String {
    let mut hash = Hash::new();
    let mut line = |word: &str, pair: &Pair| {
        hash.update(format!("{word} {:?} {:?}\n", pair.asset_id.to_string(), pair.assessor_id.to_string()));
    };
    for step in steps {
        line(if step.op == Op::Create { "create" } else { "delete" }, &step.pair);
    }
    for pair in kept {
        line("kept", pair);
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
