//! `soundstage`: see [`server::cli`] for its commands.

// A page is one type: view inside view inside view.
#![recursion_limit = "512"]

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
