//! Whose the files are: what root makes in a service's folder is the service's, which could not
//! open it otherwise.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

const ROOT: u32 = 0;

/// Gives a file that is root's to the owner of its folder.
///
/// # Errors
/// The folder or the file cannot be looked at, or not be given away.
pub(super) fn give_to_folders_owner(file: &File, path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let folder = folder.metadata()?;
    if file.metadata()?.uid() == ROOT && folder.uid() != ROOT {
        fchown(file, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::chown;

    use super::*;

    const SOMEBODY: u32 = 12_345;

    #[test]
    fn a_file_follows_its_folder_where_root_made_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let file = File::create(&path).expect("a file");
        let mine = file.metadata().expect("its owner").uid();
        // Only root can give a folder away; anybody else's file stays as it is.
        let expected = chown(folder.path(), Some(SOMEBODY), None).map_or(mine, |()| SOMEBODY);
        give_to_folders_owner(&file, &path).expect("given");
        assert_eq!(file.metadata().expect("its owner").uid(), expected);
    }
}
