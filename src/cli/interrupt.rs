//! Ctrl-C: the process ends at once, and what was to be written is not there.
//!
//! The signal is taken by a thread of its own, so it works whatever the others do: read, compute, or wait for
//! somebody to read what they print. A lock stands between that thread and whoever writes: a file is put in its place
//! before the signal is looked at or not at all, and standard output gets whole lines.
//!
//! Work that another machine does too cannot be cut off without a doubt about what was done there, and of work in many
//! parts those that are done are worth having. Whoever waits for such work asks for [gentleness](gently): then the first
//! signal only asks to stop, and the second is as above.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::ProgressBar;

use super::failure::Exit;
use super::output::note;

/// How long a writer may keep the process from ending, such as one whose reader does not read.
const GRACE: Duration = Duration::from_millis(60);

/// What is under way.
struct UnderWay {
    /// A file that is not complete.
    file: Option<PathBuf>,
    /// What the user has asked for is written.
    done: bool,
}

static UNDER_WAY: Mutex<UnderWay> = Mutex::new(UnderWay { file: None, done: false });

/// The progress bar that is shown.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Whether a signal came after all was written.
static LATE: AtomicBool = AtomicBool::new(false);

/// What the next signal does: [`HARSH`], or [`GENTLE`], and then it is [`ASKED`].
static MANNER: AtomicU8 = AtomicU8::new(HARSH);
/// It ends the process.
const HARSH: u8 = 0;
/// It asks for an end.
const GENTLE: u8 = 1;
/// It ends the process, for a signal has asked already.
const ASKED: u8 = 2;

/// From here on Ctrl-C ends the process with exit code 130.
pub(super) fn watch() {
    // Where it cannot be taken, the system ends the process as it does by default.
    let _ = ctrlc::set_handler(stop);
}

/// A signal came.
fn stop() {
    if MANNER.compare_exchange(GENTLE, ASKED, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
        let ask = || note("peerplan: stopping when what is under way has ended; once more ends at once");
        match &*BAR.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(ask),
            None => ask(),
        }
        return;
    }
    if LATE.load(Ordering::SeqCst) {
        end();
    }
    let patience = thread::Builder::new().spawn(|| {
        thread::sleep(GRACE);
        if !LATE.load(Ordering::SeqCst) {
            end();
        }
    });
    let mut under_way = under_way();
    if under_way.done {
        // Too late: what is left to do takes no time. Should it take some after all, the next signal ends it.
        LATE.store(true, Ordering::SeqCst);
        return;
    }
    if let Some(file) = under_way.file.take() {
        let _ = fs::remove_file(file);
    }
    if let Some(bar) = BAR.lock().unwrap_or_else(PoisonError::into_inner).take() {
        bar.finish_and_clear();
    }
    note("peerplan: interrupted");
    drop(patience);
    // With the lock in hand: nobody writes anything any more.
    end();
}

fn end() -> ! {
    #[allow(clippy::exit, reason = "nothing else ends a process whose other threads compute or wait")]
    std::process::exit(Exit::Interrupted as i32)
}

fn under_way() -> MutexGuard<'static, UnderWay> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes something that is not to be cut off by a signal.
pub(super) fn unbroken<T>(write: impl FnOnce() -> T) -> T {
    let _guard = under_way();
    write()
}

/// Makes a file that is removed by a signal until it is [complete](Unfinished::complete).
pub(super) fn unfinished<T>(
    create: impl FnOnce() -> std::io::Result<(PathBuf, T)>,
) -> std::io::Result<(Unfinished, T)> {
    let mut under_way = under_way();
    let (path, file) = create()?;
    under_way.file = Some(path);
    Ok((Unfinished(()), file))
}

/// A file that is not complete.
pub(super) struct Unfinished(());

impl Unfinished {
    /// Puts the file in its place; from then on a signal comes too late.
    pub(super) fn complete<T, E>(self, place: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut under_way = under_way();
        let placed = place();
        under_way.done |= placed.is_ok();
        drop(under_way);
        drop(self);
        placed
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        under_way().file = None;
    }
}

/// All is written: from here on a signal comes too late.
pub(super) fn done() {
    under_way().done = true;
}

/// The bar to take away when a signal comes.
pub(super) fn show(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// From here on the first signal only asks for an end, as long as the value lives.
pub(super) fn gently() -> Gentle {
    MANNER.store(GENTLE, Ordering::SeqCst);
    Gentle(())
}

/// Work that comes to its end after the first signal.
pub(super) struct Gentle(());

impl Gentle {
    /// Whether a signal has asked for an end.
    #[allow(clippy::unused_self, reason = "only whoever is gentle is asked")]
    pub(super) fn asked(&self) -> bool {
        MANNER.load(Ordering::SeqCst) == ASKED
    }
}

impl Drop for Gentle {
    fn drop(&mut self) {
        MANNER.store(HARSH, Ordering::SeqCst);
    }
}
