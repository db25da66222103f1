//! The file of a journal: one run at a time, for its owner's eyes only, each line on the disk before anything follows from it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::canvas::Journal;
use crate::cli::failure::Failure;

/// A journal that is open and locked.
#[derive(Debug)]
pub(super) struct JournalFile {
    path: PathBuf,
    file: File,
    /// What stood there when it was opened.
    earlier: Journal,
    /// Whether this run has made the file.
    new: bool,
    written: bool,
}

impl JournalFile {
    /// Opens a journal, or begins one where `create` is said.
    pub(super) fn open(path: &Path, create: bool) -> Result<Self, Failure> {
        let cannot = |error| Failure::write(path, error);
        // A pipe or a device would not hold what is written to it.
        if path.exists() && !path.is_file() {
            return Err(cannot(io::Error::other("it is no regular file; name another")));
        }
        let new = !path.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(create);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options
            .open(path)
            .map_err(|error| if create { cannot(error) } else { Failure::read(&path.display().to_string(), error) })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("{} is in use by another run; wait until it has ended", path.display());
                return Err(Failure::Refused { code: "locked", message });
            }
            // Some file systems know no locks.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        // For its owner alone, whoever has made it.
        #[cfg(unix)]
        if !new {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            file.set_permissions(mode).map_err(cannot)?;
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(cannot)?;
        let earlier = Journal::read(&text).map_err(|error| Failure::Refused {
            code: "bad_journal",
            message: format!("{} is no journal that can be continued: {error}; give another file", path.display()),
        })?;
        Ok(Self { path: path.to_owned(), file, earlier, new, written: false })
    }

    /// What stood there when it was opened.
    pub(super) const fn earlier(&self) -> &Journal {
        &self.earlier
    }

    /// Whether an earlier run has begun something that it has not finished, or this one has.
    pub(super) const fn is_open(&self) -> bool {
        self.written || self.earlier.is_unfinished()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line with the time; it is on the disk when this returns.
    pub(super) fn append(&mut self, line: &str) -> io::Result<()> {
        if !self.written {
            // What was cut off was never acted upon.
            let length = self.earlier.length() as u64;
            self.file.set_len(length)?;
            self.file.seek(SeekFrom::Start(length))?;
        }
        let rest = line.strip_prefix('{').unwrap_or(line);
        let first = !std::mem::replace(&mut self.written, true);
        self.file.write_all(format!("{{\"at\":\"{}\",{rest}\n", now()).as_bytes())?;
        self.file.sync_data()?;
        if self.new && first {
            sync_folder(&self.path);
        }
        Ok(())
    }
}

impl Drop for JournalFile {
    /// A file in which nothing was written is not left behind.
    fn drop(&mut self) {
        if self.new && !self.written {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Brings the name of a new file to the disk, where the system can do that.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// The time in UTC, as RFC 3339 writes it.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    rfc3339(seconds)
}

/// Days are counted in years that begin in March, so that the day that comes and goes is the last (H. Hinnant, "chrono-compatible low-level date algorithms", 2013).
fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn times_are_written_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }
}
