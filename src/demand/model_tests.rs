//! A stream of events on small problems, against the definition worked out by trying everything.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::rc::Rc;
use alloc::vec::Vec;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::{Demand, HeldState, Refusal};
use crate::input::{
    Admission, Bound, CopyRule, Demand as Received, Past, PeerReview, Relation, Rule, RuleKind, RuleTarget, Stance,
    Student, Submission, WorkflowState,
};
use crate::random::{Purpose, Random};
use crate::{Input, Problem};

const STUDENTS: u64 = 4;

/// What may happen.
#[derive(Debug, Clone)]
enum Event {
    Ask { student: usize, count: usize, lease: Option<i64> },
    Finish { student: usize, submission: usize },
    Expire,
    Submit(usize),
    WithdrawSubmission(usize),
    Join(usize),
    WithdrawStudent(usize),
    Restore,
}

/// The state by its definition alone.
#[derive(Debug, Clone)]
struct Model {
    input: Rc<Input>,
    /// The same with everything handed in and nothing there yet: the rules on pairs.
    pairs: Rc<Problem>,
    turn: Rc<Vec<u64>>,
    seed: u64,
    now: i64,
    present: Vec<bool>,
    open: Vec<bool>,
    arrival: Vec<i64>,
    /// (student, submission) -> whether finished, and when the lease ends.
    held: BTreeMap<(usize, usize), (bool, Option<i64>)>,
    answer: Option<(Vec<u32>, Option<Refusal>)>,
}

/// What is asked of both sides in all.
type Value = (u64, u64);

impl Model {
    fn new(input: Input, seed: u64) -> Option<Self> {
        Problem::new(&input).ok()?;
        let mut all = input.clone();
        all.peer_reviews.clear();
        all.rules.retain(|rule| rule.kind != RuleKind::MustReview);
        all.policy.unsubmitted_reviewers = Admission::Include;
        for submission in &mut all.submissions {
            submission.submitted = true;
        }
        let pairs = Problem::new(&all).expect("rules that are read");
        let mut random = Random::new(seed, Purpose::Turn);
        let turn = all.submissions.iter().map(|_| random.word()).collect();
        let open = input.submissions.iter().map(|submission| submission.submitted).collect();
        let mut model = Self {
            turn: Rc::new(turn),
            seed,
            now: 0,
            present: alloc::vec![true; input.students.len()],
            open,
            arrival: (0..input.submissions.len()).map(arrival).collect(),
            held: BTreeMap::new(),
            answer: None,
            pairs: Rc::new(pairs),
            input: Rc::new(input),
        };
        for review in &model.input.peer_reviews {
            let student = model.pairs.find_student(&review.assessor_id)?;
            let submission = model.pairs.find_submission(&review.asset_id)?;
            let finished = review.workflow_state == WorkflowState::Completed;
            if finished || model.takes_part(student) {
                model.held.insert((student, submission), (finished, None));
            }
        }
        model.best(None).is_some().then_some(model)
    }

    fn takes_part(&self, student: usize) -> bool {
        let own = |submission: &Submission| submission.user_id.as_ref() == Some(&self.input.students[student].id);
        let mut works = self.input.submissions.iter().zip(&self.open);
        self.present[student]
            && self.input.students[student].can_review
            && (self.input.policy.unsubmitted_reviewers == Admission::Include || works.any(|(s, open)| *open && own(s)))
    }

    fn bound(&self, submission: usize) -> (u64, u64) {
        let general = match self.input.policy.reviews_per_submission {
            Received::Balanced => Bound::default(),
            Received::Within(bound) => bound,
        };
        let bound = self.input.submissions[submission].reviews.unwrap_or(general);
        (bound.min, bound.max.unwrap_or(99))
    }

    fn load(&self, student: usize) -> (u64, u64) {
        let bound = self.input.students[student].reviews.unwrap_or(self.input.policy.reviews_per_student);
        (bound.min, bound.max.unwrap_or(99))
    }

    fn given(&self, student: usize) -> u64 {
        self.held.keys().filter(|pair| pair.0 == student).count() as u64
    }

    fn received(&self, submission: usize) -> u64 {
        self.held.keys().filter(|pair| pair.1 == submission).count() as u64
    }

    fn same_work(&self, one: usize, other: usize) -> bool {
        let works = &self.input.submissions;
        one == other || (works[one].work_id.is_some() && works[one].work_id == works[other].work_id)
    }

    /// Whether a student may be given a submission, but for counts.
    fn may_have(&self, student: usize, submission: usize) -> bool {
        let once = self.input.policy.same_work_once == CopyRule::Once;
        self.takes_part(student)
            && self.open[submission]
            && self.pairs.eligible(student, submission)
            && !self.held.keys().any(|&(who, other)| {
                who == student && (other == submission || (once && self.same_work(other, submission)))
            })
    }

    /// The sets of submissions each must of a student can be met by, if it is not met yet.
    fn musts(&self, student: usize) -> Vec<Vec<usize>> {
        let rules =
            self.input.rules.iter().filter(|rule| {
                rule.kind == RuleKind::MustReview && rule.assessor_id == self.input.students[student].id
            });
        let targets = rules.map(|rule| -> Vec<usize> {
            match &rule.target {
                RuleTarget::Asset(id) => self.pairs.find_submission(id).into_iter().collect(),
                RuleTarget::User(id) => {
                    let works = &self.input.submissions;
                    let first = works.iter().position(|work| work.user_id.as_ref() == Some(id)).expect("an author");
                    (0..works.len()).filter(|&other| self.same_work(first, other)).collect()
                }
            }
        });
        let met = |set: &Vec<usize>| set.iter().any(|&submission| self.held.contains_key(&(student, submission)));
        let open = targets.filter(|set| !met(set));
        let reachable = |set: Vec<usize>| -> Vec<usize> {
            set.into_iter().filter(|&submission| self.may_have(student, submission)).collect()
        };
        open.map(reachable).filter(|set| !set.is_empty()).collect()
    }

    /// The best that the rest can come to: reviews missing, then the sum of squares. `least` is what the student who asks
    /// has to give. None where musts do not find a place.
    fn best(&self, asker: Option<usize>) -> Option<Value> {
        let (n, m) = (self.input.students.len(), self.input.submissions.len());
        let start: Vec<u64> = (0..m).map(|submission| self.received(submission)).collect();
        let mut states: BTreeMap<Vec<u64>, u64> = BTreeMap::from([(start, 0)]);
        for student in (0..n).filter(|&student| self.takes_part(student)) {
            let (least, most) = self.load(student);
            let (given, musts) = (self.given(student), self.musts(student));
            let allowed: Vec<usize> = (0..m).filter(|&submission| self.may_have(student, submission)).collect();
            let mut sets: Vec<(Vec<usize>, u64)> = Vec::new();
            for bits in 0..1_u32 << allowed.len() {
                let set: Vec<usize> =
                    allowed.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, &s)| s).collect();
                let total = given + set.len() as u64;
                let once = self.input.policy.same_work_once == CopyRule::Once;
                let twice = set.iter().enumerate().any(|(at, &a)| set[..at].iter().any(|&b| self.same_work(a, b)));
                let heard = asker != Some(student) || total > given;
                let met = musts.iter().all(|must| must.iter().any(|submission| set.contains(submission)));
                if (total <= most || set.is_empty()) && heard && met && !(once && twice) {
                    sets.push((set, least.saturating_sub(total)));
                }
            }
            let mut next: BTreeMap<Vec<u64>, u64> = BTreeMap::new();
            for (counts, missing) in &states {
                for (set, short) in &sets {
                    let mut counts = counts.clone();
                    for &submission in set {
                        counts[submission] += 1;
                    }
                    if set.iter().all(|&submission| counts[submission] <= self.bound(submission).1) {
                        let entry = next.entry(counts).or_insert(u64::MAX);
                        *entry = (*entry).min(missing + short);
                    }
                }
            }
            states = next;
        }
        let balanced = self.input.policy.reviews_per_submission == Received::Balanced;
        let values = states.into_iter().map(|(counts, missing)| {
            let open = counts.iter().enumerate().filter(|(submission, _)| self.open[*submission]);
            open.fold((missing, 0), |(missing, squares), (submission, &count)| {
                let short = self.bound(submission).0.saturating_sub(count);
                (missing + short, squares + if balanced { count * count } else { 0 })
            })
        });
        values.min()
    }

    /// The order of choice.
    fn key(&self, student: usize, submission: usize) -> (i64, i64, i64, u64) {
        let (least, most) = self.bound(submission);
        let open = self.open.iter().filter(|open| **open).count() as u64;
        let received: u64 = (0..self.open.len()).filter(|&s| self.open[s]).map(|s| self.received(s)).sum();
        let owed: u64 = (0..self.present.len())
            .filter(|&student| self.takes_part(student))
            .map(|student| self.load(student).0.saturating_sub(self.given(student)))
            .sum();
        let balanced = self.input.policy.reviews_per_submission == Received::Balanced;
        let level = (received + owed).div_ceil(open.max(1));
        let aim = if balanced { level.clamp(least, most) } else { least };
        let beyond = |count: u64| i64::try_from(count).expect("small");
        let gain = self.pairs.gain(student, submission);
        (-gain, beyond(self.received(submission)) - beyond(aim), self.arrival[submission], self.turn[submission])
    }

    fn next(&self, student: usize) -> Result<usize, Refusal> {
        if !self.present[student] {
            return Err(Refusal::Left);
        }
        if !self.takes_part(student) {
            return Err(Refusal::MayNotReview);
        }
        if self.given(student) >= self.load(student).1 {
            return Err(Refusal::AtMaximum);
        }
        let m = self.open.len();
        let mut fits: Vec<usize> =
            (0..m).filter(|&s| self.may_have(student, s) && self.received(s) < self.bound(s).1).collect();
        if fits.is_empty() {
            return Err(Refusal::NothingFits);
        }
        // Where a must has lost its place, nothing is said: such events are left out.
        let Some(before) = self.best(None) else { return Err(Refusal::NothingFits) };
        let Some(asked) = self.best(Some(student)).filter(|asked| asked.0 <= before.0) else {
            return Err(Refusal::NeededByOthers);
        };
        let musts: BTreeSet<usize> = self.musts(student).into_iter().flatten().collect();
        fits.sort_by_key(|&submission| {
            let (gain, beyond, arrival, turn) = self.key(student, submission);
            let must = musts.contains(&submission);
            (!must, if must { 0 } else { gain }, beyond, arrival, turn)
        });
        let good = |&submission: &usize| {
            let mut after = self.clone();
            after.held.insert((student, submission), (false, None));
            after.best(None) == Some(asked)
        };
        fits.into_iter().find(good).ok_or(Refusal::NeededByOthers)
    }

    fn expire(&mut self) {
        let now = self.now;
        self.held.retain(|_, (finished, until)| *finished || until.is_none_or(|until| until > now));
    }

    fn happen(&mut self, event: &Event) {
        self.now += 1;
        self.answer = None;
        match *event {
            Event::Ask { student, count, lease } => {
                self.expire();
                let mut given = Vec::new();
                let mut refusal = None;
                while given.len() < count && refusal.is_none() {
                    match self.next(student) {
                        Ok(submission) => {
                            let until = lease.map(|lease| self.now + lease);
                            self.held.insert((student, submission), (false, until));
                            given.push(u32::try_from(submission).expect("small"));
                        }
                        Err(why) => refusal = Some(why),
                    }
                }
                self.answer = Some((given, refusal));
            }
            Event::Finish { student, submission } => {
                self.held.insert((student, submission), (true, None));
            }
            Event::Expire => self.expire(),
            Event::Submit(submission) => {
                if !core::mem::replace(&mut self.open[submission], true) {
                    self.arrival[submission] = self.now;
                }
            }
            Event::WithdrawSubmission(submission) => {
                self.open[submission] = false;
                self.held.retain(|pair, (finished, _)| *finished || pair.1 != submission);
            }
            Event::Join(student) => self.present[student] = true,
            Event::WithdrawStudent(student) => {
                self.present[student] = false;
                self.held.retain(|pair, (finished, _)| *finished || pair.0 != student);
            }
            Event::Restore => {}
        }
    }
}

fn arrival(submission: usize) -> i64 {
    [3, 0, 0, 1, 0, 2][submission % 6]
}

/// Problems of few students and submissions in which every rule occurs.
fn inputs() -> impl Strategy<Value = Input> {
    let student = (0..3_u64, 0..3_u64, prop::option::weighted(0.2, (0..2_u64, 1..3_u64)), prop::bool::weighted(0.95));
    let submission = (
        prop::option::weighted(0.9, 1..=STUDENTS),
        prop::option::weighted(0.25, 0..2_u64),
        prop::option::weighted(0.2, (0..3_u64, 0..2_u64)),
        prop::bool::weighted(0.85),
    );
    let rule = (0..4_u8, 1..=STUDENTS, 0..5_u64, 1..3_u32);
    let review = (1..=STUDENTS, 0..5_u64, any::<bool>());
    let relations = prop::array::uniform3(0..5_u8);
    let policy =
        ((0..3_u64, 0..3_u64), prop::option::of((0..3_u64, 0..3_u64)), relations, 0..3_u8, any::<bool>(), 0..4_u8);
    (
        prop::collection::vec(student, 2..=4),
        prop::collection::vec(submission, 2..=5),
        prop::collection::vec(rule, 0..4),
        prop::collection::vec(review, 0..3),
        prop::collection::vec((1..=STUDENTS, 1..=STUDENTS), 0..2),
        policy,
    )
        .prop_map(|(students, submissions, rules, reviews, history, policy)| {
            let mut input = Input::default();
            for (id, (section, group, bound, can_review)) in (1_u64..).zip(students) {
                input.students.push(Student {
                    sections: alloc::vec![section.into()],
                    groups: alloc::vec![group.into()],
                    reviews: bound.map(|(min, more)| Bound::between(min, min + more)),
                    can_review,
                    ..Student::new(id)
                });
            }
            for (id, (author, work, bound, submitted)) in (41_u64..).zip(submissions) {
                input.submissions.push(Submission {
                    user_id: author.map(Into::into),
                    work_id: work.map(Into::into),
                    sections: Some(alloc::vec![(id % 3).into()]),
                    groups: Some(alloc::vec![(id % 3).into()]),
                    reviews: bound.map(|(min, more)| Bound::between(min, min + more)),
                    submitted,
                    ..Submission::new(id)
                });
            }
            for (kind, assessor, asset, weight) in rules {
                let kinds =
                    [RuleKind::MustReview, RuleKind::MustNotReview, RuleKind::ShouldReview, RuleKind::ShouldNotReview];
                let target = if asset == 4 && kind != 0 {
                    RuleTarget::User((assessor % STUDENTS + 1).into())
                } else {
                    RuleTarget::Asset((41 + asset).into())
                };
                input.rules.push(Rule { kind: kinds[kind as usize], assessor_id: assessor.into(), target, weight });
            }
            for (assessor, asset, finished) in reviews {
                let workflow_state = if finished { WorkflowState::Completed } else { WorkflowState::Assigned };
                let (assessor_id, asset_id) = (assessor.into(), (41 + asset).into());
                input.peer_reviews.push(PeerReview { id: None, user_id: None, assessor_id, asset_id, workflow_state });
            }
            input.history.extend(history.into_iter().map(|(a, b)| Past { assessor_id: a.into(), user_id: b.into() }));
            let ((min, more), received, relations, past, hand_in, once) = policy;
            let relation = |at: usize| {
                [Relation::Any, Relation::Any, Relation::Different, Relation::PreferSame, Relation::PreferDifferent]
                    [relations[at] as usize]
            };
            input.policy.reviews_per_student = Bound::between(min, min + more);
            input.policy.reviews_per_submission =
                received.map_or(Received::Balanced, |(min, more)| Received::Within(Bound::between(min, min + more)));
            input.policy.section = if relations[2] == 0 { Relation::Same } else { relation(0) };
            input.policy.group = relation(1);
            input.policy.history = [Stance::Allow, Stance::Avoid, Stance::Forbid][past as usize];
            input.policy.unsubmitted_reviewers = if hand_in { Admission::Exclude } else { Admission::Include };
            input.policy.same_work_once = if once == 0 { CopyRule::Free } else { CopyRule::Once };
            input
        })
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Event;

    fn init_state() -> BoxedStrategy<Self> {
        (inputs(), 0..4_u64).prop_filter_map("a problem", |(input, seed)| Self::new(input, seed)).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Event> {
        let (students, submissions) = (0..state.input.students.len(), 0..state.input.submissions.len());
        let ask = (students.clone(), 1..3_usize, prop::option::of(0..6_i64));
        prop_oneof![
            10 => ask.prop_map(|(student, count, lease)| Event::Ask { student, count, lease }),
            2 => (students.clone(), submissions.clone())
                .prop_map(|(student, submission)| Event::Finish { student, submission }),
            1 => Just(Event::Expire),
            2 => submissions.clone().prop_map(Event::Submit),
            1 => submissions.prop_map(Event::WithdrawSubmission),
            1 => students.clone().prop_map(Event::Join),
            1 => students.prop_map(Event::WithdrawStudent),
            1 => Just(Event::Restore),
        ]
        .boxed()
    }

    /// Events name who is there, and leave a place for every must: nothing is said of musts that cannot be met.
    fn preconditions(state: &Self, event: &Event) -> bool {
        let (n, m) = (state.present.len(), state.open.len());
        let known = match *event {
            Event::Ask { student, .. } | Event::Join(student) | Event::WithdrawStudent(student) => student < n,
            Event::Submit(submission) | Event::WithdrawSubmission(submission) => submission < m,
            Event::Finish { student, submission } => student < n && submission < m,
            Event::Expire | Event::Restore => true,
        };
        let mut after = state.clone();
        known && {
            after.happen(event);
            after.best(None).is_some()
        }
    }

    fn apply(mut state: Self, event: &Event) -> Self {
        state.happen(event);
        state
    }
}

/// The library beside the model.
struct Library;

/// A problem that lives as long as the test, so that the state can borrow it.
struct Running {
    problem: &'static Problem,
    demand: Demand<'static>,
}

impl StateMachineTest for Library {
    type SystemUnderTest = Running;
    type Reference = Model;

    fn init_test(model: &Model) -> Running {
        let problem: &'static Problem = alloc::boxed::Box::leak(alloc::boxed::Box::new(
            Problem::new(&model.input).expect("the model has compiled it"),
        ));
        Running { problem, demand: Demand::new(problem, model.seed, arrival).expect("rules that can be kept") }
    }

    fn apply(mut running: Running, model: &Model, event: Event) -> Running {
        let demand = &mut running.demand;
        match event {
            Event::Ask { student, count, lease } => {
                let answer = demand.ask(student, count, model.now, lease.map(|lease| model.now + lease));
                assert_eq!((answer.given, answer.refusal), model.answer.clone().expect("an answer"));
            }
            Event::Finish { student, submission } => _ = demand.finish(student, submission),
            Event::Expire => _ = demand.expire(model.now),
            Event::Submit(submission) => _ = demand.submit(submission, model.now),
            Event::WithdrawSubmission(submission) => _ = demand.withdraw_submission(submission),
            Event::Join(student) => _ = demand.join(student),
            Event::WithdrawStudent(student) => _ = demand.withdraw_student(student),
            Event::Restore => {
                let record = demand.record();
                running.demand = record.restore(running.problem).expect("its own problem");
                assert_eq!(running.demand.record(), record);
            }
        }
        running
    }

    fn check_invariants(running: &Running, model: &Model) {
        let demand = &running.demand;
        for student in 0..model.present.len() {
            let ours: BTreeMap<usize, (bool, Option<i64>)> = demand
                .held(student)
                .iter()
                .map(|held| match held.state {
                    HeldState::Finished => (held.submission as usize, (true, None)),
                    HeldState::Leased(until) => (held.submission as usize, (false, until)),
                })
                .collect();
            let theirs: BTreeMap<usize, (bool, Option<i64>)> =
                model.held.iter().filter(|held| held.0.0 == student).map(|(pair, held)| (pair.1, *held)).collect();
            assert_eq!(ours, theirs);
        }
        let best = model.best(None).expect("musts that can be met");
        assert_eq!(demand.missing(), best.0, "reviews that will be missing");
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_the_definition(sequential 1..14 => Library);
}
