//! Whether a sign-in is good for anything, and whose it is: the last word before the host keeps it.
//!
//! A token alone says little: the company's can come without a single right, and a person's for an account that has no
//! drive. So one real request decides.

use crate::{
    ask::{self, Fault},
    contract::{Account, CallError, Drive, Mode, Problem, SignInError},
    drives,
    graph::{self, GraphDrive, GraphError, Meaning},
    ports::Ports,
    retry::Budget,
    source::{self, Person, REACH, SITES, TENANT, URL},
};

const NO_ROLES: &str = "Microsoft accepts the credentials, but the application may read nothing yet: add the application \
    permission Files.Read.All of Microsoft Graph under API permissions and select Grant admin consent; for an application \
    that was granted single sites only (Sites.Selected), give the address of one of them. Where all of that is so, \
    SharePoint's application restrictions or a policy of the site may keep it out";
const NO_RIGHT: &str = "Microsoft does not let the application read this person's OneDrive: the delegated permission \
    Files.Read must be among the API permissions, and be accepted when signing in";
const NO_DRIVE: &str = "this account has no OneDrive here: guests have none in the tenant that they visit, and members have \
    one after they opened OneDrive for the first time, with a licence; pick an account that has one, or sign in for the \
    libraries of sites (the reach sites)";

/// Judges a sign-in that has just succeeded. `setting` and `claim` look values up.
///
/// # Errors
/// When it is good for nothing; the host keeps nothing of it then.
pub async fn verify<'a, P: Ports>(
    ports: &P,
    setting: impl Fn(&str) -> Option<&'a str>,
    claim: impl Fn(&str) -> Option<&'a str>,
) -> Result<Account, SignInError> {
    let filled = |key| setting(key).map(str::trim).filter(|value| !value.is_empty());
    let tenant = filled(TENANT).unwrap_or_default();
    let approval = source::approval_url(&setting);
    let connection = ports.connection();
    match connection.mode {
        Mode::User => {
            let person = source::judge(tenant, claim)?;
            let sites = filled(REACH) == Some(SITES);
            of_person(ports, &connection.api_origin, person, sites, approval.as_deref()).await
        }
        Mode::Organization => {
            let drive = of_company(ports, &connection.api_origin, filled(URL), approval.as_deref()).await?;
            let tenant = tenant.to_ascii_lowercase();
            Ok(Account {
                id: tenant.clone(),
                name: tenant,
                drive,
            })
        }
    }
}

/// Rules 7 and 21: a person with a OneDrive at work; or, for the libraries of sites, one without, as guests are.
async fn of_person<P: Ports>(
    ports: &P,
    api: &str,
    person: Person,
    sites: bool,
    approval: Option<&str>,
) -> Result<Account, SignInError> {
    let found: Result<GraphDrive, Fault> =
        ask::json(ports, &graph::my_drive(api), &mut Budget::page(), graph::object).await;
    let drive = match found {
        Ok(drive) => Some(drives::described(drive, &person.short).ok_or_else(source::personal_account)?),
        Err(Fault::Answered(error)) if error.no_drive_here() && sites => None,
        Err(Fault::Answered(error)) if error.no_drive_here() => return Err(refused(Problem::AccountRefused, NO_DRIVE)),
        Err(Fault::Answered(error)) if denied(&error) => return Err(unapproved(NO_RIGHT, approval)),
        Err(fault) => return Err(unanswered(fault)),
    };
    Ok(Account {
        id: person.id,
        name: person.name,
        drive,
    })
}

/// Rule 14: the company's credentials, which nobody stands behind, so that nobody is asked for.
async fn of_company<P: Ports>(
    ports: &P,
    api: &str,
    url: Option<&str>,
    approval: Option<&str>,
) -> Result<Option<Drive>, SignInError> {
    if let Some(url) = url {
        return match drives::resolve(ports, url).await {
            Ok(drive) => Ok(Some(drive)),
            Err(CallError::NotFound) => Err(at_url(
                "there is nothing at this address, or the application was not granted the site: check both",
            )),
            Err(CallError::WrongAddress(why)) => Err(at_url(&why)),
            Err(CallError::AccessDenied(why)) => Err(refused(Problem::ConsentMissing, &why)),
            Err(CallError::SignInNeeded(_)) => Err(unapproved(NO_ROLES, approval)),
            Err(_) => Err(refused(Problem::Unavailable, UNAVAILABLE)),
        };
    }
    let library: Result<GraphDrive, Fault> =
        ask::json(ports, &graph::root_library(api), &mut Budget::page(), graph::object).await;
    match library {
        Ok(_) => Ok(None),
        // Whoever may not look is not told what is there.
        Err(Fault::Answered(error)) if error.meaning() == Meaning::NotFound => Ok(None),
        Err(Fault::Answered(error)) if denied(&error) => Err(unapproved(NO_ROLES, approval)),
        Err(fault) => Err(unanswered(fault)),
    }
}

/// A token that was given a moment ago and is not accepted carries no rights.
fn denied(error: &GraphError) -> bool {
    matches!(error.meaning(), Meaning::SignIn | Meaning::Denied)
}

const UNAVAILABLE: &str = "the sign-in succeeded, but Microsoft Graph does not answer: try again later";

fn unanswered(fault: Fault) -> SignInError {
    match ask::call_error(fault, "") {
        CallError::Unavailable(_) | CallError::Throttled(_) => refused(Problem::Unavailable, UNAVAILABLE),
        CallError::Withheld(text) | CallError::Other(text) => refused(Problem::Other, &text),
        _ => refused(
            Problem::Other,
            "Microsoft Graph answers in a way that is not known here",
        ),
    }
}

/// A permission is missing, which an administrator grants at one address once it is registered.
fn unapproved(message: &str, approval: Option<&str>) -> SignInError {
    let at = approval.map_or_else(String::new, |url| {
        format!("; what is registered there is granted for everybody at {url}")
    });
    refused(Problem::ConsentMissing, &format!("{message}{at}"))
}

fn at_url(message: &str) -> SignInError {
    SignInError {
        problem: Problem::WrongSettings,
        key: Some(URL.to_owned()),
        message: message.to_owned(),
    }
}

fn refused(problem: Problem, message: &str) -> SignInError {
    SignInError {
        problem,
        key: None,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
