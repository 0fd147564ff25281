//! The calls of `association`: reading a sheet lends looking its files up, and carrying an upload out binding them, too.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::oneshot;
use wasmtime::{
    StoreContextMut,
    component::{Source, StreamConsumer, StreamResult},
};

use crate::{
    calls::Answer,
    capability::lent::Lent,
    contract::{
        clientpoint::content_source::types::Actor,
        exports::clientpoint::content_source::association::{Error, Line, Report},
    },
    instance::{Instance, Stopped, stream},
};

/// Lines that are taken from the plugin at once.
const LINES: usize = 512;

/// A sheet, and what reading it may take.
pub struct Sheet {
    /// The file.
    pub bytes: Bytes,
    /// Linear memory, in bytes.
    pub memory: usize,
    /// How long.
    pub within: Duration,
}

impl Instance {
    /// What carrying out the sheet would come to.
    ///
    /// # Errors
    ///
    /// What it ran into.
    pub async fn preview(self, actor: Actor, sheet: Sheet) -> Result<Answer<Report, Error>, Stopped> {
        self.lend(Lent::Sheet)
            .with_memory(sheet.memory)
            .call_or_stop("preview", sheet.within, async |world, accessor| {
                let sheet = stream(accessor, sheet.bytes)?;
                let association = world.clientpoint_content_source_association();
                association.call_preview(accessor, actor, sheet).await
            })
            .await
    }

    /// Carries out the sheet, as the upload with this number.
    ///
    /// # Errors
    ///
    /// What it ran into.
    pub async fn apply(self, actor: Actor, sheet: Sheet, upload: i64) -> Result<Answer<Report, Error>, Stopped> {
        self.lend(Lent::Upload(upload))
            .with_memory(sheet.memory)
            .call_or_stop("apply", sheet.within, async |world, accessor| {
                let sheet = stream(accessor, sheet.bytes)?;
                let association = world.clientpoint_content_source_association();
                association.call_apply(accessor, actor, sheet).await
            })
            .await
    }

    /// The lines of the sheet as the plugin reads them, some at a time, for as long as `take` wants more.
    ///
    /// # Errors
    ///
    /// What it ran into.
    pub async fn cells(
        self,
        actor: Actor,
        sheet: Sheet,
        take: impl FnMut(Vec<Line>) -> bool + Send + 'static,
    ) -> Result<Answer<(), Error>, Stopped> {
        self.lend(Lent::Sheet)
            .with_memory(sheet.memory)
            .call_or_stop("read", sheet.within, async |world, accessor| {
                let sheet = stream(accessor, sheet.bytes)?;
                let association = world.clientpoint_content_source_association();
                let lines = match association.call_read(accessor, actor, sheet).await? {
                    Ok(lines) => lines,
                    Err(error) => return Ok(Err(error)),
                };
                let (done, ended) = oneshot::channel();
                let taker = Taker {
                    take: Box::new(take),
                    _done: done,
                };
                accessor.with(|mut access| lines.pipe(&mut access, taker))?;
                // The other end is dropped with the stream, and says nothing.
                let _ = ended.await;
                Ok(Ok(()))
            })
            .await
    }
}

/// Takes lines from the plugin as they come.
struct Taker {
    take: Box<dyn FnMut(Vec<Line>) -> bool + Send>,
    _done: oneshot::Sender<()>,
}

impl<T: 'static> StreamConsumer<T> for Taker {
    type Item = Line;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut store: StoreContextMut<'_, T>,
        mut source: Source<'_, Line>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut some = Vec::with_capacity(LINES);
        source.read(&mut store, &mut some)?;
        Poll::Ready(Ok(if (self.take)(some) {
            StreamResult::Completed
        } else {
            StreamResult::Dropped
        }))
    }
}
