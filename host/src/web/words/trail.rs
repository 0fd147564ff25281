//! What people did, as others read it.

/// Words of the trail, in the order in which they can be chosen.
pub(crate) const STEPS: [(&str, &str); 44] = [
    ("logged-in", "Logged in"),
    ("logged-out", "Logged out"),
    ("login-refused", "Was not let in"),
    ("login-ended", "Ended a login"),
    ("logins-ended", "Logged out everywhere else"),
    ("password-set", "Chose a password"),
    ("password-changed", "Changed the password"),
    ("password-refused", "Gave a wrong password"),
    ("account-tied", "Tied an account to the name"),
    ("user-added", "Added a user"),
    ("user-removed", "Removed a user"),
    ("became-administrator", "Made somebody an Administrator"),
    ("became-member", "Made somebody a Member"),
    ("link-made", "Made a link for a user"),
    ("token-made", "Made an API token"),
    ("token-ended", "Ended an API token"),
    ("connected", "Connected"),
    ("disconnected", "Disconnected"),
    ("drive-chosen", "Chose a drive"),
    ("import", "Imported"),
    ("uploaded", "Uploaded"),
    ("replaced", "Replaced the content of a file"),
    ("moved", "Moved"),
    ("renamed", "Renamed"),
    ("shown", "Showed a file somewhere"),
    ("taken-out", "Took a file out somewhere"),
    ("rolled-back", "Took an update back"),
    ("released", "Released"),
    ("unlocked", "Unlocked"),
    ("keep-clientpoints", "Kept ClientPoints as they are"),
    ("removed", "Put into the bin"),
    ("removed-for-good", "Removed for good"),
    ("restored", "Brought back"),
    ("linked-sheet", "Linked the files of a sheet"),
    ("follows-another", "Let a file follow something else"),
    ("took-back", "Took the upload of a sheet back"),
    ("look", "Looked what a sync would change"),
    ("sync", "Synced by hand"),
    ("sync-by-plan", "Did what a look had found"),
    ("accept-gone", "Took files for gone"),
    ("backup", "Backed the library up"),
    ("stopped", "Stopped long work"),
    ("limit-set", "Changed a limit"),
    ("limit-unset", "Took the plugin's limit again"),
];

/// What a word of the trail is for people; a word that nobody knows is shown as it is.
pub(crate) fn step(word: &str) -> &str {
    let known = STEPS.iter().find(|(known, _)| *known == word);
    known.map_or(word, |(_, label)| label)
}
