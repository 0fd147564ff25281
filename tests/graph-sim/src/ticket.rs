//! Pre-authenticated addresses: whoever has one may download one file for an hour, without a token.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    drive::{Drive, Item},
    ids,
    world::World,
};

/// How long an address is good for, in seconds.
const LIFETIME: i64 = 3600;

/// What an address that was accepted stands for.
#[derive(Debug, PartialEq)]
pub(crate) struct Ticket {
    pub drive: String,
    pub item: String,
}

/// The address of an item's content, signed.
pub(crate) fn url(world: &World, drive: &Drive, item: &Item, now: DateTime<Utc>) -> String {
    let expires = (now + TimeDelta::seconds(LIFETIME)).timestamp();
    let signed = format!(
        "drive={}&item={}&v={}&exp={expires}",
        drive.id, item.id, item.content_version
    );
    let signature = ids::signature(&world.signing_key, &signed);
    format!("{}/download?{signed}&sig={signature}", world.content_url)
}

/// Reads the query of an address. It must be the one given out, byte for byte, and not too old.
pub(crate) fn read(signing_key: &str, query: &str, now: DateTime<Utc>) -> Option<Ticket> {
    let (signed, signature) = query.split_once("&sig=")?;
    if signature != ids::signature(signing_key, signed) {
        return None;
    }
    let field = |name: &str| {
        signed
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    };
    if field("exp")?.parse::<i64>().ok()? <= now.timestamp() {
        return None;
    }
    Some(Ticket {
        drive: field("drive")?.to_owned(),
        item: field("item")?.to_owned(),
    })
}
