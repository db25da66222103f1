//! Proofs that anybody can check against the problem file.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::id::Id;
use crate::input::Micros;

/// Whose minima cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CutSide {
    /// Submissions ask for more reviews than can come.
    Submissions,
    /// Students have more reviews to give than can be received.
    Students,
}

/// The proof that a problem has no valid assignment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Refutation {
    /// More is asked for than there can be.
    Cut(Infeasible),
    /// All that could be tried has been tried.
    Search(Exhausted),
    /// Limits on pairs are tighter than any lottery over valid assignments.
    Lottery(NoLottery),
}

impl Refutation {
    /// The cut, if it is one.
    #[must_use]
    pub const fn cut(&self) -> Option<&Infeasible> {
        match self {
            Self::Cut(cut) => Some(cut),
            Self::Search(_) | Self::Lottery(_) => None,
        }
    }
}

impl core::fmt::Display for Refutation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Cut(cut) => {
                write!(f, "{} reviews are needed where at most {} are possible", cut.required, cut.possible())
            }
            Self::Search(Exhausted { nodes, .. }) => {
                write!(f, "all {nodes} ways that are left by the rules were tried")
            }
            Self::Lottery(NoLottery { required, available, .. }) => {
                write!(
                    f,
                    "within the rules {required} is the least weight of limited pairs, and within limits {available} the most"
                )
            }
        }
    }
}

/// A problem with rules that are no network, refuted by an exhaustive search.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename = "infeasible")]
pub struct Exhausted {
    side: SearchSide,
    /// How many partial assignments were looked at.
    pub nodes: u64,
}

impl Exhausted {
    /// The refutation by a search through so many partial assignments.
    #[must_use]
    pub const fn new(nodes: u64) -> Self {
        Self { side: SearchSide::Search, nodes }
    }
}

/// Limits that no lottery over valid assignments keeps, under rules that are no network.
///
/// The pairs of every valid assignment weigh `required` in all at least, as an exhaustive search says; each counted as often as
/// its limit allows, they weigh `available`, which is less. A mean is not below the least.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename = "infeasible")]
pub struct NoLottery {
    side: SearchSide,
    /// How many assignments were looked for.
    pub nodes: u64,
    /// The free pairs that may not be certain and weigh anything, in canonical order.
    pub weights: Vec<PairWeight>,
    /// What the pairs of any valid assignment weigh at least.
    pub required: u64,
    /// The sum of weight times limit over the pairs.
    pub available: Micros,
}

impl NoLottery {
    /// The refutation by weights of pairs, after so many assignments.
    #[must_use]
    pub const fn new(nodes: u64, weights: Vec<PairWeight>, required: u64, available: Micros) -> Self {
        Self { side: SearchSide::Search, nodes, weights, required, available }
    }
}

/// What a pair weighs in a proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PairWeight {
    /// The student.
    pub assessor_id: Id,
    /// The submission.
    pub asset_id: Id,
    /// The weight, from 1.
    pub value: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum SearchSide {
    Search,
}

/// A cut: minima that ask for more than can pass.
///
/// *Fixed* are the completed reviews, those that stay by `existing: keep`, and the musts; bounds are what remains of
/// them, `max(0, bound − fixed count)`. A *free pair* is eligible, not fixed, and, under `same_work_once`, of a work of
/// which the student has no fixed review; free pairs of one student with copies of one work then count once. A must on
/// a work with several eligible copies is fixed on the student's side; it takes the student's pairs with that work out
/// of the free ones (one of them where copies may be reviewed side by side), and 1 from what the `submissions` require
/// if an eligible copy is among them, else 1 from what the others can receive.
///
/// * Side `submissions`: the `submissions` need at least `required` = Σ min; `available` = Σ max over `students` + the
///   number of free pairs between all other students and the submissions.
/// * Side `students`: the students outside `students` must give at least `required` = Σ min; `available` = Σ max over
///   the submissions outside `submissions` + the number of free pairs between those students and `submissions`.
///
/// The bounds of a submission that is its whole work are those of both. Of the `works` listed, the bounds of the work
/// count in place of those of its copies, and the copies elsewhere take part: on the side `submissions`, Σ max over their
/// copies outside `submissions` is available too; on the side `students`, Σ min over their copies in `submissions` is
/// required too.
///
/// With rules on panels, of the free pairs of a submission no more count than its classes take: the sum over classes of
/// the smaller of what remains of the maximum and of the number of free pairs, class within class. Such a cut has the side
/// `panel`, and which of the two it is stands in `of`. The `classes` listed are asked for besides, of submissions that are
/// none of the cut's: each asks for what remains of its minimum, and its free pairs count.
///
/// Always `required > available`.
///
/// Where pairs have limits, each free pair counts its limit instead of 1, copies that count once as much as their limits
/// together and at most 1, and so `available` may have up to six decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infeasible {
    /// Which of the two inequalities is violated.
    pub side: CutSide,
    /// The students of the cut, in canonical order.
    pub students: Vec<Id>,
    /// The submissions of the cut, in canonical order.
    pub submissions: Vec<Id>,
    /// The works whose own bounds count, each by its `work_id`, or by the id of its submission where it has none.
    pub works: Vec<Id>,
    /// The classes that are asked for themselves, where rules on panels take part.
    pub panel: Option<Vec<PanelClass>>,
    /// What is asked for at least.
    pub required: u64,
    /// What there is at most, without its decimals.
    pub available: u64,
    /// The decimals of what there is at most, in 10^-6: 0 to 999 999.
    pub available_millionths: u32,
    /// Whether free pairs count no more than their limits; not written.
    pub within_limits: bool,
}

/// The students with one value of a label, as reviewers of a submission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct PanelClass {
    /// The submission.
    pub asset_id: Id,
    /// The label, or `sections` or `groups`.
    pub label: String,
    /// The value.
    pub value: Id,
}

impl Serialize for Infeasible {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", "infeasible")?;
        match &self.panel {
            None => map.serialize_entry("side", &self.side)?,
            Some(_) => {
                map.serialize_entry("side", "panel")?;
                map.serialize_entry("of", &self.side)?;
            }
        }
        map.serialize_entry("students", &self.students)?;
        map.serialize_entry("submissions", &self.submissions)?;
        if !self.works.is_empty() {
            map.serialize_entry("works", &self.works)?;
        }
        if let Some(classes) = self.panel.as_ref().filter(|classes| !classes.is_empty()) {
            map.serialize_entry("classes", classes)?;
        }
        map.serialize_entry("required", &self.required)?;
        match self.decimal().filter(|_| self.available_millionths > 0) {
            Some(decimal) => map.serialize_entry("available", &decimal)?,
            None => map.serialize_entry("available", &self.available)?,
        }
        map.end()
    }
}

impl Infeasible {
    /// What there is at most, where it fits into 10^-6.
    fn decimal(&self) -> Option<Micros> {
        let whole = i64::try_from(self.available).ok()?.checked_mul(1_000_000)?;
        Some(Micros(whole + i64::from(self.available_millionths)))
    }
}

/// The proof that comes with a plan: that nothing better exists, or how much better it could be at most.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Certificate {
    /// No valid plan has a greater total score.
    Optimal(Optimal),
    /// In no valid plan has the worst-off submission more than a bound.
    WorstOff(WorstOff),
}

/// The proof that no valid assignment has a greater total score: a solution of the dual linear program.
///
/// What is fixed, what a free pair is and what remains of the bounds is as for [`Infeasible`], but that of a must with
/// several eligible copies the resulting review that meets it is fixed (by submission the first, where several do and
/// none of them is fixed otherwise). With a ≤ Σ x ≤ b for each student, c ≤ Σ x ≤ d for each submission, and scores s,
/// the sum
///
/// > Σᵢ (bᵢ·uᵢ⁺ − aᵢ·uᵢ⁻) + Σⱼ (dⱼ·vⱼ⁺ − cⱼ·vⱼ⁻) + Σ y + Σᵢⱼ max(0, sᵢⱼ − uᵢ − vⱼ − y)
///
/// over the free pairs is at least the total of any assignment, and for these values it is `objective_units`. Here
/// u⁺ = max(u, 0) and u⁻ = max(−u, 0); where there is no maximum the value is not above 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename = "optimal")]
pub struct Optimal {
    /// The total score of the resulting reviews that are not fixed, in 10^-6.
    pub objective_units: i64,
    /// u: what one review more or less of a student would be worth. Who is not listed has 0.
    pub student_duals: Vec<Dual>,
    /// v: the same for submissions.
    pub submission_duals: Vec<Dual>,
    /// y: what it would be worth to let a student review a second copy of a work; never below 0, and only for works with
    /// copies under `same_work_once`. What is not listed is 0.
    pub work_duals: Vec<WorkDual>,
}

/// What the worst-off submission has, and the proof that it has at most so much in every valid assignment.
///
/// Submissions count that are handed in and whose maximum is not 0. Whatever the weights are, the worst sum is at most
/// the weighted mean of all sums. So with the sum of [`Optimal`] formed of scores that are multiplied by the weight of
/// their submission,
///
/// > upper bound = ⌊(that sum + Σⱼ weightⱼ · score of the fixed reviews of j) / Σⱼ weightⱼ⌋.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename = "max_min")]
pub struct WorstOff {
    /// The total score of the worst-off submission, in 10^-6.
    pub worst_units: i64,
    /// What it is at most in any valid assignment, in 10^-6.
    pub upper_bound_units: i64,
    /// The weights of submissions, above 0; who is not listed has 0.
    pub weights: Vec<Dual>,
    /// As for [`Optimal`], in 10^-6 times a weight.
    pub student_duals: Vec<Dual>,
    /// As for [`Optimal`], in 10^-6 times a weight.
    pub submission_duals: Vec<Dual>,
    /// As for [`Optimal`], in 10^-6 times a weight; left out in writing where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work_duals: Vec<WorkDual>,
}

/// A whole number for one student or submission.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Dual {
    /// Which one.
    pub id: Id,
    /// The number, in 10^-6.
    pub value: i64,
}

/// A whole number for one student and one work with copies.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WorkDual {
    /// The student.
    pub assessor_id: Id,
    /// The `work_id` that the copies share.
    pub work_id: Id,
    /// The number, in 10^-6.
    pub value: i64,
}

/// Whole reviews and millionths.
struct Possible(u64, u32);

impl core::fmt::Display for Possible {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0)?;
        if self.1 == 0 {
            return Ok(());
        }
        let (mut rest, mut digits) = (self.1, 6);
        while rest.is_multiple_of(10) {
            (rest, digits) = (rest / 10, digits - 1);
        }
        write!(f, ".{rest:0digits$}")
    }
}

impl Infeasible {
    /// What there is at most, as a decimal.
    #[must_use]
    pub const fn possible(&self) -> impl core::fmt::Display + use<> {
        Possible(self.available, self.available_millionths)
    }

    /// By how many reviews the requirement exceeds what there is; a part of one counts as one.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.required - self.available
    }
}
