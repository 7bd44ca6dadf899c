//! Mails as files, for trials and for a council whose gateway collects them from a folder.

use std::fs::{DirBuilder, File, OpenOptions, rename};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::answer::{Answer, Heard};
use crate::store::outbox::{Due, Step};

/// A part of a file name longer than this is cut.
const NAME_PART_CHARS_MAX: usize = 60;

/// Writes a mail as `NNNNNN-alert-recipient.eml`, whole or not at all. A repeat writes the same file.
pub fn write(dir: &Path, mail: &Due) -> Answer {
    let name = format!("{:06}-{}-{}.eml", mail.id, safe(&mail.alert), safe(&mail.recipient));
    let heard = match write_whole(dir, &name, &mail.bytes) {
        Ok(()) => Heard::Filed(name),
        Err(fault) => Heard::Broken(format!("cannot write {}: {fault}", dir.join(name).display())),
    };
    Answer { step: Step::Write, heard }
}

/// Makes sure that files can be written, without leaving one.
///
/// # Errors
/// The folder cannot be made or written to.
pub fn probe(dir: &Path) -> io::Result<()> {
    let name = format!(".probe-{}", std::process::id());
    write_whole(dir, &name, b"")?;
    std::fs::remove_file(dir.join(name))
}

fn write_whole(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let partial = dir.join(format!(".{name}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&partial, dir.join(name))?;
    File::open(dir)?.sync_all()
}

/// Letters, digits and a few signs; nothing that leads out of the folder or hides a file.
fn safe(part: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
    part.chars().take(NAME_PART_CHARS_MAX).map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(safe("CW-0142"), "CW-0142");
        assert_eq!(safe("../../etc/pässwd\0"), "______etc_p_sswd_");
        assert_eq!(safe(&"x".repeat(500)).len(), 60);
    }
}
