//! From a problem, or from all optima of its goals, to a question that is decided exactly; and back.

use alloc::vec::Vec;

use super::exact::{Answer, Question, Seats, WorkLimit};
use super::rule::Rule;
use crate::assignment::Assignment;
use crate::flow::{NONE, Window};
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};
use crate::strategy::network::Model;
use crate::strategy::optimum::{Optimum, fixed_pairs};
use crate::strategy::{AssignError, Run};

/// Partial assignments looked at to see whether anything is left with nothing asked of panels.
const WITHOUT_SEATS: u64 = 20_000;

/// Whether a problem is so small that everything about it is decided, whatever it takes.
pub(crate) fn is_small(problem: &Problem) -> bool {
    problem.students() <= 12 && problem.submissions() <= 12
}

/// A question with the students and submissions of its rows and columns.
pub(crate) struct Asked<'p> {
    problem: &'p Problem,
    question: Question,
    students: Vec<u32>,
    submissions: Vec<u32>,
}

impl<'p> Asked<'p> {
    /// Whether any assignment keeps the hard rules; none where there are too many students or submissions to ask.
    pub(crate) fn of_rules(problem: &'p Problem, rule: &Rule<'_>) -> Option<Self> {
        let students: Vec<u32> = (0..index(problem.students())).collect();
        let submissions: Vec<u32> = (0..index(problem.submissions())).collect();
        let nodes = Model::nodes(problem, &students, &submissions);
        let mut question = Question::between(problem, rule, &nodes.students, &nodes.submissions)?;
        let model = nodes.with_pairs(&mut Random::new(0, Purpose::Candidates), usize::MAX);
        let strict = problem.policy.shortfall == Shortfall::Error;
        let window = |node: &crate::flow::Node| Window::new(if strict { node.min } else { 0 }, node.max);
        question.rows = model.left.iter().map(window).collect();
        question.columns = model.right.iter().map(window).collect();
        let shared: Vec<Window> = model.groups.iter().map(window).collect();
        question.share(&shared, |column| model.group_of(column));
        for (left, pairs) in model.pairs.iter().enumerate() {
            let mut works = alloc::collections::BTreeMap::new();
            for pair in pairs {
                question.allow(left, pair.right as usize);
                let work = model.bundle(left, pair.right as usize);
                if work != NONE {
                    *works.entry(work).or_insert(0_u64) |= 1 << pair.right;
                }
            }
            for (work, columns) in works {
                let Window { min, max } = model.limits(left, work);
                question.works.push(WorkLimit { row: left, columns, min, max });
            }
        }
        question.seats = seats(problem, &model);
        let Model { students, submissions, .. } = model;
        Some(Self { problem, question: question.closed(), students, submissions })
    }

    /// Whether any assignment that is optimal in all goals of a flow keeps the rule.
    pub(crate) fn of_optimum(optimum: &Optimum<'p>, rule: &Rule<'_>) -> Option<Self> {
        let (model, face) = (&optimum.model, optimum.face.as_ref());
        // Where pairs are listed as they are needed, those listed are not all that optima have.
        if model.pool.is_some() {
            return None;
        }
        let problem = model.problem;
        let mut question = Question::between(problem, rule, &model.students, &model.submissions)?;
        let mut common = face.common(optimum.count)?;
        if problem.policy.shortfall == Shortfall::Error {
            // All optima meet the minima, so these bound them as well where the number of reviews is given.
            let sides = [
                (&mut common.left, &model.left),
                (&mut common.right, &model.right),
                (&mut common.groups, &model.groups),
            ];
            for (window, node) in sides.into_iter().flat_map(|(windows, nodes)| windows.iter_mut().zip(nodes)) {
                window.min = window.min.max(node.min);
            }
        }
        question.rows = common.left;
        question.columns = common.right;
        question.share(&common.groups, |column| model.group_of(column));
        question.total = optimum.count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        for &(left, right) in &common.forced {
            question.demand(left as usize, right as usize);
        }
        let mut works = alloc::collections::BTreeMap::new();
        for edge in 0..index(face.used().len()) {
            let (left, right) = face.ends(edge);
            if face.is_open(edge) {
                question.allow(left, right);
            }
            let work = model.bundle(left, right);
            if work != NONE {
                *works.entry((left, work)).or_insert(0_u64) |= 1 << right;
            }
        }
        for bundle in common.bundles {
            let (row, Window { min, max }) = (bundle.left as usize, bundle.window);
            let work = model.bundle(row, bundle.right as usize);
            if let Some(&columns) = works.get(&(row, work)) {
                question.works.push(WorkLimit { row, columns, min, max });
            }
        }
        let (students, submissions) = (model.students.clone(), model.submissions.clone());
        Some(Self { problem, question: question.closed(), students, submissions })
    }

    /// The answer; `Ok(None)` when there is no such assignment, the nodes looked at when the budget ended before.
    pub(crate) fn answer(
        &self,
        budget: Option<u64>,
        nodes: &mut u64,
        run: &mut Run<'_>,
    ) -> Result<Decided, AssignError> {
        // Much is refuted whoever sits on which panel, and sooner where many are alike.
        if let Some(bare) = self.question.without_seats() {
            let brief = budget.map_or(WITHOUT_SEATS, |budget| budget.min(WITHOUT_SEATS));
            if bare.answer(Some(brief), nodes, run)? == Answer::Refuted {
                return Ok(Decided::Refuted);
            }
        }
        Ok(match self.question.answer(budget, nodes, run)? {
            Answer::Found(pairs) => {
                let of = |(row, column): (u32, u32)| (self.students[row as usize], self.submissions[column as usize]);
                let pairs = pairs.into_iter().map(of).chain(fixed_pairs(self.problem));
                Decided::Found(Assignment::new(self.problem.students(), pairs.collect()))
            }
            Answer::Refuted => Decided::Refuted,
            Answer::Open => Decided::Open,
        })
    }
}

/// What rules on panels still ask of the columns of a model, whether their classes nest or cross.
fn seats(problem: &Problem, model: &Model<'_>) -> Vec<Seats> {
    let fixed = problem.fixed_of_classes();
    let mut seats = Vec::new();
    for (class, rule) in problem.panels.classes.iter().enumerate() {
        let is_of = |student: u32| problem.panels.of_student.row(student as usize).binary_search(&index(class)).is_ok();
        let members = (0..model.students.len()).filter(|&row| is_of(model.students[row]));
        let rows = members.fold(0_u64, |rows, row| rows | 1 << row);
        for (column, &submission) in model.submissions.iter().enumerate() {
            let before = fixed.get(&(submission, index(class))).copied().unwrap_or(0);
            let max = rule.max.map_or(u32::MAX, |max| max.saturating_sub(before));
            seats.push(Seats { column, rows, window: Window::new(rule.min.saturating_sub(before), max) });
        }
    }
    seats
}

/// What a question came to.
pub(crate) enum Decided {
    /// An assignment.
    Found(Assignment),
    /// There is none.
    Refuted,
    /// The budget ended before.
    Open,
}
