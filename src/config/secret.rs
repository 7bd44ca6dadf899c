//! Secrets: read from a credential, a file or the environment, never from the configuration itself
//! and never printed.

use std::ops::Range;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::Spanned;
use toml::de::DeValue;

use super::Code;
use super::nearest::quoted;
use super::page::read_limited;
use super::reader::Table;

/// Looks an environment variable up; a test gives its own.
pub type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

/// The folder that systemd's `LoadCredential` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Where the files behind the service's credentials are, for root at a shell: `carewarden check`.
const CREDSTORE: &str = "/etc/credstore/carewarden.";

/// How a secret is written.
const FORM: &str = "write { credential = \"NAME\" }, { file = \"PATH\" } or { env = \"VARIABLE\" }";

/// The process's own environment.
#[expect(clippy::disallowed_methods, reason = "the one reader of the environment for the configuration")]
pub(super) fn real_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a configuration stands in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'s> {
    /// Its folder: relative paths start here.
    pub(super) folder: &'s Path,
    /// The environment.
    pub(super) env: Env<'s>,
}

/// A secret that may be there.
pub(super) fn secret(table: &Table<'_>, key: &'static str, around: Surroundings<'_>) -> Option<SecretString> {
    let value = table.get(key)?;
    if !matches!(value.get_ref(), DeValue::Table(_)) {
        let message = format!("`{key}` stands in the file itself");
        let help = format!("{FORM}, and change the secret: this file may have been read or copied");
        table.notes.fault(Code::SecretInline, value.span(), message, help);
        return None;
    }
    let form = table.inline(&format!("`{key}`"), value)?;
    let found = one_of_three(&form, around);
    form.end();
    let text = found?;
    let kept = text.trim_end_matches(['\r', '\n']);
    usable(table, key, value.span(), kept).then(|| SecretString::from(kept))
}

/// A text that may be a secret: it stands in the file itself, or elsewhere as a secret does.
pub(super) fn secret_or_text(
    table: &Table<'_>,
    key: &'static str,
    around: Surroundings<'_>,
) -> Option<SecretString> {
    match table.get(key)?.get_ref() {
        DeValue::Table(_) => secret(table, key, around),
        _ => table.text_opt(key).map(|text| SecretString::from(text.into_inner())),
    }
}

fn one_of_three(form: &Table<'_>, around: Surroundings<'_>) -> Option<String> {
    let ways = ["credential", "file", "env"];
    let given = ways.into_iter().filter(|way| form.has(way)).count();
    if given != 1 {
        let message = format!("{} must say exactly one of credential, file and env", form.title);
        form.notes.fault(Code::SecretForm, form.span.clone(), message, FORM);
        return None;
    }
    let credential = form.text_opt("credential").map(|name| from_credential(form, &name, around));
    let file =
        || form.text_opt("file").map(|path| from_file(form, &path, &around.folder.join(path.get_ref())));
    let env = || form.text_opt("env").map(|name| from_env(form, &name, around));
    credential.or_else(file).or_else(env)?
}

fn from_credential(form: &Table<'_>, name: &Spanned<String>, around: Surroundings<'_>) -> Option<String> {
    if name.get_ref().contains(['/', '\\']) || name.get_ref().starts_with('.') {
        form.bad(name.span(), "a credential is named without a folder", "use { file = \"PATH\" } for a path");
        return None;
    }
    let Some(folder) = (around.env)(CREDENTIALS) else {
        let stored = PathBuf::from(format!("{CREDSTORE}{}", name.get_ref()));
        if stored.exists() {
            return from_file(form, name, &stored);
        }
        let message = format!("no credential can be read: {CREDENTIALS} is not set");
        let help = format!(
            "start it with systemd and LoadCredential=, or as root with the secret in {CREDSTORE}{}",
            name.get_ref()
        );
        form.notes.fault(Code::SecretAbsent, name.span(), message, help);
        return None;
    };
    from_file(form, name, &Path::new(&folder).join(name.get_ref()))
}

fn from_file(form: &Table<'_>, said: &Spanned<String>, path: &Path) -> Option<String> {
    let text = read_limited(path)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()));
    text.map_err(|why| {
        let message = format!("cannot read the secret {}: {why}", quoted(&path.display().to_string()));
        let help = "put the secret there, readable for the program's user only";
        form.notes.fault(Code::SecretAbsent, said.span(), message, help);
    })
    .ok()
}

fn from_env(form: &Table<'_>, name: &Spanned<String>, around: Surroundings<'_>) -> Option<String> {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if !name.get_ref().chars().all(fits) {
        // Whoever pastes the secret itself here must not find it in a log.
        let message = "`env` takes the name of a variable";
        form.notes.fault(Code::SecretForm, name.span(), message, "use capital letters, digits and `_`");
        return None;
    }
    let found = (around.env)(name.get_ref());
    if found.is_none() {
        let message = format!("the variable {} is not set, or not UTF-8", quoted(name.get_ref()));
        form.notes.fault(Code::SecretAbsent, name.span(), message, "set it before the program starts");
    }
    found
}

/// Whether it is one line with something in it.
fn usable(table: &Table<'_>, key: &str, span: Range<usize>, kept: &str) -> bool {
    let fault = if kept.is_empty() {
        "is empty"
    } else if kept.chars().any(char::is_control) {
        "has more than one line, or a control character"
    } else {
        return true;
    };
    let help = "put the secret there as one line";
    table.notes.fault(Code::SecretUnusable, span, format!("the secret of `{key}` {fault}"), help);
    false
}
