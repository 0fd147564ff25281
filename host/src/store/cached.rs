//! Compiled forms of plugins, of which the latest few are kept. One that is needed again is made anew.

use std::{fs, io, path::Path, time::SystemTime};

use super::objects::is_object;

/// The forms beyond the latest `keep`: how many, and their bytes. They are deleted if so wanted.
///
/// # Errors
///
/// The file system's.
pub(crate) fn beyond(cache: &Path, keep: u32, delete: bool) -> io::Result<(u64, u64)> {
    let entries = match fs::read_dir(cache) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, 0)),
        entries => entries?,
    };
    let mut forms = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_form = name.split_once('-').is_some_and(|(content, _)| is_object(content));
        let found = entry.metadata()?;
        if is_form && found.is_file() {
            let made = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            forms.push((made, name, found.len()));
        }
    }
    forms.sort();
    forms.reverse();
    let (mut count, mut bytes) = (0, 0);
    for (_, name, size) in forms.iter().skip(usize::try_from(keep).unwrap_or(usize::MAX)) {
        if delete {
            match fs::remove_file(cache.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        count += 1;
        bytes += size;
    }
    Ok((count, bytes))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_latest_few_are_kept_and_what_is_no_form_is_left_alone() {
        let cache = tempfile::tempdir().unwrap();
        for age in 0..5_u64 {
            let name = format!("{}-{age:016x}", "ab".repeat(32));
            let file = fs::File::create(cache.path().join(name)).unwrap();
            file.set_len(10).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 - age))
                .unwrap();
        }
        fs::write(cache.path().join("notes.txt"), b"mine").unwrap();
        assert_eq!(beyond(cache.path(), 3, false).unwrap(), (2, 20));
        assert_eq!(beyond(cache.path(), 3, true).unwrap(), (2, 20));
        assert_eq!(beyond(cache.path(), 3, true).unwrap(), (0, 0));
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 4);
        assert!(cache.path().join(format!("{}-{:016x}", "ab".repeat(32), 0)).exists());
        assert_eq!(beyond(&cache.path().join("none"), 3, true).unwrap(), (0, 0));
    }
}
