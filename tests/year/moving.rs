//! The library moves house in the middle of a night: backed up at work, restored, and gone on with.

use std::sync::Arc;

use clientpoint_engine::{capability::progress::Unwatched, clock::Clock};
use clientpoint_host::{
    Host,
    backup::{self, Restore},
    service::{BackupOptions, Stop},
};

use crate::course::Course;

impl Course {
    /// A backup is made beside the night's run. The folder is given up, and what the backup has is the library from now on.
    pub(crate) async fn moves_house(&mut self, host: &Host) {
        let (disk, house, stop) = (
            tempfile::tempdir().unwrap(),
            tempfile::tempdir().unwrap(),
            Stop::default(),
        );
        let admin = host.session("admin").await.unwrap();
        let backing = admin.backup(disk.path(), BackupOptions::default(), &stop);
        let (made, _) = tokio::join!(backing, self.runs(host));
        let made = made.unwrap();
        assert_eq!(made.lacking, 0, "{made:?}");
        host.close().await;
        let verified = backup::verify(disk.path(), Arc::new(Unwatched), &stop).await.unwrap();
        assert!(verified.is_clean());
        let wanted = Restore {
            from: disk.path().to_path_buf(),
            copy: None,
            without_secrets: false,
            key: Some(self.data.path().join("secret.key")),
            user: "admin".into(),
        };
        let watch = Arc::new(Unwatched);
        backup::restore(house.path(), &wanted, watch, &stop, self.clock.utc())
            .await
            .unwrap();
        self.data = house;
        println!("moved house: a backup of {} objects was restored", made.objects);
        let restored = self.host().await;
        // What the run did while the backup was made may be in it or not.
        self.morning(&restored, true).await;
        restored.close().await;
    }
}
