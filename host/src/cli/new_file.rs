//! A file that a person has asked for: it can be written, as far as can be told, before anything else is done, and it is
//! there whole or not at all.

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use clientpoint_host::{Error, Result, service::Content};
use tempfile::NamedTempFile;

/// Where a report, a list or a copy goes. It is written beside its place, and put there at the end; dropped before that,
/// it leaves nothing behind.
pub struct NewFile {
    path: PathBuf,
    beside: NamedTempFile,
}

impl NewFile {
    /// Makes sure that there is nothing at this path, and that something can be written there.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a path at which there is something already, or that can't be written to.
    pub fn at(path: &Path) -> Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(unwritable(path, "File exists"));
        }
        if path.file_name().is_none() {
            return Err(unwritable(path, "it names no file"));
        }
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".clientpoint-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As the person's other files: the umask takes away from it what it should.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let beside = builder
            .tempfile_in(folder)
            .map_err(|error| unwritable(path, &error.to_string()))?;
        Ok(Self {
            path: path.to_path_buf(),
            beside,
        })
    }

    /// As [`NewFile::at`], for a workbook.
    ///
    /// # Errors
    ///
    /// As [`NewFile::at`], and `Error::Settings` for another ending than `.xlsx`: programs would not open it.
    pub fn workbook(path: &Path) -> Result<Self> {
        match path.extension() {
            Some(ending) if ending.eq_ignore_ascii_case("xlsx") => Self::at(path),
            _ => Err(Error::Settings(format!(
                "`{}` can't be a workbook: end its name with .xlsx",
                path.display()
            ))),
        }
    }

    /// Writes these bytes, and puts the file in its place.
    ///
    /// # Errors
    ///
    /// `Error::Settings` if it can't be written after all, or if something is at its path by now.
    pub fn write(mut self, bytes: &[u8]) -> Result<()> {
        self.append(bytes)?;
        self.end()
    }

    /// Writes what there is to be read, and puts the file in its place.
    ///
    /// # Errors
    ///
    /// As [`NewFile::write`].
    pub fn copy(mut self, bytes: &mut impl Read) -> Result<()> {
        let copied = std::io::copy(bytes, self.beside.as_file_mut());
        copied.map_err(|error| unwritable(&self.path, &error.to_string()))?;
        self.end()
    }

    /// Writes the content of a file of the library, and puts the new file in its place.
    ///
    /// # Errors
    ///
    /// The content's, and as [`NewFile::write`].
    pub async fn fill(mut self, content: &mut Content<'_>) -> Result<()> {
        while let Some(piece) = content.next().await? {
            self = tokio::task::spawn_blocking(move || self.append(&piece).map(|()| self))
                .await
                .map_err(|_| Error::Storage("the disk's thread has stopped".into()))??;
        }
        self.end()
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.beside.as_file_mut().write_all(bytes);
        written.map_err(|error| unwritable(&self.path, &error.to_string()))
    }

    fn end(mut self) -> Result<()> {
        let path = self.path.clone();
        let flushed = self.beside.as_file_mut().flush();
        flushed
            .and_then(|()| self.put())
            .map_err(|error| unwritable(&path, &error.to_string()))
    }

    fn put(self) -> std::io::Result<()> {
        let Err(not_put) = self.beside.persist_noclobber(&self.path) else {
            return Ok(());
        };
        if not_put.error.kind() == std::io::ErrorKind::AlreadyExists {
            return Err(not_put.error);
        }
        // Not every file system can put a file in a place only if nothing is there.
        let mut target = File::create_new(&self.path)?;
        let copied = not_put
            .file
            .reopen()
            .and_then(|mut source| std::io::copy(&mut source, &mut target));
        if copied.is_err() {
            // Half of a file is none.
            let _ = std::fs::remove_file(&self.path);
        }
        copied.map(|_| ())
    }
}

fn unwritable(path: &Path, why: &str) -> Error {
    Error::Settings(format!(
        "`{}` can't be written ({why}): name a file that does not exist yet, in a folder that can be written to",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        let names = || std::fs::read_dir(folder.path()).unwrap().count();

        drop(NewFile::at(&path).unwrap());
        assert_eq!(names(), 0, "nothing was written, and nothing is there");

        let late = NewFile::at(&path).unwrap();
        NewFile::at(&path).unwrap().write(b"first").unwrap();
        assert!(late.write(b"second").is_err(), "somebody was faster");
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(names(), 1);
    }

    #[test]
    fn what_can_not_be_written_is_told_before_anything_is_done() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there.csv"), b"kept").unwrap();
        for name in ["there.csv", "nowhere/report.csv", "..", "/"] {
            let refused = NewFile::at(&folder.path().join(name)).map(|_| ());
            assert!(matches!(refused, Err(Error::Settings(_))), "{name}: {refused:?}");
        }
        assert_eq!(std::fs::read(folder.path().join("there.csv")).unwrap(), b"kept");
    }
}
