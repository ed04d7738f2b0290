//! `soundstage`: see [`server::cli`] for its commands.


use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
