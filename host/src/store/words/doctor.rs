//! The words of the examination: what is looked at, and how it stands.

use super::table::words;

words! {
    /// What is looked at, in this order.
    CheckSubject {
        /// The plugin, and what it may do.
        Plugin = "plugin",
        /// The data folder, and the disk under it.
        Folder = "folder",
        /// The server that the database is on, where hosts share one.
        Database = "database",
        /// The object store that bytes lie on, where they lie elsewhere.
        ObjectStore = "object-store",
        /// The key that secrets are sealed with.
        Key = "key",
        /// The proxy that requests take, if one is set.
        Proxy = "proxy",
        /// The names of the source and of its sign-in service.
        Name = "name",
        /// The addresses that these names lead to.
        Address = "address",
        /// Connections to them.
        Connection = "connection",
        /// What encrypts these connections.
        Tls = "tls",
        /// This host's clock, against that of the source.
        Clock = "clock",
        /// Signing in.
        SignIn = "sign-in",
        /// What was granted at the source, against what is needed.
        Permissions = "permissions",
        /// The chosen drive.
        Drive = "drive",
        /// What is in it.
        Listing = "listing",
        /// What has changed in it.
        Changes = "changes",
        /// A small file, fetched and thrown away.
        File = "file",
    }

    /// How something stands that was looked at.
    CheckStanding {
        /// As it should be.
        Well = "ok",
        /// Work goes on, and somebody should know of this.
        Warning = "warning",
        /// It does not work, and a person is needed.
        Failed = "failed",
        /// It was not looked at, because something comes before it.
        NotAsked = "not-asked",
    }
}
