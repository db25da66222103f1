//! Rules for all, dropped one at a time; each problem is compiled and decided.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::is_feasible;
use super::edit::{Edit, Setting, key};
use super::{Candidate, Finder, LIMIT, Relief, is_limited};
use crate::input::{
    Admission, Bound, CopyRule, Demand, Existing, Micros, Reciprocal, Relation, Shortfall, Stance, Unscored,
    WorkflowState,
};
use crate::problem::{DimensionName, Hindrance, Problem, Standing};

/// Certainty, in millionths.
const CERTAIN: i64 = 1_000_000;

impl Finder<'_> {
    /// Rules of the policy, and at last the shortfall.
    pub(super) fn policies(&mut self) {
        let mut tally: Option<Tally> = None;
        for (words, setting) in self.settings() {
            let mut edited = self.lean.clone();
            Edit::Policy(setting.clone()).apply(&mut edited);
            let Ok(compiled) = Problem::new(&edited) else { continue };
            let helps = match setting {
                Setting::Partial => can_fall_short(edited),
                _ => is_feasible(&compiled),
            };
            if helps {
                let size = self.size(&setting, &compiled, &mut tally);
                self.offer(Candidate { size, words, edit: Edit::Policy(setting) });
            }
        }
    }

    /// The least limit for all pairs without their own that helps, where the strategy draws by lot.
    pub(super) fn limit(&mut self) {
        let problem = self.problem;
        let choice = problem.strategy();
        let Some(&Micros(now)) = choice.parameters.get(LIMIT).filter(|_| is_limited(problem)) else { return };
        let edit = |limit| Edit::Limit { limit: Micros(limit) };
        if now >= CERTAIN || !self.decided(&edit(CERTAIN)) {
            return;
        }
        let (mut too_little, mut enough) = (now, CERTAIN);
        while too_little + 1 < enough {
            let middle = too_little + (enough - too_little) / 2;
            if self.decided(&edit(middle)) { enough = middle } else { too_little = middle }
        }
        let words = format!("raise the limit of {} from {} to {}", choice.name, Micros(now), Micros(enough));
        let free = (0..problem.students())
            .flat_map(|student| (0..problem.submissions()).map(move |submission| (student, submission)))
            .filter(|&(student, submission)| problem.is_free(student, submission))
            .filter(|&(student, submission)| problem.limit(student, submission).is_none());
        self.offer(Candidate { size: free.count() as u64, words, edit: edit(enough) });
    }

    /// The rules there are, with what it would be to drop each.
    fn settings(&self) -> Vec<(String, Setting)> {
        let policy = self.problem.policy();
        let mut settings = Vec::new();
        for dimension in &self.problem.dimensions {
            if matches!(dimension.relation, Relation::Same | Relation::Different) {
                let words = match &dimension.name {
                    DimensionName::Label(label) => format!("drop the rule on the label \"{label}\""),
                    name => format!("drop the {} rule", key(name)),
                };
                settings.push((words, Setting::AnyValue(dimension.name.clone())));
            }
        }
        let mut add = |applies: bool, words: &str, setting: Setting| {
            if applies {
                settings.push((String::from(words), setting));
            }
        };
        // Both bounds go then: nobody needs to hear of it where one is enough.
        let one_helps = |relief: &Relief| matches!(relief.edit, Edit::Policy(Setting::ReviewsPerSubmission(_)));
        let bounded = matches!(policy.reviews_per_submission, Demand::Within(_)) && !self.found.iter().any(one_helps);
        add(bounded, "balance received reviews (reviews_per_submission: \"balanced\")", Setting::Balanced);
        add(policy.history == Stance::Forbid, "set history to \"avoid\"", Setting::AvoidHistory);
        add(policy.late == Admission::Exclude, "include late submissions", Setting::IncludeLate);
        let unsubmitted = policy.unsubmitted_reviewers == Admission::Exclude;
        add(unsubmitted, "let students without a submission review", Setting::IncludeUnsubmitted);
        add(policy.unscored == Unscored::Forbid, "allow pairs without a score", Setting::AllowUnscored);
        let copies =
            policy.same_work_once == CopyRule::Once && self.problem.people.copies.len() < self.problem.submissions();
        add(copies, "let students review several copies of a work (same_work_once: false)", Setting::CopiesFree);
        let kept = policy.existing == Existing::Keep && kept(self.problem) > 0;
        add(kept, "let existing reviews move (existing: \"rebalance\")", Setting::Rebalance);
        let cycles = matches!(policy.reciprocal, Reciprocal::Forbid | Reciprocal::ForbidCycles(_));
        add(cycles, "set reciprocal to \"avoid\"", Setting::AvoidReciprocal);
        for place in 0..policy.panel.len() {
            let mut rest = policy.panel.clone();
            let label = rest.remove(place).label;
            let words = format!("drop the panel rule on \"{label}\" at /policy/panel/{place}");
            add(true, &words, Setting::Panel(rest));
        }
        let error = policy.shortfall == Shortfall::Error;
        add(error, "allow shortfalls (shortfall: \"partial\")", Setting::Partial);
        settings
    }

    /// How much a setting relaxes.
    fn size(&self, setting: &Setting, compiled: &Problem, tally: &mut Option<Tally>) -> u64 {
        let problem = self.problem;
        let mut only = |hindrance| tally.get_or_insert_with(|| Tally::of(problem)).only(hindrance);
        match setting {
            Setting::AnyValue(name) => {
                let place = problem.dimensions.iter().position(|dimension| dimension.name == *name);
                place.map_or(0, |place| only(Hindrance::Dimension(place)))
            }
            Setting::AvoidHistory => only(Hindrance::History),
            Setting::AllowUnscored => only(Hindrance::Unscored),
            Setting::IncludeLate | Setting::IncludeUnsubmitted => self.newly_eligible(compiled),
            Setting::CopiesFree => self.copies_of_one_work(),
            Setting::Balanced => self.bounds_dropped(),
            Setting::Rebalance => kept(problem) - kept(compiled),
            Setting::Partial => {
                let students = (0..problem.students()).map(|student| problem.student_bound(student).min);
                let submissions = (0..problem.submissions()).map(|submission| problem.submission_bound(submission).min);
                students.chain(submissions).fold(0, u64::saturating_add)
            }
            // A rule on reviewers or reviews together holds every pair back.
            _ => tally.get_or_insert_with(|| Tally::of(problem)).eligible,
        }
    }

    /// By how much the bounds move that balanced submissions no longer have: minima down to 0, maxima up to all who could
    /// review.
    fn bounds_dropped(&self) -> u64 {
        let problem = self.problem;
        let students = problem.students() as u64;
        let own = |submission: usize| problem.people.submission(self.input, submission).reviews.is_some();
        let bounds = (0..problem.submissions()).filter(|&at| problem.is_handed_in(at) && !own(at));
        let bounds = bounds.map(|submission| problem.submission_bound(submission));
        bounds.map(|Bound { min, max }| min + max.map_or(0, |max| students.saturating_sub(max))).sum()
    }

    /// The pairs that are eligible in another problem of the same students and submissions, and not in this one.
    fn newly_eligible(&self, compiled: &Problem) -> u64 {
        let problem = self.problem;
        let mut count = 0;
        for student in 0..problem.students() {
            let new = problem.may_review(student) != compiled.may_review(student);
            for submission in 0..problem.submissions() {
                if (new || problem.is_handed_in(submission) != compiled.is_handed_in(submission))
                    && compiled.eligible(student, submission)
                {
                    count += 1;
                }
            }
        }
        count
    }

    /// The pairs that a copy of a work keeps from another copy.
    fn copies_of_one_work(&self) -> u64 {
        let problem = self.problem;
        let several = (0..problem.people.copies.len()).map(|work| problem.people.copies.row(work));
        let several: Vec<&[u32]> = several.filter(|copies| copies.len() > 1).collect();
        let mut count = 0;
        for student in 0..problem.students() {
            for copies in &several {
                let eligible = copies.iter().filter(|&&copy| problem.eligible(student, copy as usize)).count();
                count += eligible.saturating_sub(1) as u64;
            }
        }
        count
    }
}

/// The unfinished reviews that stay.
fn kept(compiled: &Problem) -> u64 {
    let unfinished = compiled
        .existing_reviews()
        .iter()
        .filter(|review| review.standing == Standing::Fixed && review.workflow_state == WorkflowState::Assigned);
    unfinished.count() as u64
}

/// Whether a problem has a valid assignment when no minimum has to be met: all other rules can be kept.
fn can_fall_short(mut edited: crate::input::Input) -> bool {
    let open = |bound: Bound| Bound { min: 0, ..bound };
    edited.policy.reviews_per_student = open(edited.policy.reviews_per_student);
    if let Demand::Within(bound) = edited.policy.reviews_per_submission {
        edited.policy.reviews_per_submission = Demand::Within(open(bound));
    }
    edited.policy.reviews_per_work = edited.policy.reviews_per_work.map(open);
    edited.students.iter_mut().for_each(|student| student.reviews = student.reviews.map(open));
    edited.submissions.iter_mut().for_each(|submission| submission.reviews = submission.reviews.map(open));
    Problem::new(&edited).is_ok_and(|problem| is_feasible(&problem))
}

/// How many pairs are eligible, and how many each rule alone excludes.
struct Tally {
    eligible: u64,
    history: u64,
    unscored: u64,
    dimensions: Vec<u64>,
}

impl Tally {
    fn of(problem: &Problem) -> Self {
        let dimensions = alloc::vec![0; problem.dimensions.len()];
        let mut tally = Self { eligible: 0, history: 0, unscored: 0, dimensions };
        for student in 0..problem.students() {
            for submission in 0..problem.submissions() {
                if problem.eligible(student, submission) {
                    tally.eligible += 1;
                    continue;
                }
                match problem.only_hindrance(student, submission) {
                    Some(Hindrance::History) => tally.history += 1,
                    Some(Hindrance::Unscored) => tally.unscored += 1,
                    Some(Hindrance::Dimension(place)) => tally.dimensions[place] += 1,
                    _ => {}
                }
            }
        }
        tally
    }

    fn only(&self, hindrance: Hindrance) -> u64 {
        match hindrance {
            Hindrance::History => self.history,
            Hindrance::Unscored => self.unscored,
            Hindrance::Dimension(place) => self.dimensions[place],
            _ => 0,
        }
    }
}
