//! The words of `--policy`.

use clientpoint_engine::{contract::clientpoint::content_source::types::Subfolders, policy::PolicyChanges};
use clientpoint_host::Error;

/// Reads `--policy` words.
///
/// # Errors
///
/// `Error::Settings` that names the word.
pub fn policy(words: &[String]) -> Result<PolicyChanges, Error> {
    let mut changes = PolicyChanges::default();
    for word in words {
        let wrong = || {
            Error::Settings(format!(
                "`--policy {word}` is not understood: write max-file-bytes=N, max-files-per-import=N, file-types=EXT,EXT, subfolders=none|associate|browse, max-sheet-bytes=N or max-sheet-rows=N"
            ))
        };
        let (key, value) = word.split_once('=').ok_or_else(wrong)?;
        match key {
            "max-file-bytes" => changes.max_file_bytes = Some(value.parse().map_err(|_| wrong())?),
            "max-files-per-import" => changes.max_files_per_import = Some(value.parse().map_err(|_| wrong())?),
            "max-sheet-bytes" => changes.max_sheet_bytes = Some(value.parse().map_err(|_| wrong())?),
            "max-sheet-rows" => changes.max_sheet_rows = Some(value.parse().map_err(|_| wrong())?),
            "file-types" => {
                changes.file_types = Some(value.split(',').map(|ending| ending.trim().to_lowercase()).collect());
            }
            "subfolders" => {
                changes.subfolders = Some(match value {
                    "none" => Subfolders::None,
                    "associate" => Subfolders::Associate,
                    "browse" => Subfolders::Browse,
                    _ => return Err(wrong()),
                });
            }
            _ => return Err(wrong()),
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_word_that_is_not_understood_is_named() {
        let error = policy(&["max-file-bytes=many".into()]).unwrap_err().to_string();
        assert!(error.contains("max-file-bytes=many"), "{error}");
        assert_eq!(policy(&["max-file-bytes=10".into()]).unwrap().max_file_bytes, Some(10));
    }
}
