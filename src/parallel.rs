//! Work spread over threads, where the feature `parallel` is on; the same work in the same blocks where it is not.
//!
//! How work is cut depends on its size alone, and results come in the order of the work: **nothing depends on how many
//! threads there are**. No pool is made here. Work runs in rayon's current pool, so whoever calls the library decides;
//! what is too little to be cut never asks for one.

use alloc::vec::Vec;
use core::ops::Range;
#[cfg(feature = "parallel")]
use core::{
    iter,
    sync::atomic::{AtomicUsize, Ordering},
};
#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// The most blocks that work is cut into: enough for threads to share it evenly, few enough to put the results together.
const MOST_BLOCKS: usize = 128;

/// Does two things, beside each other where they are said to be worth it.
pub(crate) fn join<A: Send, B: Send>(
    worth: bool,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "parallel")]
    if worth {
        return rayon::join(a, b);
    }
    let _ = worth;
    (a(), b())
}

/// Does `theirs` in another thread, if there is one, while `mine` is done here; else `theirs` is left undone.
pub(crate) fn beside<A, B: Send>(mine: impl FnOnce() -> A, theirs: impl FnOnce() -> B + Send) -> (A, Option<B>) {
    #[cfg(feature = "parallel")]
    if rayon::current_num_threads() > 1 {
        let mut done = None;
        let mine = rayon::in_place_scope(|scope| {
            scope.spawn(|_| done = Some(theirs()));
            mine()
        });
        return (mine, done);
    }
    #[cfg(not(feature = "parallel"))]
    drop(theirs);
    (mine(), None)
}

/// Cuts `0..len` into blocks, none shorter than `at_least` where there is more than one; results in their order.
pub(crate) fn map_ranges<R: Send>(len: usize, at_least: usize, f: impl Fn(Range<usize>) -> R + Send + Sync) -> Vec<R> {
    let blocks = (len / at_least.max(1)).clamp(usize::from(len > 0), MOST_BLOCKS);
    let block = |number: usize| {
        let start = |number: usize| number * (len / blocks) + number.min(len % blocks);
        f(start(number)..start(number + 1))
    };
    #[cfg(feature = "parallel")]
    if blocks > 1 {
        return (0..blocks).into_par_iter().map(block).collect();
    }
    (0..blocks).map(block).collect()
}

/// Does the work of each number below `count`; results in their order. `mine` works in the thread of the caller, with
/// what may not leave it, and `theirs` in others.
pub(crate) fn map_beside<R: Send>(
    count: usize,
    #[allow(unused_mut, reason = "without the feature it is given away")] mut mine: impl FnMut(usize) -> R,
    theirs: impl Fn(usize) -> R + Send + Sync,
) -> Vec<R> {
    #[cfg(feature = "parallel")]
    {
        let threads = rayon::current_num_threads().min(count);
        if threads > 1 {
            let next = AtomicUsize::new(0);
            let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < count);
            let mut results = Vec::with_capacity(count);
            let mut others: Vec<Vec<(usize, R)>> = (1..threads).map(|_| Vec::new()).collect();
            rayon::in_place_scope(|scope| {
                for results in &mut others {
                    scope.spawn(|_| results.extend(iter::from_fn(take).map(|number| (number, theirs(number)))));
                }
                results.extend(iter::from_fn(take).map(|number| (number, mine(number))));
            });
            results.extend(others.into_iter().flatten());
            results.sort_unstable_by_key(|&(number, _)| number);
            return results.into_iter().map(|(_, result)| result).collect();
        }
    }
    #[cfg(not(feature = "parallel"))]
    let _ = theirs;
    (0..count).map(mine).collect()
}

/// Calls `f` with the number of the first item and with the items, for each block of `size` items; the last may be shorter.
pub(crate) fn for_each_block_mut<T: Send>(items: &mut [T], size: usize, f: impl Fn(usize, &mut [T]) + Send + Sync) {
    let size = size.max(1);
    #[cfg(feature = "parallel")]
    if items.len() > size {
        return items.par_chunks_mut(size).enumerate().for_each(|(number, block)| f(number * size, block));
    }
    items.chunks_mut(size).enumerate().for_each(|(number, block)| f(number * size, block));
}

/// Does the work in a pool of so many threads; without the feature there is none.
#[cfg(test)]
pub(crate) fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    #[cfg(feature = "parallel")]
    return rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(work);
    #[cfg(not(feature = "parallel"))]
    {
        let _ = threads;
        work()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_contiguous_and_do_not_depend_on_threads() {
        for (len, at_least) in [(0, 5), (1, 5), (9, 5), (10, 5), (1000, 1), (1000, 0), (12_345, 7)] {
            let blocks = map_ranges(len, at_least, |range| range);
            let mut end = 0;
            for block in &blocks {
                assert_eq!(block.start, end);
                assert!(blocks.len() == 1 || block.len() >= at_least);
                end = block.end;
            }
            assert_eq!(end, len);
            for threads in [1, 2, 7] {
                assert_eq!(with_threads(threads, || map_ranges(len, at_least, |range| range)), blocks);
            }
        }
    }

    #[test]
    fn every_item_is_visited_once_with_its_number() {
        for (len, size) in [(0, 3), (2, 3), (3, 3), (100, 7), (5, 0)] {
            let mut items = alloc::vec![0; len];
            with_threads(2, || {
                for_each_block_mut(&mut items, size, |first, block| {
                    for (number, item) in (first..).zip(block) {
                        *item += number + 1;
                    }
                });
            });
            assert!(items.iter().copied().eq(1..=len));
        }
    }

    #[test]
    fn work_beside_the_callers_own_comes_back_in_order() {
        for threads in [1, 2, 5] {
            let mut seen = 0;
            let results = with_threads(threads, || {
                let mine = |number| {
                    seen += 1;
                    2 * number
                };
                map_beside(100, mine, |number| 2 * number)
            });
            assert!(results.into_iter().eq((0..200).step_by(2)));
            assert!(seen > 0 || threads > 1);
        }
    }

    #[test]
    fn two_things_give_two_results() {
        for worth in [false, true] {
            assert_eq!(with_threads(2, || join(worth, || 1, || "two")), (1, "two"));
        }
    }
}
