//! The way to the source and to its sign-in service, and what time it is there.

use chrono::{DateTime, TimeDelta, Utc};
use clientpoint_engine::egress::{Certificate, Way, WayEnd};

use crate::{
    service::api::Check,
    store::words::{CheckStanding, CheckSubject},
    way_out::WayOut,
};

/// A difference that is nothing: an answer takes its time, and its header knows whole seconds.
const ALIKE: TimeDelta = TimeDelta::seconds(30);

/// A difference with which signing in fails: what proves an application, or a person, is good for some minutes.
const APART: TimeDelta = TimeDelta::minutes(5);

/// The steps of a way, in their order.
const STEPS: [CheckSubject; 4] = [
    CheckSubject::Name,
    CheckSubject::Address,
    CheckSubject::Connection,
    CheckSubject::Tls,
];

/// What was found on the ways to all endpoints. `now` is this host's time, just after the last answer.
pub(super) fn found(ways: &[Way], now: DateTime<Utc>) -> Vec<Check> {
    let proxy = ways.iter().find_map(|way| way.proxy.as_deref());
    let mut checks = vec![match proxy {
        None => Check::well(CheckSubject::Proxy, "no proxy is set: requests go out by themselves"),
        Some(name) => Check::well(
            CheckSubject::Proxy,
            format!("requests take the proxy `{name}`, which looks for names and addresses itself"),
        ),
    }];
    let failed = ways.iter().find_map(|way| failed(way, proxy.is_some()));
    let last = failed
        .as_ref()
        .and_then(|check| STEPS.iter().position(|step| *step == check.subject));
    for (place, step) in STEPS.into_iter().enumerate() {
        checks.push(match (&failed, last) {
            (Some(check), Some(last)) if place == last => check.clone(),
            (Some(_), Some(last)) if last < place => Check::not_asked(step, "what comes before it does not hold"),
            _ => passed(step, ways, proxy.is_some()),
        });
    }
    checks.push(clock(ways, now));
    checks
}

/// The step at which a way ends before an answer.
fn failed(way: &Way, by_proxy: bool) -> Option<Check> {
    let origin = &way.origin;
    let network = [WayOut::CheckNetwork];
    Some(match &way.end {
        WayEnd::Name(why) => {
            let message = format!("the name in `{origin}` does not resolve ({why})");
            Check::failed(CheckSubject::Name, message).with(network)
        }
        WayEnd::Address => {
            let message = format!(
                "the name in `{origin}` leads to an address that is not on the public internet, and nothing is sent there: a \
                 name service of one's own network answers for it, or a filter does"
            );
            Check::failed(CheckSubject::Address, message).with(network)
        }
        WayEnd::Connection(why) => {
            let whose = if by_proxy { "through the proxy, no" } else { "no" };
            let message = format!("{whose} connection to `{origin}` comes about ({why})");
            Check::failed(CheckSubject::Connection, message).with(network)
        }
        WayEnd::Encryption(wrong) => Check::failed(CheckSubject::Tls, encryption(origin, wrong)).with(match wrong {
            Certificate::UnknownAuthority => [WayOut::TrustAuthority],
            Certificate::OtherTime => [WayOut::SetClock],
            _ => network,
        }),
        _ => return None,
    })
}

fn encryption(origin: &str, wrong: &Certificate) -> String {
    match wrong {
        Certificate::UnknownAuthority => format!(
            "the certificate that comes from `{origin}` was made by an authority that this machine does not know. Where a \
             proxy of one's own opens what goes out, that is its authority"
        ),
        Certificate::OtherTime => format!("the certificate that comes from `{origin}` is not good at this time"),
        Certificate::OtherName => format!(
            "the certificate that comes from `{origin}` is for another name: something between this host and the source \
             answers for it"
        ),
        Certificate::Other(why) => format!("what encrypts the connection to `{origin}` does not hold ({why})"),
        _ => format!("what encrypts the connection to `{origin}` does not hold"),
    }
}

fn passed(step: CheckSubject, ways: &[Way], by_proxy: bool) -> Check {
    let origins: Vec<String> = ways.iter().map(|way| format!("`{}`", way.origin)).collect();
    let origins = origins.join(" and ");
    let plain = ways.iter().any(|way| way.origin.starts_with("http://"));
    match step {
        CheckSubject::Name | CheckSubject::Address if by_proxy => Check::not_asked(step, "that is left to the proxy"),
        CheckSubject::Name => Check::well(step, format!("the names in {origins} resolve")),
        CheckSubject::Address => Check::well(step, "they lead to addresses that requests may go to"),
        CheckSubject::Connection => Check::well(step, "connections come about"),
        _ if plain => Check::not_asked(step, "nothing is encrypted: these are endpoints for tests"),
        _ => Check::well(step, "the certificates are of authorities that this machine knows"),
    }
}

/// This host's clock against that of whoever has answered. The larger difference counts.
fn clock(ways: &[Way], now: DateTime<Utc>) -> Check {
    let subject = CheckSubject::Clock;
    let told = ways.iter().filter_map(|way| match way.end {
        WayEnd::Answer { date: Some(date) } => Some((now - date, way)),
        _ => None,
    });
    let Some((ahead, way)) = told.max_by_key(|(ahead, _)| ahead.abs()) else {
        return Check::not_asked(subject, "no answer said what time it is");
    };
    if ahead.abs() <= ALIKE {
        return Check::well(subject, format!("this host's clock and that of `{}` agree", way.origin));
    }
    let by = match ahead.abs() {
        apart if apart < TimeDelta::minutes(2) => format!("{} seconds", apart.num_seconds()),
        apart if apart < TimeDelta::hours(2) => format!("{} minutes", apart.num_minutes()),
        apart => format!("{} hours", apart.num_hours()),
    };
    let how = if TimeDelta::zero() < ahead {
        "ahead of"
    } else {
        "behind"
    };
    let standing = if APART < ahead.abs() {
        CheckStanding::Failed
    } else {
        CheckStanding::Warning
    };
    let message = format!("this host's clock is {by} {how} that of `{}`", way.origin);
    Check::new(subject, standing, message).with([WayOut::SetClock])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(origin: &str, end: WayEnd) -> Way {
        Way {
            origin: origin.into(),
            proxy: None,
            end,
        }
    }

    fn answered(at: &str) -> WayEnd {
        WayEnd::Answer { date: at.parse().ok() }
    }

    fn standings(ways: &[Way]) -> Vec<CheckStanding> {
        let now = "2026-03-02T05:00:00Z".parse().unwrap();
        found(ways, now).into_iter().map(|check| check.standing).collect()
    }

    #[test]
    fn what_comes_after_a_step_that_does_not_hold_is_not_asked() {
        use CheckStanding::{Failed, NotAsked, Well};
        let good = || way("https://a.example", answered("2026-03-02T05:00:10Z"));
        assert_eq!(standings(&[good(), good()]), [Well; 6]);
        for (end, expected) in [
            (
                WayEnd::Name("no such name".into()),
                [Well, Failed, NotAsked, NotAsked, NotAsked, Well],
            ),
            (WayEnd::Address, [Well, Well, Failed, NotAsked, NotAsked, Well]),
            (
                WayEnd::Connection("refused".into()),
                [Well, Well, Well, Failed, NotAsked, Well],
            ),
            (
                WayEnd::Encryption(Certificate::UnknownAuthority),
                [Well, Well, Well, Well, Failed, Well],
            ),
        ] {
            assert_eq!(standings(&[good(), way("https://b.example", end)]), expected);
        }
    }

    #[test]
    fn an_hour_is_too_much_and_a_minute_is_told() {
        let now: DateTime<Utc> = "2026-03-02T05:00:00Z".parse().unwrap();
        for (there, standing, says) in [
            ("2026-03-02T05:00:20Z", CheckStanding::Well, "agree"),
            ("2026-03-02T05:01:00Z", CheckStanding::Warning, "60 seconds behind"),
            ("2026-03-02T04:00:00Z", CheckStanding::Failed, "60 minutes ahead of"),
            ("2026-02-27T05:00:00Z", CheckStanding::Failed, "72 hours ahead of"),
        ] {
            let check = clock(&[way("https://a.example", answered(there))], now);
            assert_eq!(check.standing, standing, "{}", check.message);
            assert!(check.message.contains(says), "{}", check.message);
        }
        let silent = clock(&[way("https://a.example", WayEnd::Answer { date: None })], now);
        assert_eq!(silent.standing, CheckStanding::NotAsked);
    }
}
