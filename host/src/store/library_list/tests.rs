use std::{collections::BTreeSet, time::Duration};

use super::*;
use crate::store::{db, page::Cursor};

const STATES: [&str; 7] = [
    "following",
    "pending",
    "detached",
    "source-gone",
    "failed",
    "locked",
    "too-large",
];

struct Stage {
    store: Store,
    _data: tempfile::TempDir,
}

impl Stage {
    /// A library of so many files that stand in every way, at several places, with names in every order.
    async fn with(files: i64) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = crate::store::open(data.path(), Duration::from_secs(1)).await.unwrap();
        let stage = Self { store, _data: data };
        stage
            .does(
                "INSERT INTO connections (id, plugin, mode, settings, secret, connected_at, connected_by) \
                 VALUES ('c', 'p', 'organization', '{}', x'00', '', 'admin'); \
                 INSERT INTO damaged VALUES ('object 3', 'missing', 'they are missing', '2026-03-02T05:00:00Z');",
            )
            .await;
        for number in 1..=files {
            stage.adds(number).await;
        }
        stage
    }

    async fn does(&self, script: &str) {
        db::trial::raw(sqlx::AssertSqlSafe(script.to_owned()), self.store.pool())
            .await
            .unwrap();
    }

    async fn adds(&self, number: i64) {
        let id = 100_000 + number;
        let letters = ["Ärger", "ärgerlich", "beta 100%", "Beta_1", "gamma"];
        let letter = letters[usize::try_from(number * 7 % 5).unwrap()];
        let place = ["Company Wide", "Workspace/Sales", "Workspace/Sales/2026"][usize::try_from(number % 3).unwrap()];
        let (minute, state) = (number * 11 % 60, STATES[usize::try_from(number % 7).unwrap()]);
        self.does(&format!(
            "INSERT INTO files (id, name, place, revision) VALUES ({id}, '{letter} {}.pdf', '{place}', 2); \
             INSERT INTO revisions VALUES ({id}, 1, 'object {}', 3, '2026-03-01T05:00:00Z'); \
             INSERT INTO revisions VALUES ({id}, 2, 'object {}', 3, '2026-03-02T05:{minute:02}:00Z');",
            number % 4,
            number % 10,
            number % 11
        ))
        .await;
        if number % 8 != 0 {
            let waiting = if state == "pending" || number % 3 == 0 {
                "1"
            } else {
                "NULL"
            };
            self.does(&format!(
                "INSERT INTO links (file, connection, drive, item, hash, size, verification, name, linked_at, state, waiting, \
                     suspected, held) VALUES ({id}, 'c', 'd', 'i', '', 3, 'verified', 'a', '2026-03-01T05:00:00Z', '{state}', \
                     {waiting}, {}, {})",
                i64::from(number % 13 == 0),
                i64::from(number % 9 == 0)
            ))
            .await;
        }
        if number % 17 == 0 {
            self.does(&format!(
                "UPDATE files SET removed_at = '2026-03-02T05:00:00Z' WHERE id = {id}"
            ))
            .await;
        }
    }

    async fn page(&self, filter: &LibraryFilter, order: LibraryOrder, part: Part) -> Page<Listed> {
        page(&self.store, filter, order, &part).await.unwrap()
    }

    /// All pages of so many rows; between them, something happens.
    async fn pages(
        &self,
        filter: &LibraryFilter,
        order: LibraryOrder,
        limit: u32,
        mut between: impl AsyncFnMut(&Listed),
    ) -> Vec<Listed> {
        let (mut rows, mut after) = (Vec::new(), None::<Cursor>);
        loop {
            let page = self.page(filter, order, Part::new(limit, after.take()).unwrap()).await;
            assert!(page.rows.len() <= usize::try_from(limit).unwrap());
            rows.extend(page.rows);
            let Some(next) = page.next else { return rows };
            between(rows.last().unwrap()).await;
            after = Some(next.to_string().parse().unwrap());
        }
    }
}

fn ids(rows: &[Listed]) -> Vec<String> {
    rows.iter().map(|row| row.file.id.clone()).collect()
}

fn filters() -> Vec<LibraryFilter> {
    let state = |state: &FileState| LibraryFilter {
        state: Some(*state),
        ..Default::default()
    };
    let mut filters: Vec<LibraryFilter> = FileState::ALL.iter().map(state).collect();
    for (place, state, search) in [
        (None, None, None),
        (Some("Workspace/Sales"), None, None),
        (None, None, Some("ÄRGER")),
        (None, None, Some("100%")),
        (None, None, Some("_")),
        (Some("Company Wide"), Some(FileState::Following), Some("beta")),
        (Some("Division/None"), None, None),
    ] {
        filters.push(LibraryFilter {
            place: place.map(|place| place.parse().unwrap()),
            state,
            search: search.map(|search| search.parse().unwrap()),
        });
    }
    filters
}

/// What the filter means, without a database.
fn fits(filter: &LibraryFilter, row: &Listed) -> bool {
    let search = filter
        .search
        .as_ref()
        .map(|search| serde_json::json!(search).as_str().unwrap().to_lowercase());
    filter.place.as_ref().is_none_or(|place| *place == row.file.place)
        && search.is_none_or(|search| row.file.name.to_lowercase().contains(&search))
        && filter.state.is_none_or(|state| match state {
            FileState::Damaged => row.file.damage.is_some(),
            state => row.state == state,
        })
}

#[tokio::test]
async fn pages_of_any_length_give_what_the_whole_list_has_and_that_is_what_fits() {
    let stage = Stage::with(150).await;
    let all = stage
        .page(&LibraryFilter::default(), LibraryOrder::Id, Part::whole(None))
        .await
        .rows;
    assert_eq!(all.len(), 150 - 8);
    let states: BTreeSet<&str> = all.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states.len(), 7, "{states:?}");
    assert!(all.iter().any(|row| row.damaged_revisions == [1]));
    for filter in filters() {
        let mut expected: Vec<Listed> = all.iter().filter(|row| fits(&filter, row)).cloned().collect();
        for order in LibraryOrder::ALL {
            match order {
                LibraryOrder::Id => {}
                LibraryOrder::Name => expected.sort_by_key(|row| row.file.name.to_ascii_lowercase()),
                LibraryOrder::Changed => {
                    expected.sort_by(|a, b| (&b.changed_at, &b.file.id).cmp(&(&a.changed_at, &a.file.id)));
                }
            }
            for limit in [1, 7, 1_000] {
                let rows = stage.pages(&filter, *order, limit, async |_| {}).await;
                assert_eq!(ids(&rows), ids(&expected), "{filter:?} by {order}, {limit} a page");
            }
        }
    }
}

#[tokio::test]
async fn what_comes_and_goes_between_pages_hides_and_doubles_nothing_that_stays() {
    for order in LibraryOrder::ALL {
        let stage = Stage::with(40).await;
        let every = LibraryFilter::default();
        let before = ids(&stage.page(&every, *order, Part::whole(None)).await.rows);
        let (mut new, mut gone) = (200, BTreeSet::new());
        let seen = stage
            .pages(&every, *order, 3, async |last| {
                // The very row that the next page goes on behind, and one that is still to come.
                for id in [last.file.id.clone(), (100_001 + new % 40).to_string()] {
                    stage
                        .does(&format!("UPDATE files SET removed_at = '' WHERE id = {id}"))
                        .await;
                    gone.insert(id);
                }
                // Fewer than a page has, or there would be no end.
                for _ in 0..2 {
                    new += 1;
                    stage.adds(new).await;
                }
            })
            .await;
        let seen = ids(&seen);
        assert_eq!(
            seen.iter().collect::<BTreeSet<_>>().len(),
            seen.len(),
            "{order}: none twice"
        );
        for id in before.iter().filter(|id| !gone.contains(*id)) {
            assert!(seen.contains(id), "{order}: {id}");
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_or_filter_is_refused() {
    let stage = Stage::with(10).await;
    let every = LibraryFilter::default();
    let next = stage
        .page(&every, LibraryOrder::Id, Part::new(2, None).unwrap())
        .await
        .next;
    let part = Part::new(2, next).unwrap();
    for (filter, order) in [(every, LibraryOrder::Name), (filters().remove(0), LibraryOrder::Id)] {
        let refused = page(&stage.store, &filter, order, &part).await.unwrap_err();
        assert!(
            refused.is_usage() && refused.to_string().contains("begin anew"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn no_page_sorts_the_library_and_what_is_rare_is_found_without_a_look_at_every_file() {
    let stage = Stage::with(1).await;
    for filter in filters() {
        for order in LibraryOrder::ALL {
            let list = name(&filter, *order);
            let key = match order {
                LibraryOrder::Id => Page::cut(vec![(), ()], &Part::new(1, None).unwrap(), &list, |()| 1_i64),
                _ => Page::cut(vec![(), ()], &Part::new(1, None).unwrap(), &list, |()| ("a", 1_i64)),
            };
            let part = Part::new(50, key.unwrap().next).unwrap();
            let sql = query(&filter, *order, &part, &list).unwrap().into_string();
            let plan = db::trial::plan(&sql, stage.store.pool()).await.unwrap();
            let told = plan.join("\n");
            let rare = filter
                .state
                .is_some_and(|state| !matches!(state, FileState::Own | FileState::Following));
            assert!(
                !plan.iter().any(|step| step == "SCAN f" || step == "SCAN r"),
                "{filter:?} by {order}:\n{told}"
            );
            // Of those that are rare, or at one place, the few that there are may be sorted.
            let sorts = plan.iter().any(|step| step.starts_with("USE TEMP B-TREE FOR"));
            assert!(
                !sorts || rare || filter.place.is_some(),
                "{filter:?} by {order}:\n{told}"
            );
            assert!(!sorts || *order != LibraryOrder::Id, "{filter:?} by {order}:\n{told}");
        }
    }
}
