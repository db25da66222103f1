//! The heads of all tails as rows of one list, `degree` by tail: how they are made, and written in loops of known length.

use alloc::vec::Vec;

use super::Regular;

/// So many tails are seen to together, step by step: reads from all over the place overlap when little stands between
/// them, and what was read stays in the nearest cache for the next step.
pub(super) const BATCH: usize = 256;

/// Calls a method with the degree as a constant where it is small: loops of known length are several times as fast.
macro_rules! of_degree {
    ($degree:expr, $graph:ident.$method:ident($($argument:expr),*)) => {
        match $degree {
            1 => $graph.$method::<1>($($argument),*),
            2 => $graph.$method::<2>($($argument),*),
            3 => $graph.$method::<3>($($argument),*),
            4 => $graph.$method::<4>($($argument),*),
            5 => $graph.$method::<5>($($argument),*),
            6 => $graph.$method::<6>($($argument),*),
            _ => $graph.$method::<0>($($argument),*),
        }
    };
}
pub(super) use of_degree;

/// Sorts the heads of a tail; without branches where there are `DEGREE`.
#[inline]
pub(super) fn sort<const DEGREE: usize>(row: &mut [u32]) {
    let Some(few) = row.first_chunk_mut::<DEGREE>().filter(|_| DEGREE > 0) else { return row.sort_unstable() };
    let mut sorted = *few;
    for end in (1..DEGREE).rev() {
        for at in 0..end {
            let (a, b) = (sorted[at], sorted[at + 1]);
            (sorted[at], sorted[at + 1]) = (a.min(b), a.max(b));
        }
    }
    *few = sorted;
}

/// Memory to be written in any order, which the system has been made to give out already: where it does so bit by bit in
/// between reads from all over the place, each time the processor forgets where their pages are.
pub(super) fn touched(len: usize) -> Vec<u32> {
    alloc::vec![Regular::NONE; len]
}
