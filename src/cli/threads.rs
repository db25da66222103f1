//! Work beside work.

use rayon::ThreadPoolBuilder;

/// Does all of some work in this thread: problem beside problem keeps more threads busy than parts of each would.
pub(super) fn alone(work: impl Fn() + Send + Sync) {
    match ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}
