//! Letting one file follow another item: an upload of one row.

use clientpoint_engine::contract::exports::clientpoint::content_source::content_import::Resolution;

use super::{checking::quoted, sheet_file::SheetFile};
use crate::{
    Error, Result,
    service::{Association, Beginning, Session, Stop, Wanted, operations::work::CameTo},
    store::{files, words::OperationKind},
};

impl Session<'_> {
    /// Begins to check whether a file may follow an item, which is written as its path or as an address of it: a sheet of
    /// this one row, which is looked at, linked and taken back as any other.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, `Error::Bin`; `Error::Settings` where no item is named; as [`Session::begin_check`].
    pub async fn begin_check_of_item(&self, id: &str, item: &str) -> Result<Beginning> {
        self.user.require_administrator("associate files")?;
        let file = files::get(&self.host.store, id).await?;
        let item = item.trim();
        if item.is_empty() {
            let nothing = Error::Settings("say which file of the drive: by its path, or by its address".into());
            return Err(nothing.at("item"));
        }
        let labels = self.host.describe().await?.labels;
        let (column, item) = (quoted(&labels.path_column), quoted(item));
        let sheet = format!("File ID,{column}\r\n{},{item}\r\n", file.id);
        let name = format!("Another file for {}", file.name);
        self.begin_check(&name, &SheetFile(sheet.into())).await
    }

    /// Lets a file follow an item from the next sync on, whatever it followed before: as an upload of a sheet with this one
    /// row does, with the same checks, and taken back in the same way. The item is written as its id, its path or name, or
    /// as an address of it.
    ///
    /// # Errors
    ///
    /// `Error::NotFound`, `Error::Bin`; as [`Session::associate`]. That the row is refused is no error: the outcome tells.
    pub async fn follow(&self, id: &str, item: &str, stop: &Stop) -> Result<Association> {
        self.user.require_administrator("associate files")?;
        let work = self.work(OperationKind::LinkSheet, stop).await?;
        let following = work.session.followed(id, item, &work.stop);
        let came_to = |done: &Association| CameTo::counts(done.counts.clone());
        work.carry_out(following, came_to).await
    }

    async fn followed(&self, id: &str, item: &str, stop: &Stop) -> Result<Association> {
        let file = files::get(&self.host.store, id).await?;
        let connection = self.connection().await?;
        let wanted = [Wanted {
            text: item.trim().into(),
            line: None,
        }];
        let mut signed_in = self.signed_in(&connection).await?;
        let resolved = self.resolved(&mut signed_in, &wanted).await?;
        let path = match resolved
            .into_iter()
            .next()
            .map(|found| (found.resolution, found.message))
        {
            Some((Resolution::Item(found), _)) => found.path,
            Some((_, message)) => {
                return Err(Error::Plugin {
                    code: "not-found",
                    message,
                });
            }
            None => return Err(Error::PluginStopped("it did not say which item that is".into())),
        };
        let quoted = path.replace('"', "\"\"");
        let labels = self.host.describe().await?.labels;
        let sheet = format!("File ID,{}\n{},\"{quoted}\"\n", labels.path_column, file.id);
        self.applied(sheet.into(), stop).await
    }
}
