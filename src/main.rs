//! The program: parses, starts logging, maps a result to an exit code. It decides nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    carewarden::cli::main().into()
}
