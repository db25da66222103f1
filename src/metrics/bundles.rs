//! How the submissions hang together through those who review them.

use alloc::vec;

use petgraph::unionfind::UnionFind;

use super::graph::Components;

/// The connected components of the submissions, two of them joined where one student reviews both.
///
/// Grades within a component can be compared through common reviewers, across components they cannot. One component
/// is what ordinal peer grading asks for (I. Caragiannis, G. Krimpas, A. Voudouris, "Aggregating partial rankings
/// with applications to peer grading in massive online open courses", AAMAS 2015).
///
/// `reviews` are (assessor, submission) pairs, assessors below `assessors` and submissions below `submissions`;
/// others are left out. A submission without a review is a component by itself. Time O(reviews · α(submissions)).
///
/// ```
/// use peerplan::metrics::bundle_components;
/// let parts = bundle_components(2, 4, &[(0, 0), (0, 1), (1, 2)]);
/// assert_eq!((parts.count, parts.largest), (3, 2));
/// ```
#[must_use]
pub fn bundle_components(assessors: u32, submissions: u32, reviews: &[(u32, u32)]) -> Components {
    let mut sets = UnionFind::<u32>::new(submissions as usize);
    let mut first = vec![u32::MAX; assessors as usize];
    for &(assessor, submission) in reviews.iter().filter(|&&(_, submission)| submission < submissions) {
        match first.get_mut(assessor as usize) {
            Some(seen) if *seen == u32::MAX => *seen = submission,
            Some(seen) => {
                sets.union(*seen, submission);
            }
            None => {}
        }
    }
    let mut sizes = vec![0_u64; submissions as usize];
    for label in sets.into_labeling() {
        sizes[label as usize] += 1;
    }
    Components::of_sizes(sizes.into_iter().filter(|&size| size > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_reviewers_join_and_strangers_are_left_out() {
        let chain = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3)];
        assert_eq!(bundle_components(3, 4, &chain), Components { count: 1, largest: 4 });
        assert_eq!(bundle_components(2, 4, &chain), Components { count: 2, largest: 3 });
        assert_eq!(bundle_components(3, 3, &chain), Components { count: 1, largest: 3 });
        assert_eq!(bundle_components(0, 0, &chain), Components::default());
    }
}
