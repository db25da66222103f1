//! The rule itself: which reviews close a forbidden cycle; and what rules on panels ask that are no network.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::assignment::Assignment;
use crate::problem::Problem;
use crate::problem::arcs::Arcs;
use crate::problem::rows::index;

/// Pairs of which one must be chosen, or one must not be.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) pairs: Vec<(u32, u32)>,
    pub(crate) wanted: bool,
}

/// Who reviews whom while an assignment changes, and what the rule says of it.
///
/// Invariant: the reviews that are in every result are always there; a review that could be left out must not be on a
/// forbidden cycle.
#[derive(Debug, Clone)]
pub(crate) struct Rule<'p> {
    problem: &'p Problem,
    /// The length of the longest forbidden cycles; 1 where none are.
    longest: usize,
    /// Classes of panels that cross others.
    loose: Vec<u32>,
    /// Students and works of which any copy meets a must; sorted.
    musts: Vec<(u32, u32)>,
    arcs: Arcs,
}

impl<'p> Rule<'p> {
    /// The rule of a problem, with the reviews that are in every result; none where no cycles are forbidden and all rules
    /// on panels are a network.
    pub(crate) fn of(problem: &'p Problem) -> Option<Self> {
        (!problem.is_network()).then(|| Self::new(problem, problem.longest_forbidden().unwrap_or(1)))
    }

    /// The same for cycles of some length, whatever the policy says.
    pub(crate) fn new(problem: &'p Problem, longest: usize) -> Self {
        let mut musts: Vec<_> = problem.pairs.work_musts.iter().map(|must| (must.student, must.target)).collect();
        musts.sort_unstable();
        Self { problem, longest, loose: problem.panels.loose().collect(), musts, arcs: problem.standing_arcs() }
    }

    /// The length of the longest forbidden cycles.
    pub(crate) const fn longest(&self) -> usize {
        self.longest
    }

    /// Who reviews whom.
    pub(crate) const fn arcs(&self) -> &Arcs {
        &self.arcs
    }

    /// Whether a review is in every result as far as it is about persons: it is fixed, or meets a must of which any
    /// copy will do. A cycle of such reviews alone is no violation.
    pub(crate) fn has_to_be(&self, student: u32, submission: u32) -> bool {
        self.problem.settled.is_fixed(student as usize, submission as usize)
            || self.musts.binary_search(&(student, self.problem.work(submission as usize))).is_ok()
    }

    /// Adds a review that is not fixed.
    pub(crate) fn put(&mut self, student: u32, submission: u32) {
        self.problem.authors(submission as usize).iter().for_each(|&author| self.arcs.add(student, author));
    }

    /// Takes it away again.
    pub(crate) fn take(&mut self, student: u32, submission: u32) {
        self.problem.authors(submission as usize).iter().for_each(|&author| self.arcs.remove(student, author));
    }

    /// Whether a review, there or not, is or would be on a forbidden cycle, and could be left out.
    pub(crate) fn closes(&mut self, student: u32, submission: u32) -> bool {
        let authors = self.problem.authors(submission as usize);
        let steps = self.longest - 1;
        let back = |&author: &u32| author != student && self.arcs.reaches(author, student, steps);
        authors.iter().any(back) && !self.has_to_be(student, submission)
    }

    /// Adds all reviews of an assignment that are not fixed.
    pub(crate) fn put_all(&mut self, assignment: &Assignment) {
        let problem = self.problem;
        for (student, submission) in assignment.pairs() {
            if !problem.settled.is_fixed(student, submission) {
                self.put(index(student), index(submission));
            }
        }
    }

    /// The reviews of an assignment that are on a forbidden cycle and could be left out.
    pub(crate) fn broken(&self, assignment: &Assignment) -> Vec<(u32, u32)> {
        let mut rule = self.clone();
        rule.put_all(assignment);
        let pairs = assignment.pairs().map(|(student, submission)| (index(student), index(submission)));
        pairs.filter(|&(student, submission)| rule.closes(student, submission)).collect()
    }

    /// Whether an assignment keeps the rule.
    pub(crate) fn kept(&self, assignment: &Assignment) -> bool {
        self.broken(assignment).is_empty() && self.unseated(assignment).is_empty()
    }

    /// What loose classes of panels ask of an assignment that does not keep to them.
    pub(crate) fn unseated(&self, assignment: &Assignment) -> Vec<Clause> {
        if self.loose.is_empty() {
            return Vec::new();
        }
        let problem = self.problem;
        let fixed = problem.fixed_of_classes();
        let chosen = |&(student, submission): &(usize, usize)| !problem.settled.is_fixed(student, submission);
        let mut members: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
        for (student, submission) in assignment.pairs().filter(chosen) {
            for &class in problem.panels.of_student.row(student) {
                members.entry((index(submission), class)).or_default().push(index(student));
            }
        }
        let mut clauses = Vec::new();
        for submission in (0..problem.submissions()).filter(|&submission| problem.is_handed_in(submission)) {
            for &class in &self.loose {
                let key = (index(submission), class);
                let rule = &problem.panels.classes[class as usize];
                let before = fixed.get(&key).copied().unwrap_or(0);
                let of_class = members.get(&key).map_or(&[][..], Vec::as_slice);
                let pair = |&student: &u32| (student, index(submission));
                if rule.max.is_some_and(|max| of_class.len() as u64 > u64::from(max.saturating_sub(before))) {
                    clauses.push(Clause { pairs: of_class.iter().map(pair).collect(), wanted: false });
                } else if (of_class.len() as u64) < u64::from(rule.min.saturating_sub(before)) {
                    let others = (0..index(problem.students())).filter(|student| {
                        problem.panels.of_student.row(*student as usize).binary_search(&class).is_ok()
                            && problem.is_free(*student as usize, submission)
                            && !of_class.contains(student)
                    });
                    let pairs = others.map(|student| pair(&student)).collect();
                    clauses.push(Clause { pairs, wanted: true });
                }
            }
        }
        clauses
    }

    /// The free pairs that close a forbidden cycle with the reviews that are there already.
    pub(crate) fn barred(&mut self) -> Vec<(u32, u32)> {
        let mut barred = Vec::new();
        for student in (0..index(self.problem.students())).filter(|&student| !self.arcs.back(student).is_empty()) {
            for author in self.before(student) {
                for &work in self.problem.people.works_by.row(author as usize) {
                    for &submission in self.problem.people.copies.row(work as usize) {
                        let free = self.problem.is_free(student as usize, submission as usize);
                        if free && !self.has_to_be(student, submission) {
                            barred.push((student, submission));
                        }
                    }
                }
            }
        }
        barred.sort_unstable();
        barred.dedup();
        barred
    }

    /// The persons from whom another one is reached within one step less than the longest forbidden cycle has.
    fn before(&self, person: u32) -> Vec<u32> {
        let mut seen = alloc::collections::BTreeSet::from([person]);
        let mut frontier = alloc::vec![person];
        for _ in 1..self.longest {
            let next = frontier.iter().flat_map(|&person| self.arcs.back(person)).copied();
            frontier = next.filter(|&other| seen.insert(other)).collect();
        }
        seen.remove(&person);
        seen.into_iter().collect()
    }

    /// A shortest forbidden cycle that a review of the graph is on, as persons, beginning with its student.
    pub(crate) fn cycle(&self, student: u32, submission: u32) -> Option<Vec<u32>> {
        let start = self.problem.authors(submission as usize).iter().copied().filter(|&author| author != student);
        let mut came_from = alloc::collections::BTreeMap::new();
        let mut frontier: Vec<u32> = start.collect();
        frontier.sort_unstable();
        frontier.dedup();
        came_from.extend(frontier.iter().map(|&author| (author, student)));
        for _ in 1..self.longest {
            let mut next = Vec::new();
            for &person in &frontier {
                for &other in self.arcs.out(person) {
                    if other == student {
                        let mut cycle = alloc::vec![person];
                        while let Some(&before) = cycle.last().and_then(|person| came_from.get(person)) {
                            if before == student {
                                break;
                            }
                            cycle.push(before);
                        }
                        cycle.push(student);
                        cycle.reverse();
                        return Some(cycle);
                    }
                    came_from.entry(other).or_insert_with(|| {
                        next.push(other);
                        person
                    });
                }
            }
            frontier = next;
        }
        None
    }
}
