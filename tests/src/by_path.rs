//! Files on a disk as people hand them over and get them: what the command line does around a session.

use std::{future::Future, path::Path};

use clientpoint_host::{
    Result, Session,
    place::Place,
    service::{Association, FileRow, Replaced, Stop},
};

/// The session's questions about bytes, by path.
pub trait ByPath {
    /// Uploads a sheet, and writes the report where one is wanted.
    fn associate_path(
        &self,
        sheet: &Path,
        preview: bool,
        report: Option<&Path>,
    ) -> impl Future<Output = Result<Association>> + Send;

    /// Adds a file by hand.
    fn add_path(&self, file: &Path, place: &Place) -> impl Future<Output = Result<FileRow>> + Send;

    /// Gives a file the content of another one.
    fn replace_by_path(&self, id: &str, file: &Path) -> impl Future<Output = Result<Replaced>> + Send;

    /// Writes the list of the library. Gives how many files it has.
    fn export_path(&self, list: &Path) -> impl Future<Output = Result<usize>> + Send;

    /// All bytes of a file.
    fn bytes_of(&self, id: &str) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

impl ByPath for Session<'_> {
    async fn associate_path(&self, path: &Path, preview: bool, report: Option<&Path>) -> Result<Association> {
        let bytes = std::fs::read(path).unwrap();
        let sheet = self.take_sheet(&path.display().to_string(), bytes.as_slice()).await?;
        let done = self.associate(&sheet, preview).await?;
        if let Some(path) = report {
            let report = self.association_report(&sheet, &done, &Stop::default()).await?;
            std::fs::write(path, report).unwrap();
        }
        Ok(done)
    }

    async fn add_path(&self, file: &Path, place: &Place) -> Result<FileRow> {
        let name = file.file_name().unwrap().to_string_lossy();
        let bytes = std::fs::read(file).unwrap();
        self.add_file(&name, bytes.as_slice(), place).await
    }

    async fn replace_by_path(&self, id: &str, file: &Path) -> Result<Replaced> {
        let bytes = std::fs::read(file).unwrap();
        self.replace_file(id, bytes.as_slice()).await
    }

    async fn export_path(&self, list: &Path) -> Result<usize> {
        let exported = self.export().await?;
        std::fs::write(list, exported.bytes).unwrap();
        Ok(exported.files)
    }

    async fn bytes_of(&self, id: &str) -> Result<Vec<u8>> {
        let mut content = self.content(id).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = content.next().await? {
            bytes.extend_from_slice(&piece);
        }
        assert_eq!(bytes.len() as u64, content.size());
        Ok(bytes)
    }
}
