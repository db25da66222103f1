//! Envy: which submissions would rather have the reviewers of another.

use alloc::vec;
use alloc::vec::Vec;

/// How many pairs are listed; all are counted.
const LISTED: usize = 100;

/// Which submissions envy which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envy {
    /// How many ordered pairs (i, j) there are in which i envies j.
    pub violations: u64,
    /// The first 100 of them, ascending.
    pub pairs: Vec<(u32, u32)>,
}

impl Envy {
    /// Notes whom `i` envies; `envied` may come in any order.
    fn add(&mut self, i: u32, envied: &mut [u32]) {
        self.violations += envied.len() as u64;
        envied.sort_unstable();
        let room = LISTED - self.pairs.len();
        self.pairs.extend(envied.iter().take(room).map(|&j| (i, j)));
    }
}

/// The pairs of submissions that violate envy-freeness up to one reviewer (EF1).
///
/// Submission i does not envy j when vᵢ(Aᵢ) ≥ vᵢ(Aⱼ \ {r}) for the r of Aⱼ that i values most; a bundle is worth the
/// sum of its reviewers (R. Lipton, E. Markakis, E. Mossel, A. Saberi, "On approximately fair allocations of indivisible
/// goods", EC 2004; for reviewers J. Payan, Y. Zick, "I Will Have Order! Optimizing Orders for Fair Reviewer
/// Assignment", IJCAI 2022).
///
/// `bundles` are the reviewers of each submission, each at most once; `values(i)` lists the reviewers that i values, each
/// at most once, in any order and with any numbers. A reviewer that is not listed is worth 0. **Negative values count
/// as 0**: envy is defined for goods, and a reviewer whom nobody wants is no reason to envy, and none not to. What a
/// reviewer is worth who may not review i at all is for the caller to say, by listing or not, and so is which
/// submissions take part: whatever has a bundle does, copies of one work each for itself.
///
/// Exact. O(Σᵢ Σᵣ bundles with r) over the reviewers r that i lists with a value above 0, at most m² k for m submissions
/// with k reviews each.
///
/// ```
/// use peerplan::metrics::ef1;
/// // Both would like reviewers 0, 1 and 2 best, and 1 has them all.
/// let values = |_| [(0, 9), (1, 8), (2, 7), (3, 1), (4, 1), (5, 1)];
/// let envy = ef1(&[vec![3, 4, 5], vec![0, 1, 2]], values);
/// assert_eq!((envy.violations, envy.pairs), (1, vec![(0, 1)]));
/// assert_eq!(ef1(&[vec![0, 4, 5], vec![3, 1, 2]], values).violations, 0);
/// ```
#[must_use]
pub fn ef1<V: IntoIterator<Item = (u32, i64)>>(bundles: &[impl AsRef<[u32]>], values: impl Fn(u32) -> V) -> Envy {
    find(bundles, |_| 1, values)
}

/// The pairs of submissions that violate weighted envy-freeness up to one reviewer (WEF1).
///
/// As [`ef1`], with bundles divided by demand: i does not envy j when vᵢ(Aᵢ) / kᵢ ≥ vᵢ(Aⱼ \ {r}) / kⱼ
/// (M. Chakraborty, A. Igarashi, W. Suksompong, Y. Zick, "Weighted Envy-Freeness in Indivisible Item Allocation",
/// AAMAS 2020). `demands` are the k, one for each bundle; a demand of 0 counts as 1. Compared by cross-multiplication in
/// 128 bits, so exact.
///
/// # Panics
/// When there are more bundles than demands.
#[must_use]
pub fn wef1<V: IntoIterator<Item = (u32, i64)>>(
    bundles: &[impl AsRef<[u32]>],
    demands: &[u32],
    values: impl Fn(u32) -> V,
) -> Envy {
    find(bundles, |submission| demands[submission].max(1), values)
}

/// What one submission thinks of the bundle of another.
#[derive(Clone, Copy, Default)]
struct Worth {
    sum: i128,
    best: i64,
}

fn find<V: IntoIterator<Item = (u32, i64)>>(
    bundles: &[impl AsRef<[u32]>],
    demand: impl Fn(usize) -> u32,
    values: impl Fn(u32) -> V,
) -> Envy {
    let holders = holders(bundles);
    let mut worth = vec![Worth::default(); bundles.len()];
    // The bundles that are worth something, and so the only ones that can be envied.
    let mut enviable: Vec<u32> = Vec::new();
    let mut envied: Vec<u32> = Vec::new();
    let mut envy = Envy::default();
    for (i, own) in (0..).zip(0..bundles.len()) {
        for (reviewer, value) in values(i).into_iter().filter(|&(_, value)| value > 0) {
            for &j in holders.get(reviewer as usize).map_or(&[][..], Vec::as_slice) {
                let Worth { sum, best } = &mut worth[j as usize];
                if *best == 0 {
                    enviable.push(j);
                }
                *sum += i128::from(value);
                *best = value.max(*best);
            }
        }
        let (mine, my_demand) = (worth[own].sum, i128::from(demand(own)));
        envied.clear();
        for j in enviable.drain(..) {
            let Worth { sum, best } = core::mem::take(&mut worth[j as usize]);
            let others = (sum - i128::from(best)) * my_demand;
            if j != i && mine * i128::from(demand(j as usize)) < others {
                envied.push(j);
            }
        }
        envy.add(i, &mut envied);
    }
    envy
}

/// The bundles in which each reviewer is.
fn holders(bundles: &[impl AsRef<[u32]>]) -> Vec<Vec<u32>> {
    let reviewers = bundles.iter().flat_map(AsRef::as_ref).max().map_or(0, |&last| last as usize + 1);
    let mut holders = vec![Vec::new(); reviewers];
    for (j, bundle) in (0..).zip(bundles) {
        for &reviewer in bundle.as_ref() {
            holders[reviewer as usize].push(j);
        }
    }
    holders
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By the definition, pair by pair.
    fn by_definition(bundles: &[Vec<u32>], demands: &[u32], values: &[Vec<i64>]) -> Vec<(u32, u32)> {
        let mut violations = Vec::new();
        for i in 0..bundles.len() {
            let value = |reviewer: &u32| values[i][*reviewer as usize].max(0);
            let own: i64 = bundles[i].iter().map(value).sum();
            for j in (0..bundles.len()).filter(|&j| j != i) {
                // Whichever reviewer is left out, the rest is worth more.
                let without = |left_out: &u32| bundles[j].iter().filter(|r| *r != left_out).map(value).sum::<i64>();
                let least = bundles[j].iter().map(without).min().unwrap_or(0);
                if own * i64::from(demands[j]) < least * i64::from(demands[i]) {
                    violations.push((u32::try_from(i).expect("few"), u32::try_from(j).expect("few")));
                }
            }
        }
        violations
    }

    fn listed(row: &[i64]) -> Vec<(u32, i64)> {
        // In no special order, and without some that are worth nothing.
        let mut listed: Vec<(u32, i64)> = (0..).zip(row.iter().copied()).filter(|&(_, value)| value != 0).collect();
        listed.reverse();
        listed
    }

    proptest! {
        #[test]
        fn violations_are_those_of_the_definition(
            (bundles, demands, values) in (1_usize..7, 1_usize..6).prop_flat_map(|(m, n)| (
                prop::collection::vec(prop::collection::btree_set(0..u32::try_from(n).expect("few"), 0..=n), m),
                prop::collection::vec(1_u32..4, m),
                prop::collection::vec(prop::collection::vec(-1_i64..5, n), m),
            ))
        ) {
            let bundles: Vec<Vec<u32>> = bundles.into_iter().map(|bundle| bundle.into_iter().collect()).collect();
            let ones = vec![1; bundles.len()];
            let found = ef1(&bundles, |i| listed(&values[i as usize]));
            prop_assert_eq!(found.violations, found.pairs.len() as u64);
            prop_assert_eq!(&found.pairs, &by_definition(&bundles, &ones, &values));
            let weighted = wef1(&bundles, &demands, |i| listed(&values[i as usize]));
            prop_assert_eq!(&weighted.pairs, &by_definition(&bundles, &demands, &values));
            prop_assert_eq!(wef1(&bundles, &ones, |i| listed(&values[i as usize])), found);
        }
    }

    #[test]
    fn all_are_counted_and_the_first_hundred_listed() {
        // Everybody but the one who has them wants both of two reviewers.
        let mut bundles = vec![vec![]; 300];
        bundles[7] = vec![0, 1];
        let envy = ef1(&bundles, |_| [(1, 5), (0, 5)]);
        assert_eq!(envy.violations, 299);
        assert_eq!(envy.pairs.len(), 100);
        assert!(envy.pairs.iter().all(|&(i, j)| i != 7 && j == 7) && envy.pairs.is_sorted());
    }

    #[test]
    fn the_greatest_values_do_not_overflow() {
        let bundles = [vec![0], vec![1, 2, 3]];
        let envy = wef1(&bundles, &[u32::MAX, 0], |_| (0..4).map(|reviewer| (reviewer, i64::MAX)));
        assert_eq!(envy.pairs, [(0, 1)]);
        assert_eq!(ef1::<[(u32, i64); 0]>(&[] as &[Vec<u32>], |_| []), Envy::default());
    }
}
