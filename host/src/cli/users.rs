//! The words of the users: `users list`, `add`, `role`, `remove`, `link`.

use clap::{Args, Subcommand};
use clientpoint_host::{
    Error, Result, Session,
    service::api::{Leaving, Left, Person},
    settings::Layers,
    store::users::Role,
};
use serde_json::json;

use super::{
    console,
    output::Output,
    pages::{self, PartArguments},
    roles::{RoleWord, word},
    show::Page,
    tokens::{self, Tokens},
};

/// See `Command::Users`.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// List them
    List,
    /// Add one
    Add {
        /// Their name
        name: String,
        /// What they may do
        #[arg(long)]
        role: RoleWord,
    },
    /// Give one another role. Where something is lost by that, it is only told, as long as `--yes` is missing
    Role {
        /// Their name
        name: String,
        /// What they may do from now on
        role: RoleWord,
        #[command(flatten)]
        leaving: Going,
    },
    /// Remove one: they can't come in any more, and their own connection is given up. What that comes to is only told, as
    /// long as `--yes` is missing
    Remove {
        /// Their name
        name: String,
        #[command(flatten)]
        leaving: Going,
    },
    /// Make a link by which somebody comes into the console and chooses a password: for the first time, or for one that is
    /// lost. It works once, for 30 minutes
    Link {
        /// Their name
        name: String,
    },
    /// The tokens by which programs use the JSON API in somebody's name
    #[command(subcommand)]
    Tokens(Tokens),
}

/// How somebody goes.
#[derive(Debug, Args)]
pub struct Going {
    /// Do it
    #[arg(long)]
    yes: bool,

    /// The connection that takes the files of theirs over: `organization`, or the name of its Administrator
    #[arg(long, value_name = "WHOSE")]
    take_over: Option<String>,
}

/// Carries out a command.
pub async fn users(session: &Session<'_>, command: Users, layers: &Layers) -> Result<Output> {
    match command {
        Users::List => {
            let part = PartArguments::default();
            let users = pages::found(part, usize::MAX, async |part| session.people_page(&part).await)
                .await?
                .rows;
            let rows: Vec<[String; 5]> = users.iter().map(row).collect();
            let heading = ["NAME", "ROLE", "COMES IN BY", "LAST SEEN", "OWN FILES"];
            Ok(Output::done(json!({ "users": users }), Page::table(heading, &rows)))
        }
        Users::Role { name, role, leaving } => go(session, &name, Some(role.into()), &leaving).await,
        Users::Remove { name, leaving } => go(session, &name, None, &leaving).await,
        Users::Link { name } => {
            let wanted = console::Wanted::of(layers, None, None)?;
            let token = session.invite(&name).await?;
            let document = json!({ "user": name, "link": wanted.link(&token) });
            Ok(Output::done(document, console::linked(&wanted, &name, &token)))
        }
        Users::Tokens(command) => tokens::tokens(session, command).await,
        Users::Add { name, role } => {
            let user = session.add_user(&name, role.into()).await?;
            let text = format!("added {} as {}", user.name, word(user.role));
            Ok(Output::done(json!({ "user": user }), Page::of(text)))
        }
    }
}

fn row(person: &Person) -> [String; 5] {
    let ways = match (person.has_password, person.has_account) {
        (true, true) => "password, account",
        (true, false) => "password",
        (false, true) => "account",
        (false, false) => "nothing yet",
    };
    let files = match &person.connection {
        Some(_) => person.files.to_string(),
        None => String::new(),
    };
    [
        person.user.name.clone(),
        word(person.user.role),
        ways.into(),
        person.seen_at.clone().unwrap_or_else(|| "never".into()),
        files,
    ]
}

/// Tells what it would come to, or does it.
async fn go(session: &Session<'_>, name: &str, to: Option<Role>, going: &Going) -> Result<Output> {
    let would = session.would_leave(name, to).await?;
    let heir = going
        .take_over
        .as_deref()
        .map(|whose| heir(&would, whose))
        .transpose()?;
    let is_harmless = to.is_some() && !would.gives_up;
    if !going.yes && !is_harmless && !would.is_last {
        let mut text = Page::default();
        would
            .consequences
            .iter()
            .for_each(|line| text.line(format!("- {line}")));
        for heir in &would.heirs {
            let whose = heir.connection.owner.as_deref().unwrap_or("organization");
            text.line(format!(
                "- with `--take-over {whose}`, {} files follow through that connection instead",
                heir.files
            ));
        }
        text.line("nothing was changed: the same command with `--yes` does it");
        return Ok(Output::done(json!({ "would": would }), text).unless(false));
    }
    let left = match to {
        Some(role) => session.change_role(name, role, heir).await?,
        None => session.remove_user(name, heir).await?,
    };
    Ok(Output::done(json!({ "left": left }), told(&left)))
}

fn heir<'w>(would: &'w Leaving, whose: &str) -> Result<&'w str> {
    let is_it = |owner: Option<&str>| owner.unwrap_or("organization") == whose;
    let found = would.heirs.iter().find(|heir| is_it(heir.connection.owner.as_deref()));
    found.map(|heir| heir.connection.id.as_str()).ok_or_else(|| {
        Error::Settings(format!(
            "`--take-over {}` can't be: no connection of that name has the drive of {}'s own connection",
            whose.escape_debug(),
            would.person.user.name
        ))
    })
}

fn told(left: &Left) -> Page {
    let mut text = match left.role {
        Some(role) => Page::of(format!("{} is {} now", left.name, word(role))),
        None => Page::of(format!("{} is removed", left.name)),
    };
    if 0 < left.logins {
        text.line(format!("- logged out: {}", left.logins));
    }
    if 0 < left.files.attached {
        text.line(format!(
            "- files that follow through another connection: {}",
            left.files.attached
        ));
    } else if 0 < left.files.detached {
        text.line(format!("- files that do not follow any more: {}", left.files.detached));
    }
    text
}
