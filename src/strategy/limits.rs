//! How likely pairs may be at most.

use super::network::Model;
use crate::flow::NONE;
use crate::input::Micros;
use crate::problem::{Problem, WorkMust};

/// Certainty, in millionths.
const CERTAIN: u32 = 1_000_000;

/// One limit for all pairs, in place of which a pair may have its own (`affinities[].limit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// In millionths, from 0 to [`CERTAIN`].
    general: u32,
}

impl Limits {
    /// The same limit for all pairs without their own; certainty where none is given.
    pub(super) fn new(general: Option<Micros>) -> Self {
        let general = general.and_then(|limit| u32::try_from(limit.0).ok()).map_or(CERTAIN, |limit| limit.min(CERTAIN));
        Self { general }
    }

    /// The same for all pairs, in parts of a whole that divides a million.
    pub(super) const fn parts(parts: u32, whole: u32) -> Self {
        Self { general: parts * (CERTAIN / whole) }
    }

    /// How many whole parts of a number of equal ones the limit of all pairs has.
    pub(super) fn parts_of(self, parts: u32) -> u32 {
        let whole = u64::from(self.general) * u64::from(parts) / u64::from(CERTAIN);
        u32::try_from(whole).expect("at most the parts")
    }

    /// The limit of a pair, in millionths. A review that exists and is to stay if it can is not drawn, so that none holds for
    /// it: else a lottery would take reviews away again that nothing speaks against.
    pub(super) fn of(self, problem: &Problem, student: usize, submission: usize) -> u32 {
        if problem.may_stay(student, submission) {
            return CERTAIN;
        }
        let own = problem.limit(student, submission).and_then(|limit| u32::try_from(limit.0).ok());
        own.map_or(self.general, |own| own.min(CERTAIN))
    }

    /// Whether any pair that may be chosen is kept from being certain.
    pub(super) fn bind(self, problem: &Problem) -> bool {
        let own = || problem.pairs.limits.entries();
        self.general < CERTAIN
            || own().any(|(student, (submission, limit))| {
                limit < i64::from(CERTAIN) && problem.is_free(student, submission as usize)
            })
    }

    /// The fewest equal parts of a whole of which all limits are so many: a divisor of a million.
    pub(super) fn whole(self, problem: &Problem) -> u32 {
        let own = problem.pairs.limits.values().iter().filter_map(|&(_, limit)| u32::try_from(limit).ok());
        CERTAIN / own.chain([self.general]).fold(CERTAIN, gcd)
    }

    /// How many parts of a whole a pair of nodes may have: musts are certain, whatever the limits say.
    pub(super) fn most(self, nodes: &Model<'_>, (left, right): (usize, usize), whole: u32) -> u32 {
        let work = nodes.bundle(left, right);
        let is_must = work != NONE && nodes.limits(left, work).min > 0;
        if is_must { whole } else { self.units(nodes.problem, nodes.members((left, right)), whole) }
    }

    /// How many parts of any whole a free pair may have, if it may not have all: the musts of a student with copies are
    /// certain, whatever the limits say.
    pub(super) fn cap(self, problem: &Problem, (student, submission): (u32, u32), whole: u32) -> Option<u32> {
        let must = WorkMust { student, work: problem.work(submission as usize) };
        let is_certain = problem.settled.work_musts.binary_search(&must).is_ok();
        let cap = self.units(problem, (student, submission), whole);
        (cap < whole && !is_certain && problem.is_free(student as usize, submission as usize)).then_some(cap)
    }

    /// The limit of a pair in parts of a whole, rounded down where that is no multiple of [`whole`](Self::whole).
    fn units(self, problem: &Problem, (student, submission): (u32, u32), whole: u32) -> u32 {
        let millionths = u64::from(self.of(problem, student as usize, submission as usize));
        u32::try_from(millionths * u64::from(whole) / u64::from(CERTAIN)).expect("at most the whole")
    }
}

/// The greatest common divisor; of 0 and a number that number.
pub(super) const fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Affinity, Input, Student, Submission};

    fn problem(limits: &[Option<i64>]) -> Problem {
        let mut input = Input { submissions: alloc::vec![Submission::new(100)], ..Input::default() };
        for (id, limit) in (0_u64..).zip(limits) {
            input.students.push(Student::new(id));
            let (score, limit) = (Micros(0), limit.map(Micros));
            input.affinities.push(Affinity { assessor_id: id.into(), asset_id: 100.into(), score, limit });
        }
        Problem::new(&input).expect("sound")
    }

    #[test]
    fn an_own_limit_stands_in_place_of_the_general_one() {
        let problem = problem(&[None, Some(250_000), Some(1_000_000), Some(0)]);
        let limits = Limits::new(Some(Micros(500_000)));
        assert_eq!([0, 1, 2, 3].map(|student| limits.of(&problem, student, 0)), [500_000, 250_000, 1_000_000, 0]);
        assert_eq!(limits.whole(&problem), 4);
        assert_eq!([0, 1, 2, 3].map(|student| limits.units(&problem, (student, 0), 8)), [4, 2, 8, 0]);
        assert!(limits.bind(&problem) && Limits::new(None).bind(&problem));
    }

    #[test]
    fn the_whole_is_the_common_denominator() {
        for (limits, general, whole) in [
            (&[None][..], None, 1),
            (&[Some(333_333)], None, 1_000_000),
            (&[Some(300_000), Some(250_000)], Some(600_000), 20),
            (&[Some(1_000_000)], None, 1),
        ] {
            let problem = problem(limits);
            let limits = Limits::new(general.map(Micros));
            assert_eq!(limits.whole(&problem), whole);
            assert_eq!(limits.bind(&problem), whole > 1);
        }
        assert_eq!(Limits::parts(3, 8), Limits::new(Some(Micros(375_000))));
    }
}
