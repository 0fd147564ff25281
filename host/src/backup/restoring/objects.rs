//! The objects of a library that is restored.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use clientpoint_engine::capability::progress::Progress;
use futures::{StreamExt, TryStreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Result,
    backup::{
        copying::{self, NotCopied},
        folder::BackupFolder,
        manifest::Manifest,
    },
    private,
    store::{
        copied::Copied,
        look::{Reading, Trouble},
        objects::Object,
    },
};

/// How many objects are asked for at a time, and how many are copied at once.
const PAGE: u32 = 2_000;
const AT_ONCE: usize = 4;

/// The most damaged revisions that are named.
const NAMED: usize = 1_000;

/// What came of them.
#[derive(Default)]
pub(super) struct Came {
    /// How many are there.
    pub(super) objects: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Those that the backup has not.
    pub(super) lost: Vec<(Object, Trouble)>,
    /// The revisions that these are the content of: each in a sentence.
    pub(super) lacks: Vec<String>,
}

/// Copies the objects. Gives those that the backup has not.
pub(super) async fn copied(
    data: &Path,
    (folder, manifest): (&BackupFolder, &Manifest),
    copied: &mut Copied,
    (watcher, stop): (Arc<dyn Progress>, &CancellationToken),
) -> Result<Came> {
    let (to, half) = (data.join("objects"), data.join("half"));
    for made in [&to, &half] {
        private::folder(made)?;
    }
    let (mut after, mut done) = (String::new(), Came::default());
    loop {
        let page = copied.objects(&after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.sha256);
        let mut shards = BTreeSet::new();
        let mut copies = stream::iter(page)
            .map(async |object| {
                let (from, half, stop) = (folder.object(&object.sha256), half.clone(), stop.clone());
                let shard: String = object.sha256.chars().take(2).collect();
                let target = to.join(shard).join(&object.sha256);
                let work = tokio::task::spawn_blocking(move || {
                    let reading = Reading::of(&from, &object).map_err(NotCopied::from);
                    let copied = reading.and_then(|reading| copying::copy(reading, &target, &half, &stop));
                    (object, target, copied)
                });
                work.await
                    .map_err(|_| Error::Storage("the disk's thread has stopped".into()))
            })
            .buffer_unordered(AT_ONCE);
        while let Some((object, target, copied)) = copies.try_next().await? {
            done.bytes += object.size;
            watcher.report("restore", "restore", done.bytes, Some(manifest.bytes));
            match copied {
                Ok(()) => {
                    done.objects += 1;
                    shards.extend(target.parent().map(Path::to_path_buf));
                }
                Err(NotCopied::Lost(trouble)) => {
                    done.bytes -= object.size;
                    done.lost.push((object, trouble));
                }
                Err(NotCopied::From(error)) => return Err(folder.wrong(error)),
                Err(NotCopied::Unreachable(error)) => return Err(error),
                Err(NotCopied::To(error)) => return Err(Error::from(error).about(data)),
                Err(NotCopied::Stopped) => return Err(stopped(data)),
            }
        }
        copying::settle(&to, shards)?;
        if stop.is_cancelled() {
            return Err(stopped(data));
        }
    }
    // They came in as the disk was done with them.
    done.lost.sort_by(|(one, _), (other, _)| one.sha256.cmp(&other.sha256));
    for (object, trouble) in &done.lost {
        if NAMED <= done.lacks.len() {
            break;
        }
        for of in copied.revisions(&object.sha256, 3).await? {
            done.lacks.push(format!(
                "file {} (`{}`), revision {}: {}",
                of.file,
                of.name,
                of.revision,
                trouble.told(object.size)
            ));
        }
    }
    done.lacks.sort();
    fs::remove_dir_all(&half)?;
    Ok(done)
}

fn stopped(data: &Path) -> Error {
    Error::Sync {
        code: "stopped",
        message: format!(
            "the restore was stopped; `{}` is no library yet, and restoring into it again begins anew",
            data.display()
        ),
    }
}
