//! Settings: all of them, and keeping one.

use clientpoint_engine::contract::clientpoint::content_source::types::{Policy, Subfolders};

use super::{Session, api::Setting};
use crate::{
    Error, Result,
    settings::{ALL, Known, Origin, Settings, find},
    store::settings::{self, Kept},
    way_out::WayOut,
};

impl Session<'_> {
    /// What can be set, with the values that count and where they come from.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; the database's.
    pub async fn settings(&self) -> Result<Vec<Setting>> {
        self.user.require_administrator("see the settings")?;
        let settings = self.host.settings().await?;
        let kept = settings::all(&self.host.store).await?;
        let proposed = self.proposed_policy().await;
        let shown = |known| shown(known, &settings, &kept, proposed.as_ref());
        Ok(ALL.iter().map(shown).collect())
    }

    /// Those of them that are not as they would be if nobody had set anything.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn settings_that_differ(&self) -> Result<Vec<Setting>> {
        let settings = self.host.settings().await?;
        let kept = settings::all(&self.host.store).await?;
        let proposed = self.proposed_policy().await;
        let set = ALL
            .iter()
            .filter(|known| known.may_be_kept && settings.get(known.key).is_some());
        let shown = set.map(|known| shown(known, &settings, &kept, proposed.as_ref()));
        Ok(shown.filter(|setting| setting.value != setting.default).collect())
    }

    /// The origins that a folder for tests works with in the place of the real ones; none in the folder of a library.
    pub(super) async fn test_endpoints(&self) -> Result<Vec<String>> {
        let settings = self.host.settings().await?;
        let kept = settings::all(&self.host.store).await?;
        let origin = |key: &str| {
            let remembered = || kept.iter().find(|kept| kept.key == key).map(|kept| kept.value.clone());
            settings.get(key).map(str::to_owned).or_else(remembered)
        };
        Ok(["test.api-url", "test.login-url"]
            .into_iter()
            .filter_map(origin)
            .collect())
    }

    /// Keeps a value, for all programs that work with this folder, from their next import, run or upload on.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; `Error::Settings` for a name that there is not, a value that can't be, or a setting that is for
    /// whoever starts the host; the database's.
    pub async fn set(&self, key: &str, value: &str) -> Result<Setting> {
        self.set_from(key, value, None).await
    }

    /// As [`Session::set`], if that is still kept which somebody has looked at; empty where nothing was. None: whatever is.
    ///
    /// # Errors
    ///
    /// As [`Session::set`], and `Error::Outdated` if somebody else has kept another value since.
    pub async fn set_from(&self, key: &str, value: &str, seen: Option<&str>) -> Result<Setting> {
        self.user.require_administrator("change settings")?;
        let known = kept_one(key)?;
        let kept = Kept {
            key: known.key.into(),
            value: known.read(value).map_err(|error| error.at(known.key))?,
            set_by: self.user.name.clone(),
            set_at: self.now(),
        };
        let present = settings::put_from(&self.host.store, &kept, seen).await?;
        refuse_other(known, present)?;
        self.setting(known).await
    }

    /// Forgets the value that was kept, so that the next place has the word.
    ///
    /// # Errors
    ///
    /// As [`Session::set`]; `Error::NotFound` if none was kept.
    pub async fn unset(&self, key: &str) -> Result<Setting> {
        self.unset_from(key, None).await
    }

    /// As [`Session::unset`], if that is still kept which somebody has looked at. What is forgotten already is no trouble for
    /// them.
    ///
    /// # Errors
    ///
    /// As [`Session::unset`], and `Error::Outdated` if somebody else has kept another value since.
    pub async fn unset_from(&self, key: &str, seen: Option<&str>) -> Result<Setting> {
        self.user.require_administrator("change settings")?;
        let known = kept_one(key)?;
        if let Some(seen) = seen {
            let present = settings::remove_from(&self.host.store, known.key, seen).await?;
            refuse_other(known, present)?;
            return self.setting(known).await;
        }
        if !settings::remove(&self.host.store, known.key).await? {
            return Err(Error::NotFound {
                what: "kept setting",
                name: known.key.into(),
                way_out: WayOut::ShowSettings,
            });
        }
        self.setting(known).await
    }

    async fn setting(&self, known: &Known) -> Result<Setting> {
        let settings = self.host.settings().await?;
        let kept = settings::all(&self.host.store).await?;
        Ok(shown(known, &settings, &kept, self.proposed_policy().await.as_ref()))
    }

    /// What the plugin proposes, where there is one that answers.
    async fn proposed_policy(&self) -> Option<Policy> {
        Some(self.host.describe().await.ok()?.default_policy)
    }
}

fn kept_one(key: &str) -> Result<&'static Known> {
    let known = find(key)?;
    if known.may_be_kept {
        return Ok(known);
    }
    Err(Error::Settings(format!(
        "`{key}` can't be kept: it is for whoever starts the host, on the command line, in a variable or in the file of the \
         deployment"
    ))
    .with([WayOut::ShowSettings]))
}

/// That somebody else has kept this in the place of what was looked at.
fn refuse_other(known: &Known, present: Option<Kept>) -> Result<()> {
    let Some(present) = present else { return Ok(()) };
    let (by, now) = (&present.set_by, &present.value);
    let other = match now.is_empty() {
        true => format!("`{}` is not set any more", known.key),
        false => format!("`{}` is `{now}` by now, set by {by}", known.key),
    };
    let other =
        format!("{other}, since somebody else has changed it after you have looked at it, so nothing was changed");
    Err(Error::Outdated(other).at(known.key))
}

fn shown(known: &Known, settings: &Settings, kept: &[Kept], proposed: Option<&Policy>) -> Setting {
    let resolved = settings.of(known);
    let proposed = proposed.and_then(|policy| proposal(known.key, policy));
    let default = proposed.or_else(|| known.default.map(str::to_owned));
    let kept = kept.iter().find(|kept| kept.key == known.key);
    // A folder for tests remembers what it works with, though nobody can set that.
    let remembered = kept.filter(|_| resolved.value.is_none()).map(|kept| kept.value.clone());
    let origin = if remembered.is_some() {
        Origin::Kept
    } else {
        resolved.origin
    };
    Setting {
        key: known.key,
        value: resolved.value.or(remembered).or_else(|| default.clone()),
        origin,
        default,
        kept: kept.filter(|_| origin != Origin::Kept).map(|kept| kept.value.clone()),
        set_by: kept.map(|kept| kept.set_by.clone()),
        set_at: kept.map(|kept| kept.set_at.clone()),
        may_be_kept: known.may_be_kept,
        help: known.help,
    }
}

/// What a plugin proposes for a setting, in the spelling of the setting.
fn proposal(key: &str, policy: &Policy) -> Option<String> {
    Some(match key {
        "policy.max-file-bytes" => policy.max_file_bytes.to_string(),
        "policy.max-files-per-import" => policy.max_files_per_import.to_string(),
        "policy.file-types" => policy.file_types.join(","),
        "policy.subfolders" => match policy.subfolders {
            Subfolders::None => "none".into(),
            Subfolders::Associate => "associate".into(),
            Subfolders::Browse => "browse".into(),
        },
        "policy.max-sheet-bytes" => policy.max_sheet_bytes.to_string(),
        "policy.max-sheet-rows" => policy.max_sheet_rows.to_string(),
        _ => return None,
    })
}
