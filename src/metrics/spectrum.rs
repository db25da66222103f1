//! How fast comparisons spread through common reviewers: the spectral gap of the bundle graph.

use alloc::vec;
use alloc::vec::Vec;

use super::bundles::bundle_components;
use super::spread::ratio;

/// The most steps of the iteration.
const STEPS: usize = 400;
/// The most reviews that are looked at in all steps together.
const WORK: usize = 1 << 30;
/// The estimate is looked at each so many steps, and has settled when it has not changed by more than this.
const SPAN: usize = 20;
const SETTLED: f64 = 1e-10;

/// The spectral gap of the walk from a submission to one of its reviewers and on to one of the submissions reviewed there,
/// each chosen evenly: 1 − λ₂, where λ₂ is the second greatest eigenvalue of the walk, and so the square of the second
/// greatest singular value of the normalised matrix of reviews.
///
/// 0 where the bundles fall apart, 1 where everybody reviews everything. The error of scores aggregated from bundles grows
/// as the gap closes (N. Shah, J. Bradley, A. Parekh, M. Wainwright, K. Ramchandran, "A Case for Ordinal Peer-evaluation
/// in MOOCs", NIPS workshop on data driven education, 2013). None for fewer than two submissions.
///
/// `reviews` are (assessor, submission) pairs, each at most once, assessors below `assessors` and submissions below
/// `submissions`; others are left out.
///
/// Powers of the walk are applied to a fixed vector, and the greatest eigenvalue on the space that they span is taken (C.
/// Lanczos, "An iteration method for the solution of the eigenvalue problem", Journal of Research of the National Bureau
/// of Standards 45, 1950), which is never too great but for rounding: the gap is no less than it should be by more than
/// 10^-9. The iteration ends when 20 powers more change nothing above 10^-10, and after 400 at the latest, or when 2^30
/// reviews were looked at. Only additions, multiplications and divisions take part, in the order of the numbers: the same
/// numbers give the same bits everywhere. O(400 · reviews).
///
/// ```
/// use peerplan::metrics::spectral_gap;
/// // Two submissions by both of two reviewers; then with one reviewer each.
/// assert_eq!(spectral_gap(2, 2, &[(0, 0), (0, 1), (1, 0), (1, 1)]), Some(1.0));
/// assert_eq!(spectral_gap(2, 2, &[(0, 0), (1, 1)]), Some(0.0));
/// ```
#[must_use]
pub fn spectral_gap(assessors: u32, submissions: u32, reviews: &[(u32, u32)]) -> Option<f64> {
    if submissions < 2 {
        return None;
    }
    if bundle_components(assessors, submissions, reviews).count > 1 {
        return Some(0.0);
    }
    let mut reviews = reviews.to_vec();
    reviews.retain(|&(assessor, submission)| assessor < assessors && submission < submissions);
    // The order of the sums is that of the numbers.
    reviews.sort_unstable();
    let second = Walk::new(assessors, submissions, reviews).second();
    Some((1.0 - second).clamp(0.0, 1.0))
}

/// The walk, with the inner product under which it is symmetric: each submission weighs as many as its reviews.
struct Walk {
    reviews: Vec<(u32, u32)>,
    given: Vec<f64>,
    received: Vec<f64>,
}

impl Walk {
    fn new(assessors: u32, submissions: u32, reviews: Vec<(u32, u32)>) -> Self {
        let (mut given, mut received) = (vec![0.0; assessors as usize], vec![0.0; submissions as usize]);
        for &(assessor, submission) in &reviews {
            given[assessor as usize] += 1.0;
            received[submission as usize] += 1.0;
        }
        Self { reviews, given, received }
    }

    /// The mean of the means of `x` over the bundles of each submission's reviewers.
    fn step(&self, x: &[f64]) -> Vec<f64> {
        let mut means = vec![0.0; self.given.len()];
        for &(assessor, submission) in &self.reviews {
            means[assessor as usize] += x[submission as usize];
        }
        for (mean, given) in means.iter_mut().zip(&self.given).filter(|(_, given)| **given > 0.0) {
            *mean /= given;
        }
        let mut next = vec![0.0; x.len()];
        for &(assessor, submission) in &self.reviews {
            next[submission as usize] += means[assessor as usize];
        }
        for (next, received) in next.iter_mut().zip(&self.received) {
            *next /= received;
        }
        next
    }

    fn product(&self, x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).zip(&self.received).fold(0.0, |sum, ((x, y), weight)| sum + x * y * weight)
    }

    /// Takes from `x` what is the same for all, on which the walk has its first eigenvalue, 1.
    fn centre(&self, x: &mut [f64]) {
        let sum = x.iter().zip(&self.received).fold(0.0, |sum, (x, weight)| sum + x * weight);
        let mean = sum / self.received.iter().fold(0.0, |sum, weight| sum + weight);
        for x in x {
            *x -= mean;
        }
    }

    /// The second eigenvalue.
    fn second(&self) -> f64 {
        let mut x: Vec<f64> = (1..).take(self.received.len()).map(scattered).collect();
        self.centre(&mut x);
        let mut before = vec![0.0; x.len()];
        let mut size = self.product(&x, &x);
        let mut matrix = Tridiagonal::default();
        let mut squared = 0.0;
        let steps = STEPS.min(WORK / self.reviews.len().max(1)).min(x.len() - 1).max(1);
        let mut estimate = 0.0;
        for done in 1..=steps {
            let mut next = self.step(&x);
            let diagonal = self.product(&x, &next) / size;
            matrix.push(diagonal, squared);
            for ((next, x), before) in next.iter_mut().zip(&x).zip(&before) {
                *next -= diagonal * x + squared * before;
            }
            // Rounding brings back a little of the first eigenvector, which would soon be all there is.
            self.centre(&mut next);
            let next_size = self.product(&next, &next);
            squared = next_size / size;
            if done % SPAN == 0 || done == steps || squared < 1e-20 {
                let greatest = matrix.greatest();
                let settled = greatest - estimate <= SETTLED;
                estimate = greatest;
                if settled || squared < 1e-20 {
                    break;
                }
            }
            // Vectors shrink from step to step; both are brought back to size 1 without a root by a power of two.
            let scale = power_of_two(next_size);
            for entry in next.iter_mut().chain(&mut x) {
                *entry *= scale;
            }
            size = next_size * scale * scale;
            (before, x) = (x, next);
        }
        estimate
    }
}

/// A power of two by which a vector of a squared length comes to a length of about 1.
fn power_of_two(squared: f64) -> f64 {
    let exponent = i64::try_from(squared.to_bits() >> 52 & 0x7ff).unwrap_or(1023) - 1023;
    let biased = u64::try_from(1023 - exponent / 2).unwrap_or(1023);
    f64::from_bits(biased << 52)
}

/// A number from −1 to 1 that has nothing to do with the next one (G. Steele, D. Lea, C. Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
fn scattered(number: u64) -> f64 {
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    2.0 * ratio(u128::from((bits ^ bits >> 31) >> 11), 1 << 53) - 1.0
}

/// A symmetric matrix with entries on the diagonal and beside it.
#[derive(Default)]
struct Tridiagonal {
    /// Each entry of the diagonal, and the square of the one before it in its row; 0 in the first row.
    rows: Vec<(f64, f64)>,
}

impl Tridiagonal {
    fn push(&mut self, diagonal: f64, squared_beside: f64) {
        self.rows.push((diagonal, squared_beside));
    }

    /// The greatest eigenvalue, known to be between 0 and 1, by halving.
    fn greatest(&self) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.has_above(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// Whether an eigenvalue is above `x`: J. Sturm's count, of which the first positive pivot is enough.
    fn has_above(&self, x: f64) -> bool {
        let mut pivot = -1.0;
        for &(diagonal, squared) in &self.rows {
            pivot = diagonal - x - squared / pivot;
            if pivot > 0.0 {
                return true;
            }
            // On the point itself the next pivot decides.
            pivot = if pivot > -1e-300 { -1e-300 } else { pivot };
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The second greatest eigenvalue of the symmetric form of the walk, by Jacobi's rotations.
    #[allow(clippy::needless_range_loop, reason = "the indices are those of the matrix")]
    fn by_rotations(assessors: usize, submissions: usize, reviews: &[(u32, u32)]) -> f64 {
        let has =
            |a: usize, s: usize| f64::from(u8::from(reviews.iter().any(|&(x, y)| (x as usize, y as usize) == (a, s))));
        let given = |a: usize| (0..submissions).map(|s| has(a, s)).sum::<f64>();
        let received = |s: usize| (0..assessors).map(|a| has(a, s)).sum::<f64>();
        let mut m = vec![vec![0.0; submissions]; submissions];
        for s in 0..submissions {
            for t in 0..submissions {
                let common = (0..assessors).filter(|&a| given(a) > 0.0).map(|a| has(a, s) * has(a, t) / given(a));
                m[s][t] = common.sum::<f64>() / (received(s) * received(t)).sqrt();
            }
        }
        for _ in 0..60 {
            for p in 0..submissions {
                for q in p + 1..submissions {
                    if m[p][q].abs() < 1e-15 {
                        continue;
                    }
                    let theta = 0.5 * (2.0 * m[p][q]).atan2(m[q][q] - m[p][p]);
                    let (sin, cos) = theta.sin_cos();
                    for k in 0..submissions {
                        let (a, b) = (m[k][p], m[k][q]);
                        (m[k][p], m[k][q]) = (cos * a - sin * b, sin * a + cos * b);
                    }
                    for k in 0..submissions {
                        let (a, b) = (m[p][k], m[q][k]);
                        (m[p][k], m[q][k]) = (cos * a - sin * b, sin * a + cos * b);
                    }
                }
            }
        }
        let mut values: Vec<f64> = (0..submissions).map(|s| m[s][s]).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        assert!((values[0] - 1.0).abs() < 1e-9, "{values:?}");
        values[1]
    }

    proptest! {
        #[test]
        fn the_gap_is_that_of_the_matrix(
            submissions in 2_usize..9, reviews in prop::collection::btree_set((0_u32..8, 0_u32..9), 4..50),
        ) {
            let reviews: Vec<(u32, u32)> = reviews.into_iter().collect();
            let inside: Vec<(u32, u32)> = reviews.iter().copied().filter(|&(_, s)| (s as usize) < submissions).collect();
            let count = u32::try_from(submissions).expect("few");
            let gap = spectral_gap(8, count, &reviews).expect("two submissions");
            if bundle_components(8, count, &inside).count > 1 {
                prop_assert_eq!(gap.to_bits(), 0);
            } else {
                let expected = 1.0 - by_rotations(8, submissions, &inside);
                prop_assert!((gap - expected).abs() < 1e-8, "{gap} and {expected}");
            }
            let mut turned = reviews.clone();
            turned.reverse();
            prop_assert_eq!(spectral_gap(8, count, &turned).map(f64::to_bits), Some(gap.to_bits()));
        }
    }

    #[test]
    fn a_ring_has_the_gap_of_its_cosine() {
        // Each of n students reviews the next two: the walk stays with 1/2 and goes a step either way with 1/4.
        for n in [3_u32, 10, 200] {
            let reviews: Vec<(u32, u32)> = (0..n).flat_map(|a| [(a, (a + 1) % n), (a, (a + 2) % n)]).collect();
            let expected = (1.0 - (2.0 * core::f64::consts::PI / f64::from(n)).cos()) / 2.0;
            let gap = spectral_gap(n, n, &reviews).expect("several submissions");
            assert!((gap - expected).abs() < 1e-8, "{n}: {gap} and {expected}");
        }
    }

    #[test]
    fn few_submissions_and_strangers() {
        assert_eq!(spectral_gap(3, 1, &[(0, 0)]), None);
        assert_eq!(spectral_gap(0, 0, &[]), None);
        assert_eq!(spectral_gap(1, 2, &[(0, 0), (0, 1), (9, 0), (0, 9)]), Some(1.0));
    }
}
