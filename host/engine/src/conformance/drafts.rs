//! What [`Library::draft`](crate::library::Library::draft) and [`Draft`](crate::library::Draft) promise before anything is
//! committed.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};

use super::{
    promise::{Seen, promises},
    scene::{ENOUGH, ONE, Scene, answered, append, holds, link, same, sha256},
};
use crate::{
    contract::clientpoint::content_source::content_library::Error,
    library::{Draft, DraftPlace},
};

promises! {
    "draft-order" bytes_are_added_at_the_end
        "A draft holds the bytes that were appended, each piece at the end of those before it."
    "draft-size" a_draft_knows_how_many_bytes_it_holds
        "`size` is how many bytes a draft holds."
    "drafts-apart" drafts_do_not_mix
        "Drafts that are filled at the same time do not mix."
    "draft-limit" a_draft_holds_its_limit_and_not_a_byte_more
        "A draft takes as many bytes as it was begun for; one more is `too-large`, with that limit."
    "draft-unseen" nobody_sees_a_draft
        "Nobody sees a draft before it is committed."
    "draft-dropped" a_draft_that_is_dropped_leaves_nothing
        "A draft that is dropped is gone, as is one that has become too large: it leaves no file."
    "draft-place" a_place_goes_with_its_draft
        "The place of a draft is taken for as long as there is the draft, and free once that was committed or dropped."
}

/// How long a thread may take that ends with a draft.
const MOMENT: Duration = Duration::from_secs(20);

async fn bytes_are_added_at_the_end(scene: &Scene) -> Seen {
    let mut draft = scene.draft(ENOUGH)?;
    for piece in ["one ", "", "two ", "three"] {
        let (grown, appended) = append(draft, piece.as_bytes()).await?;
        answered("`append`", appended)?;
        draft = grown;
    }
    let bytes = b"one two three";
    let file = draft.commit(ONE.connection, "A.pdf", link(ONE, "a", "v1", bytes)).await;
    same("the file's bytes", &answered("`commit`", file)?.sha256, &sha256(bytes))
}

async fn a_draft_knows_how_many_bytes_it_holds(scene: &Scene) -> Seen {
    let draft = scene.draft(ENOUGH)?;
    same("the size of an empty draft", &draft.size(), &0)?;
    let (draft, _) = append(draft, b"one ").await?;
    let (draft, _) = append(draft, b"two").await?;
    same("the size of a draft", &draft.size(), &7)
}

async fn drafts_do_not_mix(scene: &Scene) -> Seen {
    let (one, _) = append(scene.draft(ENOUGH)?, b"one ").await?;
    let (two, _) = append(scene.draft(ENOUGH)?, b"two ").await?;
    let (one, _) = append(one, b"one").await?;
    let (two, _) = append(two, b"two").await?;
    for (draft, item, bytes) in [(one, "a", b"one one"), (two, "b", b"two two")] {
        let file = draft
            .commit(ONE.connection, "A.pdf", link(ONE, item, "v1", bytes))
            .await;
        same("the file's bytes", &answered("`commit`", file)?.sha256, &sha256(bytes))?;
    }
    Ok(())
}

async fn a_draft_holds_its_limit_and_not_a_byte_more(scene: &Scene) -> Seen {
    let (draft, appended) = append(scene.draft(8)?, b"12345678").await?;
    answered("`append` up to the limit", appended)?;
    let (_, more) = append(draft, b"9").await?;
    let (_, at_once) = append(scene.draft(8)?, b"123456789").await?;
    for beyond in [more, at_once] {
        let told = matches!(beyond, Err(Error::TooLarge(8)));
        holds(told, || {
            format!("a byte beyond the limit of 8 was answered with {beyond:?}")
        })?;
    }
    Ok(())
}

async fn nobody_sees_a_draft(scene: &Scene) -> Seen {
    let draft = scene.filled(b"bytes").await?;
    let seen = (scene.all(ONE).await?, scene.of_item(ONE, "a").await?);
    drop(draft);
    same("what is seen of a draft", &seen, &(NOTHING, NOTHING))
}

async fn a_draft_that_is_dropped_leaves_nothing(scene: &Scene) -> Seen {
    drop(scene.filled(b"bytes").await?);
    let (draft, _) = append(scene.draft(4)?, b"bytes").await?;
    drop(draft);
    same("what is left of drafts", &scene.all(ONE).await?, &NOTHING)?;
    scene.imported(ONE, "a", b"bytes").await?;
    same(
        "how many files there are after a draft was committed",
        &scene.all(ONE).await?.len(),
        &1,
    )
}

async fn a_place_goes_with_its_draft(scene: &Scene) -> Seen {
    let places = Arc::new(Semaphore::new(1));
    let draft = in_place(scene, &places).await?;
    holds(places.available_permits() == 0, || {
        "the place is free while there is the draft".into()
    })?;
    drop(draft);
    let draft = in_place(scene, &places).await?;
    let file = draft
        .commit(ONE.connection, "A.pdf", link(ONE, "a", "v1", b"bytes"))
        .await;
    answered("`commit`", file)?;
    in_place(scene, &places).await.map(drop)
}

/// A draft in one of these places, as soon as there is one.
async fn in_place(scene: &Scene, places: &Arc<Semaphore>) -> Result<Box<dyn Draft>, String> {
    let Ok(Ok(permit)) = timeout(MOMENT, places.clone().acquire_owned()).await else {
        return Err("the place was not given back".into());
    };
    let draft = answered("`draft`", scene.stage.library().draft(ENOUGH, DraftPlace::new(permit)))?;
    Ok(append(draft, b"bytes").await?.0)
}

/// No files.
const NOTHING: [(); 0] = [];
