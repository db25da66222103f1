//! `perturbed`: an assignment drawn by lot, with probabilities evened out at the expense of some of the expected total.
//!
//! Perturbed maximisation: Y. Xu, S. Jecmen, Z. Song and F. Fang, "A one-size-fits-all approach to improving randomness in
//! paper assignment", NeurIPS 2023. Of all probabilities within the limits those are taken that maximise the sum of the scores,
//! each times a concave [`curve`](super::curve) of its pair's probability: a separable concave flow, in which pairs of equal
//! scores at equal prices are equally likely but for one slice.

use super::curve::{Curve, perturbation};
use super::ground::Ground;
use super::limits::Limits;
use super::lots::{Wanted, by_lot, certain};
use super::parameter::{DECAY, LIMIT, PERTURBATION, QUALITY};
use super::shares::{Reward, Shared, Shares, Unshared};
use super::{AssignError, Guarantees, Parameter, Run, Solution, Strategy};
use crate::input::Micros;
use crate::problem::Problem;

/// The greatest sum of scores times a concave function of the probability.
#[derive(Debug, Clone, Copy, Default)]
pub struct Perturbed;

/// β where nothing is given: the greatest for which a greater probability is always worth more.
const BETA: Micros = Micros(500_000);

/// Limits are tried in so many steps from 0 to 1.
const LIMIT_STEPS: u32 = 10_000;
/// By so many steps the smallest limit that will do is relaxed.
const RELAXED: u32 = 20;
/// β is tried in so many steps from 0 to 1.
const BETA_STEPS: i64 = 256;
/// A quality is kept when it is to three decimals: of the share, in millionths, so much may be missing.
const ROUNDED: i128 = 500;

impl Strategy for Perturbed {
    fn name(&self) -> &'static str {
        "perturbed"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "drawn by lot, with probabilities evened out among good pairs",
            complete: true,
            optimal: "all common goals, then the expected total of perturbed scores within the limits, to 1 % at most \
                      where rules are a network; the seed draws the lot",
            seeded: true,
            by_lot: true,
            greedy: true,
            complexity: "a concave flow on the eligible pairs likely to matter, in slices of a review; 22 of them with \
                         a quality",
        }
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[LIMIT, PERTURBATION, DECAY, QUALITY]
    }

    fn goes_by_scores(&self) -> bool {
        true
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let limits = Limits::new(run.parameter(LIMIT.name));
        let curve = match run.parameter(DECAY.name) {
            Some(alpha) => Curve::Exponential { alpha },
            None => Curve::Quadratic { beta: run.parameter(PERTURBATION.name).unwrap_or(BETA) },
        };
        // Where no score is above 0, none is curved.
        if !limits.bind(problem) && problem.pairs.scores.values().iter().all(|&(_, score)| score <= 0) {
            return certain(self.name(), problem, run);
        }
        let quality = run.parameter(QUALITY.name);
        let share = |ground: &Ground<'_>, run: &mut Run<'_>| match quality {
            Some(quality) => tuned(ground, limits, quality, run),
            None => perturbed(ground, limits, curve, None, run),
        };
        by_lot(self.name(), problem, limits, &share, Wanted::Shares, run)
    }
}

/// The shares of the greatest sum of perturbed scores; `near` are some that will hardly be far.
fn perturbed(
    ground: &Ground<'_>,
    limits: Limits,
    curve: Curve,
    near: Option<&Shared>,
    run: &mut Run<'_>,
) -> Result<Shared, Unshared> {
    let counts = curve.slices();
    let parts = limits.whole(ground.nodes.problem);
    let whole = parts * counts[counts.len() - 1].div_ceil(parts);
    let scale = scale(ground);
    let slopes = counts.map(|slices| {
        let width = (whole / slices).max(1);
        (width, curve.slopes(width, whole))
    });
    let values = slopes.each_ref().map(|(_, slopes)| {
        move |pair: usize, slice: u32| perturbation(ground.pairs[pair].score * scale, slopes, slice)
    });
    let rewards = [0, 1, 2].map(|stage| Reward { width: slopes[stage].0, value: &values[stage] });
    Shares::new(ground, limits, whole)?.greatest(&rewards, near, run)
}

/// What a millionth of a score is rewarded with: as much as leaves rewards in 31 bits, which the flow is fastest with. That of a
/// unit is rounded down to a whole number, so that at most 2^-29 of the largest score is lost on each review.
fn scale(ground: &Ground<'_>) -> i64 {
    let largest = ground.pairs.iter().map(|pair| pair.score.unsigned_abs()).max().unwrap_or(0).max(1);
    let mut scale = 1;
    while (largest << 1).saturating_mul(scale) < 1 << 31 {
        scale *= 2;
    }
    i64::try_from(scale).unwrap_or(1)
}

/// The shares of the greatest sum of scores.
fn plain(ground: &Ground<'_>, limits: Limits, run: &mut Run<'_>) -> Result<Shared, Unshared> {
    let whole = limits.whole(ground.nodes.problem);
    let score = |pair: usize, _| ground.pairs[pair].score;
    Shares::new(ground, limits, whole)?.greatest(&[Reward { width: whole, value: &score }], None, run)
}

/// The expected total, as a fraction.
fn expected(ground: &Ground<'_>, shared: &Shared) -> (i128, i128) {
    let units = ground.pairs.iter().zip(&shared.units);
    (units.map(|(pair, &units)| i128::from(pair.score) * i128::from(units)).sum(), i128::from(shared.whole))
}

/// The shares that are evened out as far as the expected total keeps `quality` of the greatest within the limits, as the
/// authors tune them: the smallest limit for all pairs that leaves as much ([`LIMIT_STEPS`]), relaxed by [`RELAXED`] steps, then
/// the greatest β of the quadratic curve ([`BETA_STEPS`]), both by binary search.
fn tuned(ground: &Ground<'_>, limits: Limits, quality: Micros, run: &mut Run<'_>) -> Result<Shared, Unshared> {
    let best = plain(ground, limits, run)?;
    let (total, of) = expected(ground, &best);
    let suffices = |shared: &Shared| {
        let (reached, whole) = expected(ground, shared);
        // Where there is nothing to lose, nothing is given up.
        let quality = if total > 0 { i128::from(quality.0) - ROUNDED } else { 1_000_000 };
        reached * of * 1_000_000 >= total * whole * quality
    };
    let most = limits.parts_of(LIMIT_STEPS);
    let (mut low, mut high) = (0, most + 1);
    while high - low > 1 {
        let middle = low.midpoint(high);
        match plain(ground, Limits::parts(middle, LIMIT_STEPS), run) {
            Ok(shared) if suffices(&shared) => high = middle,
            Ok(_) | Err(Unshared::Limits) => low = middle,
            Err(error) => return Err(error),
        }
    }
    let limits = if high + RELAXED <= most { Limits::parts(high + RELAXED, LIMIT_STEPS) } else { limits };
    let (mut low, mut high) = (0, BETA_STEPS + 1);
    let mut found = plain(ground, limits, run)?;
    let mut last: Option<Shared> = None;
    while high - low > 1 {
        let middle = low.midpoint(high);
        let curve = Curve::Quadratic { beta: Micros(1_000_000 * middle / BETA_STEPS) };
        let shared = perturbed(ground, limits, curve, last.as_ref(), run)?;
        if suffices(&shared) {
            (low, found) = (middle, shared.clone());
        } else {
            high = middle;
        }
        last = Some(shared);
    }
    Ok(found)
}
