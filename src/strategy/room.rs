//! What the goals before the scores leave open: bounds on both sides, pairs that every assignment has, and pairs among
//! which the scores decide.
//!
//! In most problems those goals come to bounds by numbers alone. Elsewhere they are a flow of few path costs, and its
//! potentials tell what all optima have in common: again bounds, forced pairs and open pairs.

use alloc::vec::Vec;

use super::AssignError;
use super::Run;
use super::candidates::ALL_PAIRS;
use super::goals::{Aim, Goals, count_is_free};
use super::ideal::{ideal_windows, numbers_decide};
use super::network::{Model, WorkWindow, of_work};
use super::optimum::settled;
use crate::flow::{NONE, Node, Window};
use crate::input::{Shortfall, Unscored};
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// The assignments that meet the goals before the scores: those within these bounds that have the forced pairs and
/// beside them open ones only.
pub(super) struct Room {
    pub(super) left: Vec<Window>,
    pub(super) right: Vec<Window>,
    /// Those of the shared works.
    pub(super) groups: Vec<Window>,
    /// How many copies of a work count, where that is not what the policy says; sorted.
    pub(super) works: Vec<WorkWindow>,
    /// Left and right nodes, sorted.
    pub(super) forced: Vec<(u32, u32)>,
    /// How many pairs there are, where the bounds do not say so.
    pub(super) count: Option<u64>,
    /// What tells open pairs from others; all free pairs are open where there is none.
    prices: Option<Prices>,
}

/// The potentials of a flow that meets the shared goals.
struct Prices {
    goals: Goals,
    left: Vec<i128>,
    right: Vec<i128>,
    /// Left node, work, and potential, sorted.
    works: Vec<(u32, u32, i128)>,
}

impl Room {
    /// The bounds that the shared goals come to, if they come to bounds by numbers alone; those need not be feasible.
    pub(super) fn by_numbers(nodes: &Model<'_>) -> Option<Self> {
        let (left, right) = windows(nodes)?;
        let (groups, works, forced) = (Vec::new(), Vec::new(), Vec::new());
        Some(Self { left, right, groups, works, forced, count: None, prices: None })
    }

    /// The bounds as they are stated, and no goal beside them.
    pub(super) fn stated(nodes: &Model<'_>) -> Self {
        let (left, right) = stated_windows(nodes);
        Self {
            left,
            right,
            groups: nodes.groups.iter().map(|node| Window::new(node.min, node.max)).collect(),
            works: Vec::new(),
            forced: Vec::new(),
            count: None,
            prices: None,
        }
    }

    /// The same by the flow of the shared goals.
    ///
    /// # Errors
    /// The certificate when the minima cannot be met and must be.
    pub(super) fn by_flow(nodes: &Model<'_>, run: &mut Run<'_>) -> Result<Self, AssignError> {
        let strict = nodes.problem.policy.shortfall == Shortfall::Error;
        let mut model = nodes.clone().with_pairs(&mut Random::new(run.seed, Purpose::Candidates), ALL_PAIRS);
        let settled = settled(&mut model, strict, run)?;
        let Some(mut common) = settled.face.common(settled.count) else { unreachable!("a flow tells") };
        if strict {
            // All optima meet the minima, so these bound them as well where the number of reviews is given.
            let sides = [
                (&mut common.left, &nodes.left),
                (&mut common.right, &nodes.right),
                (&mut common.groups, &nodes.groups),
            ];
            for (window, node) in sides.into_iter().flat_map(|(windows, nodes)| windows.iter_mut().zip(nodes)) {
                window.min = window.min.max(node.min);
            }
        }
        let exact = |windows: &[Window]| windows.iter().all(|window| window.min == window.max);
        let implied = exact(&common.left) || exact(&common.right);
        let mut room = Self {
            left: common.left,
            right: common.right,
            groups: common.groups,
            works: Vec::new(),
            forced: common.forced,
            count: settled.count.filter(|_| !implied),
            prices: None,
        };
        let mut works = Vec::with_capacity(common.bundles.len());
        for bundle in common.bundles {
            let work = nodes.bundle(bundle.left as usize, bundle.right as usize);
            works.push((bundle.left, work, bundle.potential));
            if bundle.window != nodes.limits(bundle.left as usize, work) {
                room.works.push(WorkWindow { left: bundle.left, work, window: bundle.window });
            }
        }
        room.forced.sort_unstable();
        room.works.sort_unstable_by_key(|of| (of.left, of.work));
        works.sort_unstable_by_key(|&(left, work, _)| (left, work));
        let (left, right) = (common.left_potential, common.right_potential);
        room.prices = Some(Prices { goals: settled.goals, left, right, works });
        Ok(room)
    }

    /// Whether all free pairs are open.
    pub(super) const fn has_all(&self) -> bool {
        self.prices.is_none()
    }

    /// How many copies of a work may be and must be chosen for a left node.
    pub(super) fn limits(&self, nodes: &Model<'_>, left: usize, work: u32) -> Window {
        of_work(&self.works, left, work).unwrap_or_else(|| nodes.limits(left, work))
    }

    /// The right nodes of the forced pairs of a left node, ascending.
    pub(super) fn forced_of(&self, left: usize) -> impl Iterator<Item = u32> + Clone + '_ {
        let start = self.forced.partition_point(|&(node, _)| (node as usize) < left);
        self.forced[start..].iter().take_while(move |&&(node, _)| node as usize == left).map(|&(_, right)| right)
    }

    /// Whether a free pair is in some of the assignments, and not in all by force.
    fn is_open(&self, nodes: &Model<'_>, left: usize, right: usize) -> bool {
        let Some(prices) = &self.prices else { return true };
        if self.left[left].max == 0 || self.right[right].max == 0 {
            return false;
        }
        let work = nodes.bundle(left, right);
        let place = prices.works.binary_search_by_key(&(index(left), work), |&(left, work, _)| (left, work));
        // A bundle that no pair of the flow belongs to would have the potential of its left node.
        let tail = place.map_or(prices.left[left], |place| prices.works[place].2);
        nodes.pair(left, right).cost(&prices.goals) + tail == prices.right[right]
    }

    /// Calls `visit` with the open pairs of each left node in turn: right nodes, ascending, and scores.
    pub(super) fn each_row(
        &self,
        nodes: &Model<'_>,
        run: &mut Run<'_>,
        mut visit: impl FnMut(usize, &[(u32, i64)]),
    ) -> Result<(), AssignError> {
        let problem = nodes.problem;
        let mut scores: Vec<i64> = alloc::vec![0; nodes.submissions.len()];
        let mut pairs: Vec<(u32, i64)> = Vec::new();
        for (row, &student) in nodes.students.iter().enumerate() {
            if row % 64 == 0 {
                run.report("listing pairs", row as u64, nodes.students.len() as u64)?;
            }
            let open = |right: u32| nodes.is_free(row, right as usize) && self.is_open(nodes, row, right as usize);
            let of_student = problem.pairs.scores.row(student as usize).iter();
            let with_score = of_student.map(|&(submission, score)| (nodes.right_of[submission as usize], score));
            let with_score = with_score.filter(|&(right, _)| right != NONE);
            pairs.clear();
            if problem.policy.unscored == Unscored::Forbid {
                pairs.extend(with_score.filter(|&(right, _)| open(right)));
                pairs.sort_unstable_by_key(|&(right, _)| right);
            } else {
                for (right, score) in with_score.clone() {
                    scores[right as usize] = score;
                }
                pairs
                    .extend((0..).zip(&scores).filter(|&(right, _)| open(right)).map(|(right, &score)| (right, score)));
                for (right, _) in with_score {
                    scores[right as usize] = 0;
                }
            }
            visit(row, &pairs);
        }
        Ok(())
    }
}

/// How many reviews each node gives or receives, where the shared goals come to that.
fn windows(nodes: &Model<'_>) -> Option<(Vec<Window>, Vec<Window>)> {
    let problem = nodes.problem;
    if !numbers_decide(problem) {
        return None;
    }
    if nodes.aim == Aim::Own && !problem.balanced() {
        return fewest(nodes);
    }
    if count_is_free(problem, Aim::Affinity) {
        return Some(stated_windows(nodes));
    }
    let ideal = ideal_windows(problem)?;
    let mut left = alloc::vec![Window::default(); problem.students()];
    let mut right = alloc::vec![Window::default(); problem.submissions()];
    for (student, window) in ideal.students {
        left[student as usize] = window;
    }
    for (submission, window) in ideal.submissions {
        right[submission as usize] = window;
    }
    let left = nodes.students.iter().map(|&student| left[student as usize]).collect();
    let right = nodes.submissions.iter().map(|&submission| right[submission as usize]).collect();
    Some((left, right))
}

/// The bounds of students and submissions as they are stated.
fn stated_windows(nodes: &Model<'_>) -> (Vec<Window>, Vec<Window>) {
    let problem = nodes.problem;
    // A maximum beyond all there is never binds: the window ends beyond it too, so that its dual is never above 0.
    let window = |node: &Node, max: Option<u64>| {
        let beyond = max.is_none_or(|max| max.saturating_sub(node.base.into()) > node.max.into());
        Window::new(node.min, node.max + u32::from(beyond))
    };
    let students = nodes.students.iter().map(|&student| problem.student_bound(student as usize).max);
    let submissions = nodes.submissions.iter().map(|&submission| problem.submission_bound(submission as usize).max);
    let left = nodes.left.iter().zip(students).map(|(node, max)| window(node, max)).collect();
    (left, nodes.right.iter().zip(submissions).map(|(node, max)| window(node, max)).collect())
}

/// The windows at the fewest reviews that either side could ask for: that side has its minima. None where a minimum is above
/// its maximum.
fn fewest(nodes: &Model<'_>) -> Option<(Vec<Window>, Vec<Window>)> {
    if nodes.left.iter().chain(&nodes.right).any(|node| node.min > node.max) {
        return None;
    }
    let minima = |nodes: &[Node]| nodes.iter().map(|node| u64::from(node.min)).sum::<u64>();
    let (given, received) = (minima(&nodes.left), minima(&nodes.right));
    let side = |nodes: &[Node], exact: bool| {
        nodes.iter().map(|node| Window::new(node.min, if exact { node.min } else { node.max })).collect()
    };
    Some((side(&nodes.left, given >= received), side(&nodes.right, received >= given)))
}
