//! Who may use what: the rooms of the house, read from the source text.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the core and of its edges, each with the rooms it may use beside itself. Whatever is not listed here,
/// such as the command line, may use everything.
const ROOMS: &[(&str, &[&str])] = &[
    ("assignment", &["problem"]),
    ("canvas", &["diagnostic", "formats", "id", "input", "plan", "random"]),
    ("certificate", &["id", "input"]),
    ("demand", &["id", "input", "problem", "random"]),
    ("diagnostic", &[]),
    ("explain", &["assignment", "certificate", "id", "input", "problem", "strategy"]),
    ("flow", &["parallel", "random"]),
    ("formats", &["certificate", "demand", "diagnostic", "id", "input", "parallel", "plan"]),
    ("generate", &["id", "input", "random"]),
    ("id", &[]),
    ("input", &["id"]),
    ("marginals", &[]),
    ("metrics", &["id", "input", "marginals", "plan", "problem"]),
    ("parallel", &[]),
    ("plan", &["assignment", "certificate", "id", "input", "metrics", "problem", "strategy"]),
    ("problem", &["assignment", "diagnostic", "id", "input", "parallel"]),
    ("random", &[]),
    ("strategy", &["assignment", "certificate", "diagnostic", "flow", "id", "input", "marginals", "problem", "random"]),
    ("verify", &["certificate", "id", "input", "plan"]),
];

/// What only some rooms may use of other libraries.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("csv", &["cli", "formats"]),
    ("ctrlc", &["cli"]),
    ("hmac_sha256", &["canvas", "problem"]),
    ("indicatif", &["cli"]),
    ("petgraph", &["flow", "metrics", "strategy"]),
    ("rand", &["random"]),
    ("rand_chacha", &["random"]),
    ("rayon", &["cli", "parallel"]),
    ("rustls", &[SOCKET]),
    ("rustls_platform_verifier", &[SOCKET]),
    ("serde_json", &["canvas", "cli", "formats"]),
    ("tempfile", &["cli"]),
    ("ureq", &[SOCKET]),
];

/// The only room with a socket, within another one.
const SOCKET: &str = "canvas/http";

/// What `formats` must leave alone of the standard library, though it may use the rest.
const EXECUTING: &[&str] =
    &["env", "fs", "net", "os", "process", "stderr", "stdin", "stdout", "thread", "time", "prelude"];

/// What `canvas` must leave alone: it reads addresses and counts in spans of time, but connects to nothing and has no clock.
const CONNECTING: &[&str] = &[
    "env",
    "fs",
    "os",
    "process",
    "stderr",
    "stdin",
    "stdout",
    "thread",
    "prelude",
    "Instant",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "ToSocketAddrs",
    "UdpSocket",
];

/// What the room with the socket must leave alone: its settings are given to it.
const SETTING: &[&str] = &["env", "fs", "os", "process", "stderr", "stdin", "stdout", "prelude", "SystemTime"];

/// A source file of a room, without tests and comments.
struct Source {
    path: PathBuf,
    room: String,
    /// Room and module, as in `canvas/http/client`.
    place: String,
    /// How many modules deep it stands below the crate.
    depth: usize,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut all = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("readable").map(|entry| entry.expect("readable").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.extend(source(&root, path));
        }
    }
    assert!(all.len() > 50, "the sources are there");
    all
}

fn source(folder: &Path, path: PathBuf) -> Option<Source> {
    let inside = path.strip_prefix(folder).expect("below").with_extension("");
    let mut modules: Vec<&str> = inside.iter().map(|part| part.to_str().expect("UTF-8")).collect();
    let is_test = |name: &&str| *name == "tests" || *name == "test_values" || name.ends_with("_tests");
    if modules == ["lib"] || modules[0] == "bin" || modules.iter().any(is_test) {
        return None;
    }
    modules.retain(|name| *name != "mod");
    let (room, place, depth) = (modules[0].to_owned(), modules.join("/"), modules.len());
    let text = fs::read_to_string(&path).expect("readable");
    let code = text.split("#[cfg(test)]\nmod tests {").next().expect("never empty");
    let lines = code.lines().map(|line| line.split("//").next().expect("never empty"));
    let text = lines.collect::<Vec<_>>().join("\n");
    Some(Source { path, room, place, depth, text })
}

impl Source {
    /// Whether the file belongs to a room, or to a room within one.
    fn stands_in(&self, room: &str) -> bool {
        self.place.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// What the file must leave alone of the standard library; none where it must do without all of it.
    fn forbidden(&self) -> Option<&'static [&'static str]> {
        match &*self.room {
            "formats" => Some(EXECUTING),
            "canvas" if self.stands_in(SOCKET) => Some(SETTING),
            "canvas" => Some(CONNECTING),
            _ => None,
        }
    }

    /// The words that follow a prefix such as `std::`, those of a list in braces among them.
    fn after(&self, prefix: &str) -> Vec<String> {
        let starts = self.text.match_indices(prefix).filter(|&(at, _)| {
            let before = self.text[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        });
        let mut words = Vec::new();
        for (at, _) in starts {
            // The whole use is looked at where there is one: to its semicolon.
            let rest = &self.text[at + prefix.len()..];
            let end = rest.find([';', '\n', '(', ')', '<', '>', ',']).unwrap_or(rest.len());
            let end = if rest[..end].contains('{') { rest.find(';').unwrap_or(rest.len()) } else { end };
            let parts = rest[..end].split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            words.extend(parts.map(str::to_owned));
        }
        words
    }

    /// The rooms a file names, by `crate::` or by as many `super::` as lead out of its room.
    fn rooms(&self) -> Vec<String> {
        let out = "super::".repeat(self.depth);
        let mut rooms = Vec::new();
        for prefix in ["crate::", &out] {
            for (at, _) in self.text.match_indices(prefix) {
                if self.text[..at].ends_with("pub(in ") || self.text[..at].ends_with(':') {
                    continue;
                }
                let rest = &self.text[at + prefix.len()..];
                let list = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or(rest);
                let named = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
                let first = |path: &str| {
                    let word = path.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next();
                    word.unwrap_or_default().to_owned()
                };
                rooms.extend(named.into_iter().map(first).filter(|word| !word.is_empty()));
            }
        }
        rooms
    }
}

#[test]
fn every_room_is_listed() {
    for source in sources() {
        let listed = source.room == "cli" || ROOMS.iter().any(|(room, _)| *room == source.room);
        assert!(listed, "{}: say in this table what the room may use", source.path.display());
    }
}

#[test]
fn rooms_use_only_what_they_may() {
    for source in sources() {
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room) else { continue };
        for used in source.rooms() {
            let may = used == source.room || allowed.contains(&&*used);
            assert!(may, "{} must not use {used}", source.path.display());
        }
    }
}

#[test]
fn only_the_command_line_touches_the_world() {
    for source in sources().into_iter().filter(|source| source.room != "cli") {
        let (path, words) = (source.path.display(), source.after("std::"));
        if let Some(forbidden) = source.forbidden() {
            for word in forbidden {
                assert!(!words.iter().any(|used| used == word), "{path} must not use {word}");
            }
        } else {
            assert!(words.is_empty(), "{path} must not use the standard library: {words:?}");
            assert!(!source.text.contains("extern crate"), "{path}");
        }
        for word in ["println!", "print!", "dbg!", "HashMap", "HashSet", "include_bytes!"] {
            assert!(!source.text.contains(word), "{path} must not use {word}");
        }
    }
}

#[test]
fn libraries_stay_in_their_rooms() {
    for source in sources() {
        for (library, rooms) in LIBRARIES {
            let used = !source.after(&format!("{library}::")).is_empty();
            let may = rooms.iter().any(|room| source.stands_in(room));
            assert!(!used || may, "{} must not use {library}", source.path.display());
        }
    }
}

#[test]
fn what_is_forbidden_is_seen() {
    let of = |place: &str, depth, text: &str| Source {
        path: PathBuf::new(),
        room: place.split('/').next().expect("never empty").into(),
        place: place.into(),
        depth,
        text: text.into(),
    };
    let text = "use crate::{flow, id::Id};\nuse super::super::strategy::Run;\nuse super::pairs;";
    assert_eq!(of("problem", 2, text).rooms(), ["flow", "id", "strategy"]);
    let words = of("formats", 2, "use std::{io, fs};\nlet now = std::time::Instant::now();").after("std::");
    assert_eq!(words, ["io", "fs", "time", "Instant", "now"]);
    assert!(of("flow", 1, "use my_std::fs;").after("std::").is_empty());
    assert!(of("canvas/http/client", 3, "").stands_in(SOCKET) && !of("canvas/httpd", 2, "").stands_in(SOCKET));
    assert_eq!(of("canvas/request", 2, "").forbidden(), Some(CONNECTING));
    assert_eq!(of("flow", 1, "").forbidden(), None);
}
