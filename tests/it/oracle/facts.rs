//! What is settled before anything is chosen: the fate of existing reviews, the musts, the free pairs.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::Id;
use peerplan::input::{Bound, CopyRule, Existing, Input, PeerReview, RuleKind, RuleTarget, Submission, WorkflowState};

use super::rules::Rules;

/// Assessor and asset.
pub(crate) type Pair = (Id, Id);

/// Reviews that count.
pub(crate) type Assignment = BTreeSet<Pair>;

/// What becomes of an existing review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Stays and counts.
    Fixed,
    /// Stays, and counts for nobody, for nobody will write it.
    Ghost,
    /// May stay and may go.
    Movable,
    /// Is deleted.
    Dropped,
}

/// A `must_review` by author that more than one copy can still satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenMust {
    pub(crate) assessor: Id,
    pub(crate) copies: BTreeSet<Id>,
}

impl OpenMust {
    /// How many copies the student reviews.
    pub(crate) fn met_by(&self, reviews: &Assignment) -> usize {
        reviews.iter().filter(|(assessor, asset)| *assessor == self.assessor && self.copies.contains(asset)).count()
    }
}

/// A problem as far as it is settled.
pub(crate) struct Facts<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) fates: BTreeMap<Pair, Fate>,
    /// Part of every assignment: completed and kept reviews, and musts.
    pub(crate) fixed: Assignment,
    /// Musts of which the copy is not settled.
    pub(crate) open_musts: Vec<OpenMust>,
    /// Existing reviews that may stay.
    pub(crate) movable: Assignment,
    /// Eligible, not fixed, and, where a work is reviewed once, of a work of which the student has no fixed review.
    pub(crate) free: Assignment,
    /// Input errors of musts.
    pub(crate) contradictions: Vec<String>,
    /// Musts of which the contract does not say whether they are errors; no generated problem has any.
    pub(crate) unclear: Vec<String>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(input: &'a Input) -> Self {
        let rules = Rules { input };
        let fates: BTreeMap<Pair, Fate> =
            input.peer_reviews.iter().map(|review| (pair_of(review), fate(rules, review))).collect();
        let of_fate = |wanted| {
            fates.iter().filter(move |&(_, fate)| *fate == wanted).map(|(pair, _)| pair.clone()).collect::<Assignment>()
        };
        let mut facts = Self {
            rules,
            fixed: of_fate(Fate::Fixed),
            movable: of_fate(Fate::Movable),
            fates,
            open_musts: Vec::new(),
            free: Assignment::new(),
            contradictions: Vec::new(),
            unclear: Vec::new(),
        };
        facts.settle_musts();
        facts.movable.retain(|pair| !facts.fixed.contains(pair));
        for student in &input.students {
            for submission in &input.submissions {
                let pair = (student.id.clone(), submission.id.clone());
                let work_is_taken = facts.once() && facts.fixed_on_work(&pair.0, submission);
                if rules.eligible(student, submission) && !facts.fixed.contains(&pair) && !work_is_taken {
                    facts.free.insert(pair);
                }
            }
        }
        facts
    }

    /// Whether the musts are neither input errors nor unclear.
    pub(crate) fn musts_are_sound(&self) -> bool {
        self.contradictions.is_empty() && self.unclear.is_empty()
    }

    /// Whether a student reviews at most one copy of a work.
    pub(crate) fn once(&self) -> bool {
        self.rules.input.policy.same_work_once == CopyRule::Once
    }

    fn fixed_on_work(&self, assessor: &Id, submission: &Submission) -> bool {
        self.rules.copies(submission).any(|copy| self.fixed.contains(&(assessor.clone(), copy.id.clone())))
    }

    /// Musts by submission first; one by author is satisfied by any copy that is fixed by then.
    fn settle_musts(&mut self) {
        let kept = self.fixed.clone();
        let musts = self.rules.input.rules.iter().filter(|rule| rule.kind == RuleKind::MustReview);
        for rule in musts.clone() {
            if let RuleTarget::Asset(asset) = &rule.target {
                self.settle_must_by_asset(&rule.assessor_id, asset);
            }
        }
        for rule in musts {
            if let RuleTarget::User(user) = &rule.target {
                self.settle_must_by_author(&rule.assessor_id, user);
            }
        }
        self.check_room(&kept);
    }

    fn settle_must_by_asset(&mut self, assessor: &Id, asset: &Id) {
        let pair = (assessor.clone(), asset.clone());
        if !self.rules.eligible_pair(assessor, asset) {
            self.contradictions.push(format!("the must {pair:?} is not eligible"));
            return;
        }
        let fixed = |copy: &&Submission| self.fixed.contains(&(assessor.clone(), copy.id.clone()));
        let mut copies = self.rules.copies(self.rules.submission(asset));
        if self.once() && copies.any(|copy| copy.id != *asset && fixed(&copy)) {
            self.contradictions.push(format!("the must {pair:?} meets another copy"));
        }
        self.fixed.insert(pair);
    }

    fn settle_must_by_author(&mut self, assessor: &Id, user: &Id) {
        let by_user = |submission: &&Submission| self.rules.authors(submission).contains(user);
        let handed_in = |submission: &&Submission| self.rules.handed_in(submission);
        let of_user = || self.rules.input.submissions.iter().filter(by_user).filter(handed_in);
        let works: BTreeSet<&Id> = of_user().map(|copy| self.rules.work(&copy.id)).collect();
        if works.len() != 1 {
            self.contradictions.push(format!("{user:?} has {} works for a must", works.len()));
            return;
        }
        let fixed = |copy: &&Submission| self.fixed.contains(&(assessor.clone(), copy.id.clone()));
        if of_user().any(|copy| fixed(&copy)) {
            return;
        }
        if of_user().any(|copy| self.fixed_on_work(assessor, copy)) {
            self.unclear.push(format!("{assessor:?} has reviewed only a copy of {user:?} that is not handed in"));
            return;
        }
        let eligible = of_user().filter(|copy| self.rules.eligible_pair(assessor, &copy.id));
        let copies: BTreeSet<Id> = eligible.map(|copy| copy.id.clone()).collect();
        match copies.len() {
            0 => {
                self.contradictions.push(format!("{assessor:?} must review a work of {user:?}, which is not eligible"));
            }
            1 => self.fixed.extend(copies.into_iter().map(|copy| (assessor.clone(), copy))),
            _ => {
                let must = OpenMust { assessor: assessor.clone(), copies };
                if !self.open_musts.contains(&must) {
                    self.open_musts.push(must);
                }
            }
        }
    }

    /// More musts and kept reviews than a maximum allows; kept reviews alone may exceed it.
    fn check_room(&mut self, kept: &Assignment) {
        let mut full = Vec::new();
        for student in &self.rules.input.students {
            let musts = self.open_musts.iter().filter(|must| must.assessor == student.id).count();
            let (before, after) = (given(kept, &student.id), given(&self.fixed, &student.id) + to_u64(musts));
            let max = self.rules.student_bound(student).max;
            if after > before && max.is_some_and(|max| after > max) {
                full.push(format!("too many musts for {:?}", student.id));
            }
        }
        for submission in &self.rules.input.submissions {
            let (before, after) = (received(kept, &submission.id), received(&self.fixed, &submission.id));
            let max = self.rules.submission_bound(submission).max;
            if after > before && max.is_some_and(|max| after > max) {
                full.push(format!("too many musts for {:?}", submission.id));
            }
        }
        for work in self.rules.shared_works() {
            let on_work = |must: &&OpenMust| must.copies.iter().any(|copy| self.rules.work(copy) == &work.id);
            let musts = to_u64(self.open_musts.iter().filter(on_work).count());
            let (before, after) = (self.received_by_work(kept, work), self.received_by_work(&self.fixed, work) + musts);
            if after > before && self.rules.work_bound().max.is_some_and(|max| after > max) {
                full.push(format!("too many musts for the work of {:?}", work.id));
            }
        }
        // Some copy must have room for all who are to review the work.
        for must in &self.open_musts {
            let rivals =
                self.open_musts.iter().filter(|rival| rival.copies.intersection(&must.copies).next().is_some());
            let rivals = to_u64(rivals.count());
            let has_room = |copy: &Id| self.submission_left(copy).max.is_none_or(|max| max >= rivals);
            if !must.copies.iter().any(has_room) {
                self.unclear.push(format!("no room for sure for {must:?}"));
            }
        }
        self.contradictions.append(&mut full);
    }

    /// What remains of the bound of a student once fixed reviews are counted.
    pub(crate) fn student_left(&self, id: &Id) -> Bound {
        let student = self.rules.student(id).expect("a listed student");
        left(self.rules.student_bound(student), given(&self.fixed, id))
    }

    /// What remains of the bound of a submission once fixed reviews are counted.
    pub(crate) fn submission_left(&self, id: &Id) -> Bound {
        left(self.rules.submission_bound(self.rules.submission(id)), received(&self.fixed, id))
    }

    /// What remains of the bound of all copies of a work together.
    pub(crate) fn work_left(&self, submission: &Submission) -> Bound {
        left(self.rules.work_bound(), self.received_by_work(&self.fixed, submission))
    }

    /// What all copies of a work receive.
    pub(crate) fn received_by_work(&self, reviews: &Assignment, submission: &Submission) -> u64 {
        self.rules.copies(submission).map(|copy| received(reviews, &copy.id)).sum()
    }

    /// Whether neither a minimum nor a must asks for a review.
    pub(crate) fn nothing_asked(&self) -> bool {
        let input = self.rules.input;
        input.students.iter().all(|student| self.rules.student_bound(student).min == 0)
            && input.submissions.iter().all(|submission| self.rules.submission_bound(submission).min == 0)
            && self.rules.shared_works().all(|_| self.rules.work_bound().min == 0)
            && input.policy.panel.iter().all(|panel| panel.min.unwrap_or(0) == 0)
            && input.rules.iter().all(|rule| rule.kind != RuleKind::MustReview)
    }
}

/// What the existing-review rules say of one review.
fn fate(rules: Rules<'_>, review: &PeerReview) -> Fate {
    let keep = rules.input.policy.existing == Existing::Keep;
    let assessor_may_review = rules.student(&review.assessor_id).is_some_and(|student| rules.may_review(student));
    let eligible = rules.eligible_pair(&review.assessor_id, &review.asset_id);
    match (review.workflow_state, assessor_may_review) {
        (WorkflowState::Completed, _) => Fate::Fixed,
        (WorkflowState::Assigned, false) if keep => Fate::Ghost,
        (WorkflowState::Assigned, true) if keep => Fate::Fixed,
        (WorkflowState::Assigned, _) if eligible => Fate::Movable,
        (WorkflowState::Assigned, _) => Fate::Dropped,
    }
}

pub(crate) fn pair_of(review: &PeerReview) -> Pair {
    (review.assessor_id.clone(), review.asset_id.clone())
}

pub(crate) fn given(reviews: &Assignment, assessor: &Id) -> u64 {
    to_u64(reviews.iter().filter(|pair| pair.0 == *assessor).count())
}

pub(crate) fn received(reviews: &Assignment, asset: &Id) -> u64 {
    to_u64(reviews.iter().filter(|pair| pair.1 == *asset).count())
}

pub(crate) fn left(bound: Bound, fixed: u64) -> Bound {
    Bound { min: bound.min.saturating_sub(fixed), max: bound.max.map(|max| max.saturating_sub(fixed)) }
}

pub(crate) fn to_u64(count: usize) -> u64 {
    u64::try_from(count).expect("counts are small")
}
