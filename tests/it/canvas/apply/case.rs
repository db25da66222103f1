//! Random courses, and plans for them.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::canvas::{Apply, ApplyOptions, Journal, Session, Summary, Task};
use peerplan::input::{PeerReview, Source, StrategyChoice, WorkflowState};
use peerplan::plan::{Operation, PlanDocument, Report};
use peerplan::random::{Purpose, Random};

use crate::canvas::sim::{ASSIGNMENT, COURSE, Course, Faults, Pair, Trace, Until, World, run};

/// A course as it was when the plan was made, and the plan.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) course: Course,
    pub(crate) creates: BTreeSet<Pair>,
    pub(crate) deletes: BTreeSet<Pair>,
    pub(crate) kept: BTreeSet<Pair>,
}

impl Case {
    /// Of so many students; `share` of a hundred pairs each are to be created and to be deleted, and as many stay.
    pub(crate) fn draw(students: u64, share: u64, chance: &mut Random) -> Self {
        let mut course = Course::of(students, chance.word());
        course.manner.string_ids = chance.chance(1, 4);
        course.manner.guard = chance.chance(1, 4);
        course.manner.old_errors = chance.chance(1, 4);
        let mut pairs = Vec::new();
        for &assessor in course.students.keys() {
            let others = course.students.iter().filter(|&(&id, _)| id != assessor);
            pairs.extend(others.map(|(_, student)| (student.submission, assessor)));
        }
        chance.shuffle(&mut pairs);
        let mut sets: [BTreeSet<Pair>; 3] = Default::default();
        for pair in pairs {
            let kind = usize::try_from(chance.below(100) / share).unwrap();
            if let Some(set) = sets.get_mut(kind) {
                set.insert(pair);
                if kind > 0 {
                    course.add(pair, kind == 2 && chance.chance(1, 2));
                }
            }
        }
        let [creates, deletes, kept] = sets;
        Self { course, creates, deletes, kept }
    }

    /// A small one.
    pub(crate) fn small(seed: u64) -> Self {
        let mut chance = Random::new(seed, Purpose::Candidates);
        let students = 2 + chance.below(6);
        Self::draw(students, 25, &mut chance)
    }

    /// What stands there in the end.
    pub(crate) fn result(&self) -> BTreeSet<Pair> {
        &self.kept | &self.creates
    }

    /// The plan, for an installation at the address of `course`.
    pub(crate) fn plan(&self) -> PlanDocument {
        let review = |&(asset, assessor): &Pair| PeerReview {
            id: None,
            user_id: self.course.owner_of(asset).map(Into::into),
            assessor_id: assessor.into(),
            asset_id: asset.into(),
            workflow_state: WorkflowState::Assigned,
        };
        let creates = self.creates.iter().map(|pair| Operation::Create(review(pair), String::from("test")));
        let deletes = self.deletes.iter().map(|pair| Operation::Delete(review(pair), String::from("test")));
        PlanDocument {
            source: Some(Source {
                base_url: Some(self.course.base.to_string()),
                course_id: Some(COURSE.into()),
                assignment_id: Some(ASSIGNMENT.into()),
            }),
            problem_digest: String::new(),
            generator: String::from("test"),
            strategy: StrategyChoice { name: String::from("random"), seed: 0, parameters: BTreeMap::new() },
            operations: creates.chain(deletes).collect(),
            kept: self.kept.iter().map(review).collect(),
            shortfalls: Vec::new(),
            report: Report::default(),
            alternates: Vec::new(),
            certificate: None,
        }
    }
}

/// A world, the plan for it, and the journal on the disk.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) case: Case,
    pub(crate) world: World,
    pub(crate) journal: Vec<u8>,
    pub(crate) options: ApplyOptions,
}

impl Desk {
    pub(crate) fn new(case: Case, faults: Faults, seed: u64) -> Self {
        let world = World::new(case.course.clone(), faults, seed);
        let mut chance = Random::new(seed, Purpose::Pairing);
        let most_in_flight = 1 + chance.index(5);
        let options = ApplyOptions { most_in_flight, seed, ..ApplyOptions::default() };
        Self { case, world, journal: Vec::new(), options }
    }

    /// Starts the command, as it were: with the journal that is there.
    pub(crate) fn run(&mut self, until: Until) -> (Summary, Trace) {
        let task = Task::of_plan(&self.case.course.base, &self.case.plan(), None).unwrap();
        self.run_task(task, until)
    }

    pub(crate) fn run_task(&mut self, task: Task, until: Until) -> (Summary, Trace) {
        let journal = Journal::read(&self.journal).unwrap();
        assert_eq!(task.continues(&journal), Ok(()));
        // What was torn off is cut away before more is written.
        let whole = self.journal.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        self.journal.truncate(whole);
        let first = self.world.log.len();
        let mut apply = Apply::new(self.case.course.base.clone(), task, journal, self.options);
        let trace = run(&mut apply, &mut self.world, until);
        self.journal.extend(&trace.journal);
        super::laws::written_before_sent(&trace, &self.world.log, first);
        let reached = apply.reached();
        assert!(reached.done <= reached.total);
        (apply.summary().clone(), trace)
    }

    /// What undoes all that the journal tells of; none where nothing was begun.
    pub(crate) fn rollback(&self) -> Option<Task> {
        let journal = Journal::read(&self.journal).unwrap();
        Task::of_rollback(&self.case.course.base, &journal).ok()
    }

    pub(crate) fn live(&self) -> Vec<Pair> {
        self.world.course.pairs()
    }
}
