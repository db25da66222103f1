//! Which pairs have a score already, one bit each.

/// As many pairs as this are noted from the first row on: 4 MiB.
const FEW: u64 = 1 << 25;

/// The pairs that have been seen.
///
/// Where there are many pairs they are noted once half as many rows have been read, if there ever are: then a bit for
/// each pair is a quarter of a byte for a row, while rows that repeat pairs no longer need memory of their own.
pub(super) struct Seen {
    students: u64,
    pairs: u64,
    /// After so many rows pairs are noted.
    begin: usize,
    bits: Vec<u64>,
}

impl Seen {
    pub(super) fn new(students: usize, submissions: usize) -> Self {
        let pairs = (students as u64).saturating_mul(submissions as u64);
        let begin = if pairs <= FEW { 0 } else { usize::try_from(pairs / 2).unwrap_or(usize::MAX) };
        Self { students: students as u64, pairs, begin, bits: Vec::new() }
    }

    /// The same, beginning after so many rows.
    #[cfg(test)]
    pub(super) fn starting(students: usize, submissions: usize, begin: usize) -> Self {
        Self { begin, ..Self::new(students, submissions) }
    }

    /// Whether it is time to note what has been read, of so many rows.
    pub(super) const fn is_due(&self, rows: usize) -> bool {
        rows >= self.begin
    }

    /// Begins to note pairs.
    pub(super) fn start(&mut self) {
        self.begin = usize::MAX;
        self.bits = vec![0; usize::try_from(self.pairs / 64 + 1).unwrap_or(usize::MAX)];
    }

    /// Notes a pair, and says whether it was noted before.
    #[inline]
    pub(super) fn add(&mut self, student: u32, submission: u32) -> bool {
        let pair = u64::from(submission) * self.students + u64::from(student);
        let word = usize::try_from(pair / 64).ok().and_then(|word| self.bits.get_mut(word));
        let Some(word) = word else { return false };
        let bit = 1 << (pair % 64);
        let before = *word & bit != 0;
        *word |= bit;
        before
    }
}
