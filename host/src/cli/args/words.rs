//! The words of the command line that are those of the source.

/// The plugin's file, where it was not named.
pub const COMPONENT: &str = "onedrive.wasm";

/// What to type to see what can be imported.
pub const LIST: &str = "`clientpoint-host onedrive list`";

/// What to type to bring files in.
pub const IMPORT: &str = "`clientpoint-host onedrive import ITEM-ID`";

/// What a sheet that ties files to items has to have.
pub const SHEET: &str =
    "The sheet: an .xlsx workbook (or CSV) with the columns \"File ID\" and \"Sharepoint File Path\"";

/// Where the plugin's own address of a drive comes from.
pub const DRIVE_ADDRESS: &str =
    "The address of a site, a library or a OneDrive, or of something in it, copied from a browser";
