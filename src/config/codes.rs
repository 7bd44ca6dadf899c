//! The codes of faults: what scripts may match on, and what each means.

/// Whether a diagnostic stops the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// It does.
    Error,
    /// It is said, and the start goes on.
    Warning,
}

impl Level {
    /// The word at the head of the line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Writes the enum and its tables from one list, so that a code without a meaning cannot exist.
macro_rules! codes {
    ($($name:ident $level:ident $text:literal $meaning:literal;)*) => {
        /// What kind of fault a diagnostic reports; the text of a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as printed, `config/unknown-key`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, in one line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// Whether it stops the start.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)* }
            }
        }
    };
}

codes! {
    Unreadable Error "config/unreadable" "A file cannot be read, or is larger than a file of its kind may be.";
    NotUtf8 Error "config/not-utf8" "A file is not text in UTF-8.";
    Syntax Error "config/syntax" "A file is not TOML at this place.";
    UnknownKey Error "config/unknown-key" "A key that the program does not know.";
    MissingKey Error "config/missing-key" "A key or table that must be there is not.";
    WrongType Error "config/wrong-type" "A value is of another type than its key takes.";
    BadValue Error "config/bad-value" "A value is of the right type, but not one that its key takes.";
    OutOfRange Error "config/out-of-range" "A number is smaller or larger than its key takes.";
    TooMany Error "config/too-many" "There are more entries than the program takes.";
    DuplicateId Error "config/duplicate-id" "Two tables of a kind have the same id.";
    NoEffect Warning "config/no-effect" "A key has no effect beside the others.";
    TimeZone Error "council/time-zone" "A time zone that the machine does not know.";
    SchedulePattern Error "schedule/bad-pattern" "A schedule is not five cron fields.";
    ScheduleNever Error "schedule/never-fires" "A schedule names a day that does not come.";
    ScheduleClockChange Warning "schedule/clock-change" "A schedule falls into the hour that clock changes skip and repeat.";
    SourceNone Error "source/none" "There is no source, so nothing would be watched.";
    SourceNotYet Error "source/not-yet" "A kind of source that this version cannot read.";
    SourceNoFilter Error "source/no-filter" "A source that says neither an area with service types nor locations.";
    SourceUrl Error "source/bad-url" "A source's address cannot be used.";
    SourceInsecure Error "source/insecure-url" "A source's address is neither https nor on this machine.";
    SecretInline Error "secret/inline" "A secret stands in the file itself.";
    SecretForm Error "secret/form" "A secret is not said by exactly one of credential, file and env.";
    SecretAbsent Error "secret/absent" "A credential, file or variable that should hold a secret is not there.";
    SecretUnusable Error "secret/unusable" "A secret is empty or has characters that no secret has.";
    MailAddress Error "mail/bad-address" "A mail address is not one.";
    MailDomain Error "mail/domain-not-allowed" "A recipient's domain is not among the allowed ones.";
    MailTls Error "mail/insecure-tls" "Mail would cross a network without TLS.";
    MailLogin Error "mail/half-login" "There is a user name without a password, or the reverse.";
    MailCa Error "mail/bad-ca-file" "The file of trusted certificates cannot be read or holds none.";
    RecipientNone Error "recipient/none" "There is no recipient, so nobody would be told.";
    RouteNone Error "route/none" "There is no route, so nobody would be told.";
    RouteRecipient Error "route/unknown-recipient" "A route or the digest names a recipient that does not exist.";
    RouteEscalation Error "route/half-escalation" "A route escalates, but says not after how long.";
    RouteOperator Warning "route/no-operator" "No route takes what concerns the program itself.";
    RouteSeverity Warning "route/severity-unrouted" "No route takes a severity that the policy gives.";
    HeartbeatUrl Error "heartbeat/bad-url" "A heartbeat's address is neither https nor on this machine.";
    PolicyNoMatch Error "policy/no-match" "A pattern for policy files matches none.";
    PolicyNoRules Error "policy/no-rules" "The policy files hold no rule.";
    RuleDuplicate Error "rule/duplicate-id" "Two rules have the same id.";
    RuleCondition Error "rule/unknown-condition" "A rule asks something that the program does not know.";
    RuleSteps Error "rule/bad-steps" "The steps of a rule do not rise.";
    RuleSeverity Error "rule/wrong-severity" "A rule's severity does not fit what it is about.";
    RuleFamily Error "rule/mixed-family" "Rules of one family are about different kinds of subject.";
    ReturnsNoMatch Error "returns/no-match" "A pattern for the templates of returns matches no file.";
    ReturnsLayout Error "returns/bad-layout" "A template of returns does not say what its shape needs.";
    ReturnsIndicator Error "returns/unknown-indicator" "A template of returns names an indicator that the program does not know.";
    ReturnsBands Error "returns/bad-bands" "Bands of an indicator cannot be read, or a value could be both green and red.";
    ReturnsMailbox Error "returns/unknown-mailbox" "The mailbox for returns is a recipient that does not exist.";
    ReturnsTemplate Error "returns/unknown-template" "A source or contract names a template of returns that does not exist.";
    ContractList Error "contract/bad-list" "The list of contracts, or a line of it, cannot be used.";
    TemplateFolder Error "template/unreadable" "The folder of own templates, or a file in it, cannot be read.";
    TemplateFault Error "template/fault" "An own template cannot be used.";
}

impl Code {
    /// Whether the value at fault may be a secret, so that not even the caret line may show it.
    pub(super) const fn hides_value(self) -> bool {
        matches!(self, Self::SecretInline | Self::SecretForm | Self::Syntax | Self::NotUtf8)
    }

    /// Whether it is still true in a file with syntax errors, where keys and tables may be missing
    /// only because the reader lost its way.
    pub(super) const fn stands_in_broken_file(self) -> bool {
        matches!(
            self,
            Self::Syntax
                | Self::NotUtf8
                | Self::BadValue
                | Self::OutOfRange
                | Self::TimeZone
                | Self::SchedulePattern
                | Self::ScheduleNever
                | Self::SecretInline
                | Self::MailAddress
                | Self::RuleCondition
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_its_own_and_reads_room_slash_fault() {
        let texts: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            let (room, fault) = code.as_str().split_once('/').expect("a slash");
            assert!(!room.is_empty() && !fault.is_empty(), "{code:?}");
            assert!(code.meaning().ends_with('.'), "{code:?}");
        }
    }
}
