//! Secrets that a deployment hands over in files of its own: the address of a webhook, a password, a token. This host keeps
//! none of them: whatever must work unattended could open its own copy as well.

use std::{
    fs::File,
    io::{Read, Result as IoResult},
    path::Path,
};

use clientpoint_engine::secrets::Secret;

use crate::{Error, Result};

/// The largest of these files, in bytes.
const AT_MOST: u64 = 4 << 10;

/// Reads the one line of such a file. `setting` is what has named it.
///
/// # Errors
///
/// `Error::Settings` that names setting and file: for one that can't be read, is empty, too long or more than a line, and for
/// one that anybody on this machine may read, because somebody may have read it.
pub fn read(setting: &str, file: &Path) -> Result<Secret> {
    let lines = read_lines(setting, file)?;
    let line = lines.expose().trim();
    if line.contains(['\n', '\r']) {
        return Err(wrong(setting, file, "has to be one line"));
    }
    Ok(Secret::new(line.to_owned()))
}

/// Reads such a file that may have several lines: all of it but its end.
///
/// # Errors
///
/// As [`read`], but for the lines.
pub(crate) fn read_lines(setting: &str, file: &Path) -> Result<Secret> {
    let taken = take(file).map_err(|error| wrong(setting, file, &format!("can't be read: {error}")));
    let (text, is_open_to_all) = taken?;
    let lines = text.expose().trim_end();
    let why = match () {
        () if is_open_to_all => {
            "may be read by anybody on this machine: let its owner alone read it (mode 600), and put a new secret into it if \
             somebody may have"
        }
        () if AT_MOST < text.expose().len() as u64 => &format!("has more than {AT_MOST} bytes"),
        () if lines.is_empty() => "is empty: it has to be one line",
        () => return Ok(Secret::new(lines.to_owned())),
    };
    Err(wrong(setting, file, why))
}

fn wrong(setting: &str, file: &Path, why: &str) -> Error {
    let file = file.display().to_string();
    Error::Settings(format!("the file `{}` of `{setting}` {why}", file.escape_debug()))
}

fn take(file: &Path) -> IoResult<(Secret, bool)> {
    let opened = File::open(file)?;
    let is_open_to_all = is_open_to_all(&opened)?;
    let mut text = String::new();
    let read = opened.take(AT_MOST + 1).read_to_string(&mut text);
    // Taken before anything is said of it, so that it is wiped in any case.
    let text = Secret::new(text);
    read.map(|_| (text, is_open_to_all))
}

#[cfg(unix)]
fn is_open_to_all(file: &File) -> IoResult<bool> {
    let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata()?);
    Ok(mode & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_: &File) -> IoResult<bool> {
    Ok(false)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    fn refused(text: &str, mode: u32) -> String {
        let file = file(text, mode);
        let error = read("notify.webhook-file", file.path()).unwrap_err().to_string();
        assert!(
            error.contains("notify.webhook-file") && error.contains(file.path().to_str().unwrap()),
            "{error}"
        );
        assert!(!error.contains("hush"), "{error}");
        error
    }

    #[test]
    fn one_line_is_a_secret_with_or_without_its_end() {
        for text in ["hush", "hush\n", "hush\r\n"] {
            for mode in [0o400, 0o600, 0o640] {
                assert_eq!(read("x", file(text, mode).path()).unwrap().expose(), "hush");
            }
        }
    }

    #[test]
    fn several_lines_are_read_where_they_are_wanted_and_the_rest_is_refused_as_ever() {
        let several = file("\nhush\r\n\nhush\n\n", 0o600);
        assert_eq!(read_lines("x", several.path()).unwrap().expose(), "\nhush\r\n\nhush");
        let open = read_lines("x", file("hush\nhush", 0o644).path())
            .unwrap_err()
            .to_string();
        assert!(open.contains("anybody") && !open.contains("hush"), "{open}");
    }

    #[test]
    fn whatever_else_is_refused_by_name_and_nothing_of_it_is_told() {
        assert!(refused("hush\n", 0o644).contains("anybody"));
        assert!(refused("hush\nhush\n", 0o600).contains("one line"));
        assert!(refused(" \n", 0o600).contains("empty"));
        assert!(refused(&"hush".repeat(1100), 0o600).contains("4096 bytes"));
        let nowhere = read("x", Path::new("/nowhere/at/all")).unwrap_err().to_string();
        assert!(nowhere.contains("can't be read"), "{nowhere}");
    }
}
