//! What the service answers in: plain data that serializes to JSON. None of it is a row of the database, so that a schema
//! can change without a word to anybody; each is made from one.

mod applications;
mod backups;
mod connections;
mod doctor;
mod forms;
mod library;
mod people;
mod retention;
mod runs;
mod settings;
mod sign_ins;
mod tokens;
mod troubles;
mod watching;

pub use applications::{Application, ApplicationUse, Registration, RegistrationChange};
pub use backups::{BackedUp, LackingRevision, LastBackup};
pub use connections::{Account, Broken, ChosenDrive, Connection, Moved};
pub use doctor::{Check, Examination};
pub use forms::{FieldKind, FormField, ImportLimits, Source, WayToConnect};
pub use library::{Binned, Damage, DamagedRevision, Emptied, Looking, Showing, Swept, TrashDay};
pub use people::{Heir, Leaving, Left, Login, Person, Step, User};
pub use retention::{Keeping, Pruned, Sizes};
pub use runs::{AtWork, Line, Run, Undone};
pub use settings::Setting;
pub use sign_ins::{Refusal, SignInBegun, SignInStanding, Standing};
pub use tokens::{MadeToken, Token};
pub use troubles::{LookAt, Trouble};
pub use watching::{Measured, NotReady, WatchedConnection};

pub use super::operations::{
    api::{Failure, Operation},
    progress::{ItemProgress, Progress, Wait},
};
