//! What is said of a database that is not taken for the one of its folder.

use super::{
    super::{
        folder::{self, Bytes},
        opening::DATABASE,
        trash,
    },
    Doubt, Standing,
};
use crate::{
    Error, Result,
    store::{catalogue::Catalogue, moved::Moved},
};

impl Standing {
    /// What adopting the database would do, and what is at stake; for people, a sentence a line.
    ///
    /// # Errors
    ///
    /// `Error::Catalogue` if it can't be adopted; the file system's.
    pub fn adoption(&self) -> Result<Vec<String>> {
        let Some(doubt) = &self.doubt else {
            return Ok(Vec::new());
        };
        let bytes = folder::count(&self.data)?;
        let mut lines = vec![format!("{}.", self.words(doubt))];
        lines.extend(self.stakes(doubt, &bytes)?);
        lines.push(format!(
            "Objects that the database has never heard of go into `trash/`, at most a hundredth or 10 a day, and are \
             deleted {} days later. There are {} objects in all ({} bytes).",
            trash::KEPT_DAYS,
            bytes.objects,
            bytes.bytes
        ));
        Ok(lines)
    }

    fn stakes(&self, doubt: &Doubt, bytes: &Bytes) -> Result<Vec<String>> {
        let database = self.database();
        Ok(match doubt {
            Doubt::NoCatalogue(_) => {
                let message =
                    format!("`{database}` can't be adopted: move it away, and a new one can be begun in its place");
                let code = doubt.code();
                return Err(Error::Catalogue { code, message });
            }
            Doubt::New => vec![format!(
                "A new library would be begun: File IDs, names, places, revisions, links, runs, users and connections of \
                 the one that these {} objects belong to would be lost, and File IDs would be given anew from 100001.",
                bytes.objects
            )],
            Doubt::Older => vec![
                "The older database would be taken for the present one: what came in, was changed, linked or connected \
                 since would be lost, and File IDs given since would be given anew to other files."
                    .into(),
            ],
            Doubt::Foreign => vec![format!(
                "`{database}` would be taken for the one of this folder: what the folder's own database knew would be lost, \
                 and files whose objects are not in this folder would have no bytes."
            )],
            Doubt::Lacking(count, _) => {
                vec![format!(
                    "The database would be taken as it is: {count} objects that it needs would stay missing."
                )]
            }
            Doubt::Unreadable => vec!["The identity of the database would be written into the folder anew.".into()],
            Doubt::Moved(moved) => vec![format!(
                "The library would be the one of this folder again, as it was on {}: what came in, was changed, linked or \
                 connected on the server since would be missing here, and File IDs given there since would be given anew to \
                 other files. Nothing changes on the server: no host may work with it any more.",
                moved.at
            )],
        })
    }

    pub(super) fn words(&self, doubt: &Doubt) -> String {
        let (database, data) = (self.database(), self.data.display());
        match doubt {
            Doubt::New => {
                let what = match self.catalogue {
                    Catalogue::Missing => "is missing",
                    Catalogue::Empty => "is empty",
                    _ => "is new and has no files",
                };
                format!("`{database}` {what}, but `{data}` is the folder of a library")
            }
            Doubt::Foreign => format!("`{database}` belongs to another data folder than `{data}`"),
            Doubt::Older => {
                format!("`{database}` is older than `{data}`: a copy from before, which lacks what has come in since")
            }
            Doubt::Lacking(count, first) => format!(
                "`{database}` needs {count} objects that are not in `{data}`, such as `{}`",
                folder::place(first).display()
            ),
            Doubt::Unreadable => {
                format!("`{data}/identity` can't be read, which says to which database the folder belongs")
            }
            Doubt::NoCatalogue(what) => {
                format!("`{database}` is not a database of this program, or it is damaged ({what})")
            }
            Doubt::Moved(Moved {
                database,
                at,
                is_done: true,
                ..
            }) => format!(
                "the library of `{data}` was moved to the database at `{database}` on {at}; what lies here is as it was then"
            ),
            Doubt::Moved(Moved { database, at, .. }) => format!(
                "the library of `{data}` was being moved to the database at `{database}` on {at}, which was broken off at its \
                 end: it may be there or not"
            ),
        }
    }

    pub(super) fn ways_out(&self, doubt: &Doubt) -> String {
        let objects = |moved: &Moved| match &moved.objects {
            Some(objects) => format!(", and `objects.url` to `{objects}`"),
            None => String::new(),
        };
        let set;
        let right = match doubt {
            Doubt::Moved(moved) if moved.is_done => {
                set = format!(
                    "Set `database.url-file` to the file with the address of that database{}",
                    objects(moved)
                );
                &set
            }
            Doubt::Moved(_) => "Move it there once more, which looks how far it has come and brings it to its end",
            Doubt::Older => "Put the newest `clientpoint.db` back",
            Doubt::Lacking(..) => "Put the folder of objects back that belongs to it",
            Doubt::Unreadable => "Put the file back from a copy",
            Doubt::New => {
                "Put the right `clientpoint.db` back; if the library is on a server, name the file with its address \
                 (`database.url-file`)"
            }
            Doubt::Foreign | Doubt::NoCatalogue(_) => "Put the right `clientpoint.db` back",
        };
        let adopt = match doubt {
            Doubt::NoCatalogue(_) => "move it away and go on with a new one",
            _ => "go on with what is there",
        };
        format!("{right}; or, if that is not possible, {adopt}")
    }

    fn database(&self) -> String {
        self.data.join(DATABASE).display().to_string()
    }
}

impl Doubt {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::New => "new-catalogue",
            Self::Foreign => "foreign-catalogue",
            Self::Older => "older-catalogue",
            Self::Lacking(..) => "objects-missing",
            Self::Unreadable => "identity-unreadable",
            Self::NoCatalogue(_) => "no-catalogue",
            Self::Moved(moved) if moved.is_done => "moved",
            Self::Moved(_) => "move-unfinished",
        }
    }
}
