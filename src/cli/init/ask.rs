//! The questions, and the answers that flags give beforehand.

use std::io::{self, BufRead, Write};

use super::Args;

/// Tries a person has at one question.
const TRIES_MAX: usize = 3;

/// An answer longer than this is not one.
const ANSWER_CHARS_MAX: usize = 500;

/// What is known so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) council: Option<String>,
    pub(super) local_authorities: Vec<String>,
    pub(super) way: Option<Way>,
    pub(super) from: Option<String>,
    pub(super) contingency: Option<String>,
    pub(super) quality: Option<String>,
    pub(super) operator: Option<String>,
}

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To a relay.
    Relay { host: String, port: Option<u16>, tls: String },
    /// As files.
    Directory(String),
}

/// Every answer that a configuration needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complete {
    pub(super) council: String,
    pub(super) local_authorities: Vec<String>,
    pub(super) way: Way,
    pub(super) from: String,
    pub(super) contingency: String,
    pub(super) quality: String,
    pub(super) operator: String,
}

impl Answers {
    /// What the flags say.
    pub(super) fn from_flags(args: &Args) -> Self {
        let tls = args.tls.clone().unwrap_or_else(|| "starttls".to_owned());
        let relay = args.relay.clone().map(|host| Way::Relay { host, port: args.port, tls });
        let dir = args.mail_dir.as_ref().map(|dir| Way::Directory(dir.display().to_string()));
        Self {
            council: args.council.clone(),
            local_authorities: args.local_authority.clone(),
            way: relay.or(dir),
            from: args.from.clone(),
            contingency: args.contingency.clone(),
            quality: args.quality.clone(),
            operator: args.operator.clone(),
        }
    }

    /// All answers, the missing ones from their defaults; or which flags are missing.
    pub(super) fn complete(self) -> Result<Complete, String> {
        let missing: Vec<&str> = [
            ("--council NAME", self.council.is_none()),
            ("--local-authority NAME", self.local_authorities.is_empty()),
            ("--relay HOST or --mail-dir DIR", self.way.is_none()),
            ("--from ADDRESS", self.from.is_none()),
            ("--contingency ADDRESS", self.contingency.is_none()),
        ]
        .into_iter()
        .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
        .collect();
        match (self.council, self.way, self.from, self.contingency) {
            (Some(council), Some(way), Some(from), Some(contingency)) if missing.is_empty() => Ok(Complete {
                council,
                local_authorities: self.local_authorities,
                way,
                from,
                quality: self.quality.unwrap_or_else(|| contingency.clone()),
                operator: self.operator.unwrap_or_else(|| contingency.clone()),
                contingency,
            }),
            _ => Err(format!(
                "error: nobody can be asked here, so these must be given: {}",
                missing.join(", ")
            )),
        }
    }
}

/// Asks for what the flags leave open. An empty answer takes the default where there is one.
///
/// # Errors
/// The terminal's; the end of the input counts as no answer.
pub(super) fn ask(args: &Args, from: &mut dyn BufRead, to: &mut dyn Write) -> io::Result<Answers> {
    let mut answers = Answers::from_flags(args);
    let mut question = |known: Option<String>, words: &str, default: Option<&str>| match known {
        Some(known) => Ok(Some(known)),
        None => one(from, to, words, default),
    };
    answers.council = question(answers.council, "The council's name, as at the head of mails", None)?;
    if answers.local_authorities.is_empty() {
        let guess = answers.council.as_deref().map(|name| name.trim_end_matches(" Council").to_owned());
        let area =
            question(None, "The local authority to watch, as the register writes it", guess.as_deref())?;
        answers.local_authorities = area.into_iter().collect();
    }
    if answers.way.is_none() {
        let host = question(None, "The mail relay's host name", None)?;
        answers.way = host.map(|host| Way::Relay { host, port: args.port, tls: "starttls".to_owned() });
    }
    answers.from = question(answers.from, "The address that mails come from", None)?;
    answers.contingency = question(answers.contingency, "Who is told of contingencies (address)", None)?;
    let lead = answers.contingency.clone();
    answers.quality =
        question(answers.quality, "Who is told of everything about providers", lead.as_deref())?;
    answers.operator = question(answers.operator, "Who is told of faults of the program", lead.as_deref())?;
    Ok(answers)
}

fn one(
    from: &mut dyn BufRead,
    to: &mut dyn Write,
    words: &str,
    default: Option<&str>,
) -> io::Result<Option<String>> {
    for _ in 0..TRIES_MAX {
        match default {
            Some(default) => write!(to, "{words} [{default}]: ")?,
            None => write!(to, "{words}: ")?,
        }
        to.flush()?;
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(default.map(str::to_owned));
        }
        let said = line.trim();
        match default {
            Some(default) if said.is_empty() => return Ok(Some(default.to_owned())),
            None if said.is_empty() => writeln!(to, "  An answer is needed here.")?,
            _ if said.chars().count() > ANSWER_CHARS_MAX => writeln!(to, "  That is too long.")?,
            _ => return Ok(Some(said.to_owned())),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(flags: &Args, said: &str) -> (Answers, String) {
        let mut shown = Vec::new();
        let answers = ask(flags, &mut said.as_bytes(), &mut shown).expect("memory takes it");
        (answers, String::from_utf8(shown).expect("words"))
    }

    #[test]
    fn each_thing_is_asked_once_and_defaults_are_offered() {
        let said = "Oldham Council\n\nrelay.example.gov.uk\ncw@example.gov.uk\nlead@example.gov.uk\n\nit@example.gov.uk\n";
        let (answers, shown) = asked(&Args::default(), said);
        let complete = answers.complete().expect("complete");
        assert_eq!(complete.local_authorities, ["Oldham"]);
        assert_eq!(
            (complete.quality.as_str(), complete.operator.as_str()),
            ("lead@example.gov.uk", "it@example.gov.uk")
        );
        assert_eq!(shown.matches(": ").count(), 7, "{shown}");
        assert!(shown.contains("[Oldham]") && shown.contains("[lead@example.gov.uk]"), "{shown}");
    }

    #[test]
    fn what_flags_say_is_not_asked_and_an_empty_answer_is_asked_again() {
        let flags = Args {
            council: Some("Bury Council".to_owned()),
            mail_dir: Some("mail".into()),
            from: Some("cw@example.gov.uk".to_owned()),
            ..Args::default()
        };
        let (answers, shown) = asked(&flags, "\n\n\nlead@example.gov.uk\n");
        assert_eq!(answers.contingency.as_deref(), Some("lead@example.gov.uk"));
        assert!(!shown.contains("relay") && shown.contains("An answer is needed"), "{shown}");
        // The input has ended: what has a default takes it.
        assert_eq!(answers.operator.as_deref(), Some("lead@example.gov.uk"));
    }

    #[test]
    fn what_nobody_said_is_named_flag_by_flag() {
        let words = Answers::default().complete().expect_err("nothing is known");
        for flag in ["--council", "--local-authority", "--relay", "--from", "--contingency"] {
            assert!(words.contains(flag), "{words}");
        }
        let (answers, _) = asked(&Args::default(), "\n\n\n");
        assert!(answers.complete().is_err());
    }
}
