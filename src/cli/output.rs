//! Where data goes: standard output through one buffer, files all at once.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::failure::Failure;
use super::interrupt;

/// Large enough that writing is few calls.
const BUFFER: usize = 1 << 16;

/// Writes a line to standard error. Where even that fails there is nobody to tell.
pub(super) fn note(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Gathers text and hands on whole lines, so that one who is interrupted leaves no half of one.
pub(super) struct Lines<W> {
    output: W,
    waiting: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// Lines for an output.
    pub(super) fn new(output: W) -> Self {
        Self { output, waiting: Vec::with_capacity(2 * BUFFER) }
    }

    fn hand_on(&mut self, length: usize) -> io::Result<()> {
        let Self { output, waiting } = self;
        interrupt::unbroken(|| output.write_all(&waiting[..length]).and_then(|()| output.flush()))?;
        waiting.drain(..length);
        Ok(())
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(text);
        if self.waiting.len() >= BUFFER
            && let Some(end) = text.iter().rposition(|&byte| byte == b'\n')
        {
            self.hand_on(self.waiting.len() - text.len() + end + 1)?;
        }
        Ok(text.len())
    }

    /// Hands on everything.
    fn flush(&mut self) -> io::Result<()> {
        self.hand_on(self.waiting.len())
    }
}

/// Writes data to standard output.
pub(super) fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    all_of(io::stdout().lock(), write).map_err(Failure::stdout)
}

/// Writes data, to the end.
fn all_of(output: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = Lines::new(output);
    write(&mut output)?;
    output.flush()?;
    interrupt::done();
    Ok(())
}

/// Writes one JSON document to standard output.
pub(super) fn json(document: &impl Serialize) -> Result<(), Failure> {
    stdout(|output| {
        serde_json::to_writer_pretty(&mut *output, document)?;
        output.write_all(b"\n")
    })
}

/// Where `-o` points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl Target {
    /// The target of a path, `-` being standard output.
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        match path {
            Some(path) if path.as_os_str() != "-" => Self::File(path),
            _ => Self::Stdout,
        }
    }

    /// Refuses to write over one of the files that are read.
    pub(super) fn differs_from(&self, inputs: &[&Path]) -> Result<(), Failure> {
        let Self::File(path) = self else { return Ok(()) };
        let Ok(target) = path.canonicalize() else { return Ok(()) };
        let same = |input: &&&Path| target.is_file() && input.canonicalize().is_ok_and(|input| input == target);
        match inputs.iter().find(same) {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(format!("{} is read: write to another file", path.display()))),
        }
    }

    /// Writes all of the data there, or leaves what was there as it is.
    pub(super) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        match self {
            Self::Stdout => stdout(write),
            Self::File(path) => file(path, write).map_err(|error| Failure::write(path, error)),
        }
    }
}

/// Writes a file beside `path` and puts it in its place once it is complete. What is there and is no regular file, such
/// as a device or a pipe, is written straight.
fn file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link stays a link: what it points to is replaced.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let existing = match fs::metadata(path) {
        Ok(existing) => Some(existing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        return all_of(OpenOptions::new().write(true).open(path)?, write);
    }
    if existing.is_some() {
        // Whoever may not write the file may not replace it either.
        OpenOptions::new().write(true).open(path)?;
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".peerplan-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let (unfinished, beside) = interrupt::unfinished(|| {
        let beside = builder.tempfile_in(directory).map_err(|error| without_path(&error))?;
        Ok((beside.path().to_owned(), beside))
    })?;
    let mut output = BufWriter::with_capacity(BUFFER, beside);
    write(&mut output)?;
    let complete = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(existing) = existing {
        complete.as_file().set_permissions(existing.permissions())?;
    }
    unfinished.complete(|| complete.persist(path)).map_err(|failed| failed.error)?;
    Ok(())
}

/// The error itself: the path of the file beside says nothing to the user.
fn without_path(error: &io::Error) -> io::Error {
    io::Error::from(error.kind())
}
