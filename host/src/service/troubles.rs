//! All that is not as it should be, in one list: for whoever watches this host, and for those who are told.

use crate::{
    Result,
    disk::Room,
    service::{
        Session,
        api::{LookAt, Trouble},
    },
    store::{damage, link_counts, looking, telling, words::TroubleKind},
    way_out::WayOut,
};

/// How many damaged revisions a sentence names.
const NAMED: u32 = 3;

/// How many make it the same trouble as yesterday.
const COMPARED: u32 = 50;

impl Session<'_> {
    /// All that is not as it should be, without a request: connections first, then runs, then the disk.
    ///
    /// # Errors
    ///
    /// `Error::Forbidden`; without a plugin; the database's.
    pub async fn troubles(&self) -> Result<Vec<Trouble>> {
        self.user.require_administrator("see what needs a person")?;
        let mut found = self.troubles_of_connections().await?;
        found.extend(self.troubles_of_runs().await?);
        found.extend(self.files_detached().await?);
        found.extend(self.damaged_files().await?);
        found.extend(self.database_damaged().await?);
        found.extend(self.not_delivered().await?);
        found.extend(self.host.room().and_then(nearly_full));
        Ok(found)
    }

    async fn files_detached(&self) -> Result<Option<Trouble>> {
        let files = link_counts::detached(&self.host.store).await?;
        Ok((0 < files).then(|| Trouble {
            kind: TroubleKind::FilesDetached,
            about: String::new(),
            message: format!("{files} files follow nothing any more; selecting their drive again mends that"),
            needs_a_person: true,
            ways_out: Vec::new(),
            look_at: LookAt::Files,
            state: files.to_string(),
        }))
    }

    async fn damaged_files(&self) -> Result<Option<Trouble>> {
        let store = &self.host.store;
        let count = damage::count(store).await?;
        if count == 0 {
            return Ok(None);
        }
        let needs = count.saturating_sub(damage::count_fetchable(store).await?);
        let revisions = damage::list(store, None, COMPARED).await?;
        let named = revisions.iter().take(NAMED as usize);
        let mut message = named.map(|of| damage::error(of).fact()).collect::<Vec<_>>().join("; ");
        if u64::from(NAMED) < count {
            message.push_str(&format!("; {count} revisions of files have damaged bytes in all"));
        }
        let same = revisions.iter().map(|of| format!(" {}/{}", of.file, of.revision));
        Ok(Some(Trouble {
            kind: TroubleKind::Damaged,
            about: String::new(),
            message,
            needs_a_person: 0 < needs,
            ways_out: vec![WayOut::Verify { file: None }],
            look_at: LookAt::Files,
            state: format!("{count}{}", same.collect::<String>()),
        }))
    }

    async fn not_delivered(&self) -> Result<Vec<Trouble>> {
        let of_way = |of: telling::Undelivered| Trouble {
            kind: TroubleKind::NotDelivered,
            about: of.way.clone(),
            message: format!(
                "{} digests have not arrived by {} since {}: {}",
                of.count, of.way, of.since, of.why
            ),
            needs_a_person: true,
            ways_out: vec![WayOut::ShowSettings],
            look_at: LookAt::Home,
            state: String::new(),
        };
        let all = telling::undelivered(&self.host.store).await?;
        Ok(all.into_iter().map(of_way).collect())
    }

    async fn database_damaged(&self) -> Result<Option<Trouble>> {
        let problems = looking::get(&self.host.store)
            .await?
            .and_then(|looking| looking.database);
        Ok(problems.map(|problems| Trouble {
            kind: TroubleKind::DatabaseDamaged,
            about: String::new(),
            message: format!("the database itself is damaged: {problems}; put it back from a backup"),
            needs_a_person: true,
            ways_out: Vec::new(),
            look_at: LookAt::Home,
            state: problems,
        }))
    }
}

fn nearly_full(room: Room) -> Option<Trouble> {
    let least = room.least();
    (room.free < least).then(|| Trouble {
        kind: TroubleKind::DiskNearlyFull,
        about: String::new(),
        message: format!(
            "the disk under the data folder is nearly full: {} MiB of {} MiB are free",
            room.free >> 20,
            room.total >> 20
        ),
        needs_a_person: true,
        ways_out: vec![WayOut::EmptyTrash],
        look_at: LookAt::Home,
        // It is told again when half of what was left is gone.
        state: least
            .checked_div(room.free.max(1))
            .unwrap_or_default()
            .max(1)
            .ilog2()
            .to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::NEEDS_A_PERSON;

    #[test]
    fn whatever_people_are_told_of_has_its_paragraph_for_operators() {
        let paper = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
        let paper = std::fs::read_to_string(paper).unwrap();
        let (_, what_to_do) = paper.split_once("## What to do when").unwrap();
        let kinds = TroubleKind::ALL.iter().map(|kind| kind.as_str());
        let outcomes = NEEDS_A_PERSON.iter().map(|outcome| outcome.as_str());
        for word in kinds.chain(outcomes).chain(["given-up"]) {
            assert!(what_to_do.contains(&format!("\n| `{word}` |")), "{word}");
        }
    }

    #[test]
    fn a_disk_is_nearly_full_below_a_twentieth_or_five_gibibytes_and_told_again_at_half_of_that() {
        let room = |free, total| Room { free, total };
        assert_eq!(nearly_full(room(5 << 30, 1 << 40)), None, "five GiB are enough");
        assert_eq!(nearly_full(room(1 << 30, 20 << 30)), None, "a twentieth is");
        let state = |free| nearly_full(room(free, 20 << 30)).unwrap().state;
        assert_eq!(state((1 << 30) - 1), state(600 << 20));
        assert_ne!(state(600 << 20), state(400 << 20));
        assert_eq!(state(0), "30", "a disk without any room is told");
    }
}
