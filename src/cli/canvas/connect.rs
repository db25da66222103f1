//! The way to an installation: its address, and the token.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::canvas::Base;
use crate::canvas::http::{BadClient, Client, Limits, Token};
use crate::cli::failure::Failure;
use crate::cli::load::{is_stdin, name};
use crate::cli::output::note;
use crate::cli::table::shown;

/// Where Canvas is.
const BASE: &str = "CANVAS_BASE_URL";
/// The token; the process's own variables are seen by nobody else, unlike its arguments.
const TOKEN: &str = "CANVAS_API_TOKEN";
/// No file with a token alone is longer.
const LONGEST: u64 = 1 << 16;

/// How to get there.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Connection {
    /// Read the token from a file that only you can read, not from the environment; - is standard input
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Talk plain http to another machine, although everybody on the way could read the token
    #[arg(long)]
    insecure_http: bool,
}

impl Connection {
    /// The installation, and a client for it.
    pub(super) fn open(&self) -> Result<(Base, Client), Failure> {
        let base = base()?;
        let token = self.token()?;
        let limits = Limits { insecure: self.insecure_http, ..Limits::default() };
        let client = Client::new(base.clone(), token, limits).map_err(|error| match error {
            BadClient::Insecure => Failure::Usage(format!(
                "{BASE} would not do: {error}; write https://, or give --insecure-http where that is meant"
            )),
            error @ BadClient::NoAuthorities => {
                Failure::Remote { message: error.to_string(), status: None, unclear: false }
            }
        })?;
        Ok((base, client))
    }

    fn token(&self) -> Result<Token, Failure> {
        let (text, place) = match &self.token_file {
            Some(path) => (read(path).map_err(|error| Failure::read(&name(path), error))?, name(path)),
            None => {
                let text = variable(TOKEN)?.ok_or_else(|| {
                    let how = "make a token in Canvas under Account, Settings, New access token";
                    Failure::Usage(format!("{TOKEN} is not set; {how}, and set it there or give --token-file FILE"))
                })?;
                (text, String::from(TOKEN))
            }
        };
        Token::new(&text).map_err(|error| Failure::Usage(format!("there is no token in {place}: {error}")))
    }
}

/// The installation alone, without a token.
pub(super) fn base() -> Result<Base, Failure> {
    let text = variable(BASE)?.ok_or_else(|| {
        Failure::Usage(format!("{BASE} is not set; set it to the address of Canvas, as in https://canvas.example.edu"))
    })?;
    let example = "it is the address of Canvas, as in https://canvas.example.edu";
    Base::parse(&text).map_err(|error| Failure::Usage(format!("{BASE} is no such address: {error}; {example}")))
}

/// A variable of the environment; an empty one is as none. What it holds is not repeated.
fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var_os(name).filter(|value| !value.is_empty()).map(std::ffi::OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(Failure::Usage(format!("{name} holds what is no text"))),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    if is_stdin(path) {
        io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    } else {
        let file = File::open(path)?;
        warn_of_readers(path, &file);
        file.take(LONGEST).read_to_string(&mut text)?;
    }
    Ok(text)
}

/// Says so where others can read the token.
#[cfg(unix)]
fn warn_of_readers(path: &Path, file: &File) {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o044;
    if file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & OTHERS != 0) {
        let path = path.display().to_string();
        let path = shown(&path);
        note(format_args!("peerplan: warning: others can read the token in {path}; chmod 600 keeps it to you"));
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &Path, _: &File) {}
