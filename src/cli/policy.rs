//! `carewarden policy test`: unit tests of the rules, written beside them.

use std::path::{Path, PathBuf};

use super::out::Colour;
use super::{Context, Fault};
use crate::config;
use crate::exit::Exit;
use crate::rules::Policy;
use crate::rules::test::{CaseResult, parse_cases, run_cases};

/// A file of cases is not larger than this.
const CASES_BYTES_MAX: u64 = 1024 * 1024;

/// The cases that ship with the policy.
const SHIPPED: [(&str, &str); 4] = [
    ("ratings.toml", include_str!("../../config/policy/tests/ratings.toml")),
    ("register.toml", include_str!("../../config/policy/tests/register.toml")),
    ("returns.toml", include_str!("../../config/policy/tests/returns.toml")),
    ("sources.toml", include_str!("../../config/policy/tests/sources.toml")),
];

/// Subcommands of `policy`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run rule unit tests: given facts, as of an instant, which flags
    Test(Test),
}

/// Arguments of `policy test`.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// Files of cases; by default the cases that ship with the program
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Test the policy that ships with the program, without a configuration
    #[arg(long)]
    builtin: bool,
}

pub(super) fn run(command: &Command, context: &mut Context) -> Result<Exit, Fault> {
    let Command::Test(args) = command;
    let (policy, zone) = if args.builtin {
        (config::builtin_policy(), jiff::tz::TimeZone::get("Europe/London")?)
    } else {
        let config = context.config()?;
        (config.policy, config.council.zone)
    };
    let mut failed = 0;
    let mut passed = 0;
    for (name, text) in cases(&args.files)? {
        let results = results(&policy, &zone, &name, &text)?;
        passed += results.iter().filter(|result| result.passed()).count();
        failed += results.iter().filter(|result| !result.passed()).count();
        for line in results.iter().flat_map(words) {
            context.out.line(&line)?;
        }
    }
    context.out.line(&format!("{passed} passed, {failed} failed"))?;
    Ok(if failed == 0 { Exit::Fine } else { Exit::Failed })
}

fn cases(files: &[PathBuf]) -> Result<Vec<(String, String)>, Fault> {
    if files.is_empty() {
        return Ok(SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    }
    files.iter().map(|path| read(path).map(|text| (path.display().to_string(), text))).collect()
}

fn read(path: &Path) -> Result<String, Fault> {
    let fault = |why: String| Fault::BadInput(format!("error: {}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?.len();
    if size > CASES_BYTES_MAX {
        return Err(fault(format!("{size} bytes are over the limit of {CASES_BYTES_MAX}; split the file")));
    }
    std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))
}

fn results(
    policy: &Policy,
    zone: &jiff::tz::TimeZone,
    name: &str,
    text: &str,
) -> Result<Vec<CaseResult>, Fault> {
    let cases = parse_cases(text).map_err(|fault| Fault::BadInput(format!("error: {name}: {fault}")))?;
    Ok(run_cases(policy, &cases, zone))
}

fn words(result: &CaseResult) -> Vec<String> {
    if result.passed() {
        return vec![format!("{}  {}", Colour::Green.paint("ok    "), result.name)];
    }
    let mut lines = vec![format!("{}  {}", Colour::Red.paint("FAILED"), result.name)];
    lines.extend(result.missing.iter().map(|what| format!("          missing: {what}")));
    lines.extend(result.unexpected.iter().map(|what| format!("          unexpected: {what}")));
    lines
}
