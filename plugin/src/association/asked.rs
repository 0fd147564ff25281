//! Items by their paths, asked for many in a request, and by themselves where that is not to be trusted.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    drive::call_error,
    search::{AT_ONCE, Search, Spot, refused},
};
use crate::{
    ask::{self, Fault},
    ask_many,
    contract::CallError,
    graph,
    item::Item,
    paths,
    ports::Ports,
    retry::Budget,
};

/// Single questions under way at the same time.
const SINGLE: usize = 4;

impl<P: Ports> Search<'_, P> {
    /// What is at these paths.
    ///
    /// Whether the paths in a request of many must be encoded, and how often they are decoded, the sources contradict each
    /// other (java-core#364, dotnet-core#896, onedrive-api-docs#1455). So a path with something to encode is only "not
    /// there" if each such letter of it has been understood in another path of the same sheet; else it is asked for by
    /// itself. And an item of another name is not the one that was asked for.
    pub(super) async fn at<'p>(&self, paths: impl Iterator<Item = &'p String>) -> Result<Vec<Spot>, CallError> {
        let mut paths = paths.peekable();
        let mut spots = Vec::new();
        while paths.peek().is_some() {
            let some: Vec<&String> = paths.by_ref().take(AT_ONCE).collect();
            let questions: Vec<String> = some.iter().map(|path| graph::at_path(self.drive, path)).collect();
            let answers = ask_many::items(self.ports, self.connection, &questions).await;
            let answers = answers.map_err(call_error)?;
            let mut understood = BTreeSet::new();
            for (path, answer) in some.iter().zip(&answers) {
                if matches!(answer, Some(Ok(place)) if is_called(place, path)) {
                    understood.extend(graph::encoded_letters(path));
                }
            }
            let checked = some
                .iter()
                .zip(&questions)
                .zip(answers)
                .map(|((path, question), answer)| {
                    let unheard = || graph::encoded_letters(path).any(|letter| !understood.contains(&letter));
                    let doubtful = match &answer {
                        Some(Ok(place)) => !is_called(place, path),
                        Some(Err(error)) => matches!(refused(error), Spot::Nothing) && unheard(),
                        None => false,
                    };
                    self.checked(question, answer, doubtful)
                });
            let checked = stream::iter(checked).buffered(SINGLE).try_collect::<Vec<_>>().await;
            let checked = checked.map_err(call_error)?;
            spots.extend(checked.into_iter().map(|answer| match answer {
                Some(Ok(place)) if place.is_root() => Spot::Astray,
                answer => self.spot(answer),
            }));
        }
        Ok(spots)
    }

    /// The answer to a question, asked once more by itself if that is doubtful.
    async fn checked(
        &self,
        question: &str,
        answer: ask_many::Answer<Item>,
        doubtful: bool,
    ) -> Result<ask_many::Answer<Item>, Fault> {
        if !doubtful {
            return Ok(answer);
        }
        let request = graph::single(&self.connection.api_origin, question);
        let mut budget = Budget::file();
        let single = ask::json(self.ports, &request, &mut budget, graph::told);
        match Box::pin(single).await {
            Ok(place) => Ok(Some(Ok(place))),
            Err(Fault::Answered(error)) => Ok(Some(Err(error))),
            Err(Fault::Unusable(_) | Fault::TooLong) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// Whether an item has the last name of the path that it was found by.
fn is_called(place: &Item, path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    !place.is_root() && paths::key(&place.name) == paths::key(last)
}
