//! What [`StateStore`](crate::library::StateStore) promises.

use std::collections::BTreeSet;

use super::{
    promise::{Seen, promises},
    scene::{ONE, Scene, TWO, answered, holds, same},
};
use crate::{
    contract::clientpoint::content_source::state_store::{Entry, Error, Swapped},
    library::KEYS_AT_MOST,
};

promises! {
    "state-kept" what_was_stored_is_there
        "What was stored is there, byte for byte, under the mark that was answered; an empty value is a value."
    "state-none" nothing_is_there_before
        "A key that was never used has no value."
    "state-stale" only_over_the_state_that_was_expected
        "`swap` stores only over the state with that mark, and without one only where no value is: else it is `stale`, hands \
         the present state back, and changes nothing."
    "state-removed" a_removed_value_is_gone
        "A value that was removed is gone, and there can be another one."
    "state-marks" a_mark_never_comes_back
        "A mark is never given twice for a key, also after its value was removed."
    "state-apart" each_connection_has_its_own_space
        "Each connection has a space of its own."
    "state-letter" keys_are_compared_to_the_letter
        "Keys are opaque: compared to the letter, the empty one too."
    "state-keys" so_many_keys_and_no_more
        "A connection may use `KEYS_AT_MOST` keys, removed ones included: one more is `other`, and those that are known go on."
}

/// The value of a key of [`ONE`], and its mark.
async fn get(scene: &Scene, key: &str) -> Result<Option<Entry>, String> {
    answered("`get`", scene.stage.state_store().get(ONE.connection, key).await)
}

/// What a swap of a key of [`ONE`] comes to.
async fn swap(scene: &Scene, key: &str, expected: Option<u64>, value: Option<&[u8]>) -> Result<Swapped, String> {
    let value = value.map(<[u8]>::to_vec);
    answered(
        "`swap`",
        scene
            .stage
            .state_store()
            .swap(ONE.connection, key, expected, value)
            .await,
    )
}

/// The mark of a value that is to be stored.
async fn stored(scene: &Scene, key: &str, expected: Option<u64>, value: Option<&[u8]>) -> Result<u64, String> {
    match swap(scene, key, expected, value).await? {
        Swapped::Stored(mark) => Ok(mark),
        Swapped::Stale(present) => Err(format!("`swap` over {expected:?} was stale, and there is {present:?}")),
    }
}

async fn what_was_stored_is_there(scene: &Scene) -> Seen {
    for (key, value) in [
        ("text", b"value".as_slice()),
        ("bytes", &[0, 255, 10, 0]),
        ("empty", b""),
    ] {
        let mark = stored(scene, key, None, Some(value)).await?;
        let seen = get(scene, key).await?.map(|entry| (entry.value, entry.version));
        same("value and mark", &seen, &Some((value, mark)))?;
    }
    let large = vec![7; 64 << 10];
    stored(scene, "large", None, Some(&large)).await?;
    let seen = get(scene, "large").await?.map(|entry| entry.value);
    holds(seen == Some(large), || "a value of 64 KiB is not what it was".into())
}

async fn nothing_is_there_before(scene: &Scene) -> Seen {
    same("the value", &get(scene, "key").await?, &None::<()>)
}

async fn only_over_the_state_that_was_expected(scene: &Scene) -> Seen {
    same(
        "over a mark where nothing is",
        &swap(scene, "key", Some(1), Some(b"x")).await?,
        &Swapped::Stale(None),
    )?;
    let first = stored(scene, "key", None, Some(b"one")).await?;
    let second = stored(scene, "key", Some(first), Some(b"two")).await?;
    let entry = get(scene, "key").await?;
    for expected in [None, Some(first), Some(second.wrapping_add(1))] {
        for value in [Some(b"three".as_slice()), None] {
            let seen = swap(scene, "key", expected, value).await?;
            same(&format!("over {expected:?}"), &seen, &Swapped::Stale(entry.clone()))?;
        }
    }
    same("the state", &get(scene, "key").await?, &entry)
}

async fn a_removed_value_is_gone(scene: &Scene) -> Seen {
    let mark = stored(scene, "key", None, Some(b"one")).await?;
    let removed = stored(scene, "key", Some(mark), None).await?;
    same("the value", &get(scene, "key").await?, &None::<()>)?;
    for gone in [mark, removed] {
        let seen = swap(scene, "key", Some(gone), Some(b"two")).await?;
        same("over the mark of what is gone", &seen, &Swapped::Stale(None))?;
    }
    stored(scene, "key", None, Some(b"two")).await?;
    same(
        "the next value",
        &get(scene, "key").await?.map(|entry| entry.value),
        &Some(b"two"),
    )
}

async fn a_mark_never_comes_back(scene: &Scene) -> Seen {
    let (mut marks, mut expected) = (BTreeSet::new(), None);
    for round in 0..9 {
        let value = (round % 3 < 2).then_some(b"value".as_slice());
        let mark = stored(scene, "key", expected, value).await?;
        holds(marks.insert(mark), || format!("the mark {mark} was given twice"))?;
        expected = value.map(|_| mark);
    }
    Ok(())
}

async fn each_connection_has_its_own_space(scene: &Scene) -> Seen {
    stored(scene, "key", None, Some(b"one")).await?;
    let other = scene.stage.state_store();
    same(
        "the other's value",
        &answered("`get`", other.get(TWO.connection, "key").await)?,
        &None::<()>,
    )?;
    let swapped = answered(
        "`swap`",
        other.swap(TWO.connection, "key", None, Some(b"two".to_vec())).await,
    )?;
    holds(matches!(swapped, Swapped::Stored(_)), || {
        format!("`swap` came to {swapped:?}")
    })?;
    same(
        "one's value",
        &get(scene, "key").await?.map(|entry| entry.value),
        &Some(b"one"),
    )
}

async fn keys_are_compared_to_the_letter(scene: &Scene) -> Seen {
    let keys = ["key", "Key", "key ", "", "k\u{e9}y", "ke\u{301}y", "k%y", "0", "00"];
    for key in keys {
        stored(scene, key, None, Some(key.as_bytes())).await?;
    }
    for key in keys {
        same(
            "the value",
            &get(scene, key).await?.map(|entry| entry.value),
            &Some(key.as_bytes()),
        )?;
    }
    Ok(())
}

async fn so_many_keys_and_no_more(scene: &Scene) -> Seen {
    let mut mark = 0;
    for count in 0..KEYS_AT_MOST {
        mark = stored(scene, &count.to_string(), None, Some(b"x")).await?;
    }
    let last = (KEYS_AT_MOST - 1).to_string();
    stored(scene, &last, Some(mark), None).await?;
    let more = scene
        .stage
        .state_store()
        .swap(ONE.connection, "one more", None, Some(b"x".to_vec()))
        .await;
    holds(matches!(more, Err(Error::Other(_))), || {
        format!("one key more was answered with {more:?}")
    })?;
    stored(scene, &last, None, Some(b"y")).await?;
    let other = scene
        .stage
        .state_store()
        .swap(TWO.connection, "key", None, Some(b"x".to_vec()))
        .await;
    answered("`swap` of another connection", other).map(drop)
}
