//! The command `peerplan`.

use std::process::ExitCode;

fn main() -> ExitCode {
    peerplan::cli::main()
}
