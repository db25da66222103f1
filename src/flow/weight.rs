//! The integers in which costs are counted.

use core::fmt::Debug;
use core::ops::{Add, Mul, Sub};

/// An exact integer: `i64` where the composed goals fit, else `i128`.
pub(crate) trait Weight:
    Copy + Ord + Debug + From<u32> + Into<i128> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    /// Above every distance; twice this does not overflow.
    const FAR: Self;

    /// A composed weight, where it fits.
    fn compose(weight: i128) -> Self;
}

impl Weight for i64 {
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const FAR: Self = Self::MAX / 2;

    fn compose(weight: i128) -> Self {
        Self::try_from(weight).expect("the caller has checked that composed weights fit")
    }
}

impl Weight for i128 {
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const FAR: Self = Self::MAX / 2;

    fn compose(weight: i128) -> Self {
        weight
    }
}
