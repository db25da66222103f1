//! The command as a process: what it prints where, its exit codes, and what it leaves in files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod compare;
mod exits;
mod files;
mod help;
#[cfg(unix)]
mod interrupt;
mod names;
mod next;
mod plans;
mod results;
mod scores;
mod stream;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

const PEERPLAN: &str = env!("CARGO_BIN_EXE_peerplan");

/// Two students who review each other's work.
const PAIR: &str = r#"{"students": [{"id": 1, "name": "Ann Ode"}, {"id": 2, "name": "Bo Hidden"}],
  "submissions": [{"id": 41, "user_id": 1}, {"id": 42, "user_id": 2}],
  "policy": {"reviews_per_student": 1}}
"#;

/// The same, with more asked for than there is.
const IMPOSSIBLE: &str = r#"{"students": [{"id": 1, "name": "Ann Ode"}, {"id": 2, "name": "Bo Hidden"}],
  "submissions": [{"id": 41, "user_id": 1}, {"id": 42, "user_id": 2}],
  "policy": {"reviews_per_student": 2}}
"#;

/// A problem with two mistakes of which the reader and the checks of the content find one each.
const WRONG: &str = r#"{"students": [{"id": 1, "nmae": "x"}, {"id": 1}],
  "submissions": []}
"#;

/// A directory of its own, in which the command runs.
struct Place(tempfile::TempDir);

/// What the command did.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With some problems in it.
    fn with_problems() -> Self {
        let place = Self::new();
        for (name, text) in [("pair.json", PAIR), ("impossible.json", IMPOSSIBLE), ("wrong.json", WRONG)] {
            place.put(name, text);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn get(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PEERPLAN);
        command.args(arguments).current_dir(self.0.path()).env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], stdin: &str) -> Done {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let text = stdin.to_owned();
        // The command may answer before it has read everything, or not read at all.
        let writer = std::thread::spawn(move || _ = input.write_all(text.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Done {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs what must succeed, and gives what it printed.
    fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
        done.stdout
    }
}

impl Done {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", self.stdout))
    }
}
