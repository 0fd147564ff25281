//! What is for a library in a folder, and not for one on a server.

use clientpoint_host::{Error, Result, way_out::WayOut};

use super::{args::Command, deployment::Deployment, library::Library};

/// Refuses what is for a library in a folder alone, where the database is on a server.
///
/// # Errors
///
/// `Error::Settings` that names the command, and what does it instead.
pub fn refuse(deployment: &Deployment, command: &Command) -> Result<()> {
    let (what, instead) = match command {
        Command::Library(Library::Adopt { .. }) => ("library adopt", "put the database back to its newest state"),
        Command::Restore(_) => (
            "restore",
            "restore the database by the means of its server, and the bucket by its own",
        ),
        Command::Backup(wanted) if !wanted.verify => (
            "backup",
            "back the database up by the means of its server, and the bucket by its own",
        ),
        _ => return Ok(()),
    };
    if deployment.layers.get("database.url-file").is_none() {
        return Ok(());
    }
    Err(Error::Settings(format!(
        "`{what}` is for a library in a folder, and the database of this one is on a server (`database.url-file`): {instead}"
    ))
    .with([WayOut::ShowSettings]))
}
