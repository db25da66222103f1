//! The difference between what exists and what is wanted, in a safe order.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::report::{report, shortfalls};
use super::{Alternates, GENERATOR, OperationRecord, Records, Report, ShortfallRecord};
use crate::assignment::Assignment;
use crate::certificate::Certificate;
use crate::input::{Existing, ReviewRecord, Source, StrategyChoice, WorkflowState};
use crate::problem::rows::index;
use crate::problem::{Problem, Standing};
use crate::strategy::{Solution, counts};

/// One step of a plan, by indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ask for a review.
    Create {
        /// Who reviews.
        student: u32,
        /// What is reviewed.
        submission: u32,
    },
    /// Take an existing review back.
    Delete {
        /// Its place among [`Problem::existing_reviews`].
        review: u32,
        /// The place of its reason among the plan's reasons.
        reason: u32,
    },
}

/// What is to be done so that the existing reviews become an assignment: indices only; records are rendered while
/// they are written ([`Plan::view`]).
///
/// Steps come submission by submission in canonical order, creates (by student) before deletes: stopping anywhere
/// leaves no submission with fewer reviews than the smaller of its counts before and after.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
    /// Places among the existing reviews that stay.
    pub(super) kept: Vec<u32>,
    reasons: Vec<String>,
    strategy: StrategyChoice,
    shortfalls: Vec<ShortfallRecord>,
    report: Report,
    certificate: Option<Certificate>,
}

impl Plan {
    /// The plan that turns the existing reviews into a solution, with the solution's certificate. O(n + m + T log T).
    #[must_use]
    pub fn diff(problem: &Problem, solution: &Solution) -> Self {
        let assignment = &solution.assignment;
        let counts = counts(problem, assignment);
        let mut plan = Self {
            steps: Vec::with_capacity(assignment.len()),
            kept: Vec::new(),
            reasons: Vec::new(),
            strategy: solution.strategy.clone(),
            shortfalls: shortfalls(problem, &counts),
            report: Report::default(),
            certificate: solution.certificate.clone(),
        };
        let reviewers = assignment.by_submission(problem.submissions());
        let mut existing = problem.existing_reviews();
        let mut place = 0;
        for submission in 0..problem.submissions() {
            let count = existing.iter().take_while(|review| review.submission as usize == submission).count();
            let (here, rest) = existing.split_at(count);
            for &student in reviewers.row(submission) {
                if !here.iter().any(|review| review.student == Some(student)) {
                    plan.steps.push(Step::Create { student, submission: index(submission) });
                }
            }
            for review in here {
                match reason(problem, assignment, review.student, submission, &review.standing) {
                    None => plan.kept.push(index(place)),
                    Some(reason) => plan.delete(place, reason),
                }
                place += 1;
            }
            existing = rest;
        }
        plan.report = report(problem, assignment, &reviewers, &counts, &plan);
        plan
    }

    /// The steps, in the order in which they are to be done.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The figures.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The minima that are not met.
    #[must_use]
    pub fn shortfalls(&self) -> &[ShortfallRecord] {
        &self.shortfalls
    }

    /// The proof that there is no better plan.
    #[must_use]
    pub const fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The plan as records, rendered as they are asked for.
    #[must_use]
    pub const fn view<'a>(&'a self, problem: &'a Problem) -> PlanView<'a> {
        PlanView { plan: self, problem }
    }

    fn delete(&mut self, place: usize, reason: String) {
        let known = self.reasons.iter().rposition(|known| *known == reason);
        let reason = known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        });
        self.steps.push(Step::Delete { review: index(place), reason: index(reason) });
    }
}

/// Why an existing review is deleted; none for one that stays.
fn reason(
    problem: &Problem,
    assignment: &Assignment,
    student: Option<u32>,
    submission: usize,
    standing: &Standing,
) -> Option<String> {
    match standing {
        Standing::Fixed | Standing::Idle => None,
        Standing::Void(None) => Some(String::from("the assessor is not among the students any more")),
        Standing::Void(Some(exclusion)) => Some(format!("the pair is no longer eligible: {exclusion}")),
        Standing::Movable => {
            let stays = student.is_some_and(|student| assignment.contains(student as usize, submission));
            let why = if problem.policy().existing == Existing::Replace {
                "replaced by the new assignment"
            } else {
                "moved so that the rules are kept and received reviews are as even as possible"
            };
            (!stays).then(|| String::from(why))
        }
    }
}

/// A plan beside its problem: the records of a plan file.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    plan: &'a Plan,
    problem: &'a Problem,
}

impl<'a> PlanView<'a> {
    fn existing(self, place: u32) -> ReviewRecord<'a> {
        let review = &self.problem.existing_reviews()[place as usize];
        ReviewRecord {
            id: review.id.as_ref(),
            user_id: review.user_id.as_ref(),
            assessor_id: &review.assessor_id,
            asset_id: self.problem.submission_id(review.submission as usize),
            workflow_state: review.workflow_state,
        }
    }

    fn step(self, step: Step) -> OperationRecord<'a> {
        match step {
            Step::Create { student, submission } => OperationRecord::Create {
                peer_review: ReviewRecord {
                    id: None,
                    user_id: self.problem.owner(submission as usize),
                    assessor_id: self.problem.student_id(student as usize),
                    asset_id: self.problem.submission_id(submission as usize),
                    workflow_state: WorkflowState::Assigned,
                },
            },
            Step::Delete { review, reason } => OperationRecord::Delete {
                peer_review: self.existing(review),
                reason: &self.plan.reasons[reason as usize],
            },
        }
    }
}

impl Records for PlanView<'_> {
    fn source(&self) -> Option<&Source> {
        self.problem.source()
    }
    fn problem_digest(&self) -> &str {
        self.problem.digest()
    }
    fn generator(&self) -> &str {
        GENERATOR
    }
    fn strategy(&self) -> &StrategyChoice {
        &self.plan.strategy
    }
    fn operations(&self) -> Box<dyn Iterator<Item = OperationRecord<'_>> + '_> {
        Box::new(self.plan.steps.iter().map(|&step| self.step(step)))
    }
    fn kept(&self) -> Box<dyn Iterator<Item = ReviewRecord<'_>> + '_> {
        Box::new(self.plan.kept.iter().map(|&place| self.existing(place)))
    }
    fn shortfalls(&self) -> &[ShortfallRecord] {
        &self.plan.shortfalls
    }
    fn report(&self) -> &Report {
        &self.plan.report
    }
    fn alternates(&self) -> &[Alternates] {
        &[]
    }
    fn certificate(&self) -> Option<&Certificate> {
        self.plan.certificate.as_ref()
    }
}
