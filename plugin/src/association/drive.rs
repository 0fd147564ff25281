//! The drive itself: where it is on the web, and what it means if it can't be asked.

use crate::{
    ask::{self, Fault},
    contract::{CallError, Connection},
    graph::{self, Meaning},
    paths::DriveAddress,
    ports::Ports,
    retry::Budget,
};

const WAY_OUT: &str = "Microsoft does not let this connection read the drive: an administrator of Microsoft 365 can \
    grant the application Files.Read.All, or choose another drive";

/// Where the drive is on the web.
///
/// # Errors
/// When Microsoft does not tell it.
pub(crate) async fn address<P: Ports>(
    ports: &P,
    connection: &Connection,
    drive: &str,
) -> Result<DriveAddress, CallError> {
    let request = graph::drive(&connection.api_origin, drive);
    let told = ask::json(ports, &request, &mut Budget::page(), graph::read_drive).await;
    let told = told.map_err(call_error)?;
    Ok(DriveAddress::new(told.web_url.as_deref(), &told.name))
}

/// What a fault means for an association.
pub(super) fn call_error(fault: Fault) -> CallError {
    match &fault {
        Fault::Answered(error) if error.meaning() == Meaning::NotFound => CallError::Unavailable(
            "the drive that is chosen for this connection is not there any more: choose another one".to_owned(),
        ),
        _ => ask::call_error(fault, WAY_OUT),
    }
}
