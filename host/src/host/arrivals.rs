//! The sign-in service by which the host's own people may come in, and who is on the way to it. In memory alone: whoever was
//! on the way when the host ended begins again.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clientpoint_engine::{
    clock::Clock,
    oauth::{
        Credential, Issuer,
        pending::{LIFE, Pending},
    },
    secrets::Secret,
};

use super::Host;
use crate::{Error, Result, secret_files, settings::Layers, way_out::WayOut};

/// So many are on the way at a time, and so many of those from one address. With another one, the oldest goes, of the same
/// address where that has too many: whoever sets out without end is in nobody else's way.
const AT_MOST: usize = 2_000;
const OF_ONE_AT_MOST: usize = 200;

/// What somebody wants who goes to the sign-in service.
#[derive(Debug)]
pub(crate) enum Aim {
    /// To come in, and go on to that page.
    ComeIn(String),
    /// To use a link up.
    UseLink(Secret),
}

/// Somebody who is on the way.
pub(crate) struct Arrival {
    pub(crate) aim: Aim,
    pending: Arc<Pending>,
    from: String,
    until: Duration,
}

/// A sign-in service, as it is set.
pub(crate) struct Service {
    pub(crate) issuer: Issuer,
    pub(crate) client_id: String,
    pub(crate) name: String,
    secret_file: Option<String>,
}

/// The sign-in service of a host, and who is on the way.
pub(crate) struct Arrivals {
    clock: Arc<dyn Clock>,
    service: Option<Service>,
    on_the_way: Mutex<BTreeMap<String, Arrival>>,
}

impl Arrivals {
    /// As it is set.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for half of the settings, and for an issuer that can't be one.
    pub(super) fn new(layers: &Layers, insecure: bool, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self {
            service: Service::of(layers, insecure, &clock)?,
            clock,
            on_the_way: Mutex::default(),
        })
    }

    /// The sign-in service; none if none is set.
    pub(crate) fn service(&self) -> Option<&Service> {
        self.service.as_ref()
    }

    /// Somebody sets out from this address. `key` is what their browser is known by.
    pub(crate) fn put(&self, key: String, from: &str, aim: Aim, pending: Pending) {
        let now = self.clock.elapsed();
        let mut known = self.known();
        known.retain(|_, arrival| now < arrival.until);
        let of_one = known.values().filter(|arrival| arrival.from == from).count();
        if OF_ONE_AT_MOST <= of_one {
            remove_oldest(&mut known, |arrival| arrival.from == from);
        } else if AT_MOST <= known.len() {
            remove_oldest(&mut known, |_| true);
        }
        let arrival = Arrival {
            aim,
            pending: Arc::new(pending),
            from: from.to_owned(),
            until: now + LIFE,
        };
        known.insert(key, arrival);
    }

    /// What is known of the answer that this browser waits for.
    pub(crate) fn pending(&self, key: &str) -> Option<Arc<Pending>> {
        let now = self.clock.elapsed();
        let known = self.known();
        let arrival = known.get(key).filter(|arrival| now < arrival.until)?;
        Some(arrival.pending.clone())
    }

    /// Whoever has had their answer is not on the way any more.
    pub(crate) fn take(&self, key: &str) -> Option<Arrival> {
        self.known().remove(key)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Arrival>> {
        self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove_oldest(known: &mut BTreeMap<String, Arrival>, among: impl Fn(&Arrival) -> bool) {
    let among = known.iter().filter(|(_, arrival)| among(arrival));
    let oldest = among.min_by_key(|(_, arrival)| arrival.until);
    if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
        known.remove(&oldest);
    }
}

impl Service {
    fn of(layers: &Layers, insecure: bool, clock: &Arc<dyn Clock>) -> Result<Option<Self>> {
        let text = |key: &str| layers.get(key).map(str::to_owned);
        let (issuer, client_id) = match (text("sign-in.issuer"), text("sign-in.client-id")) {
            (Some(issuer), Some(client_id)) => (issuer, client_id),
            (None, None) => return Ok(None),
            _ => {
                let half = "`sign-in.issuer` and `sign-in.client-id` are set together, or neither of them";
                return Err(Error::Settings(half.into()).with([WayOut::ShowSettings]));
            }
        };
        let wrong = |why: String| {
            Error::Settings(format!("`sign-in.issuer` can't be `{}`: {why}", issuer.escape_debug()))
                .with([WayOut::ShowSettings])
        };
        Ok(Some(Self {
            issuer: Issuer::new(&issuer, insecure, clock.clone()).map_err(wrong)?,
            client_id,
            name: text("sign-in.name").unwrap_or_else(|| "your company's account".into()),
            secret_file: text("sign-in.client-secret-file"),
        }))
    }

    /// What this host proves itself by. It is read each time: whoever lays a new secret there need not start anything anew.
    ///
    /// # Errors
    ///
    /// `Error::Settings` for a file that can't be read, is empty, or too long.
    pub(crate) fn credential(&self) -> Result<Credential> {
        let Some(file) = &self.secret_file else {
            return Ok(Credential::None);
        };
        secret_files::read("sign-in.client-secret-file", Path::new(file)).map(Credential::Secret)
    }
}

impl Host {
    /// By what people can sign in who have no password here, as they call it; none if nothing is set.
    pub fn sign_in_name(&self) -> Option<&str> {
        Some(self.arrivals.service()?.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use clientpoint_engine::{
        clock::ManualClock,
        oauth::{Plan, SignInPage},
    };

    use super::*;
    use crate::settings::Origin;

    fn clock() -> ManualClock {
        ManualClock::new("2026-03-02T05:00:00Z".parse().unwrap())
    }

    fn set(pairs: &[(&str, &str)]) -> Result<Arrivals> {
        let mut layers = Layers::default();
        for (key, value) in pairs {
            layers.put(Origin::File, key, value)?;
        }
        Arrivals::new(&layers, false, Arc::new(clock()))
    }

    #[test]
    fn half_of_the_settings_and_an_issuer_that_can_not_be_one_are_told_when_the_host_starts() {
        assert!(set(&[]).unwrap().service().is_none());
        let (issuer, id) = (
            ("sign-in.issuer", "https://login.example"),
            ("sign-in.client-id", "console"),
        );
        assert_eq!(
            set(&[issuer, id]).unwrap().service().unwrap().name,
            "your company's account"
        );
        for half in [issuer, id] {
            let told = set(&[half]).err().unwrap().to_string();
            assert!(told.contains("are set together"), "{told}");
        }
        let told = set(&[("sign-in.issuer", "http://login.example"), id])
            .err()
            .unwrap()
            .to_string();
        assert!(
            told.contains("`http://login.example`") && told.contains("not https"),
            "{told}"
        );
    }

    #[test]
    fn whoever_sets_out_without_end_is_in_nobody_elses_way() {
        let arrivals = set(&[]).unwrap();
        let put = |key: &str, from: &str| {
            let page = SignInPage {
                url: "https://login.example/authorize".into(),
                ..SignInPage::default()
            };
            let pending = Pending::begin(&Plan::default(), &page, "http://localhost:4700/login/return").unwrap();
            arrivals.put(key.to_owned(), from, Aim::ComeIn(String::new()), pending);
        };
        put("ada", "10.0.0.1");
        for number in 0..OF_ONE_AT_MOST + 50 {
            put(&number.to_string(), "10.0.0.2");
        }
        assert!(arrivals.pending("ada").is_some());
        assert_eq!(arrivals.known().len(), OF_ONE_AT_MOST + 1);
        for number in 0..AT_MOST {
            put(
                &format!("of-many-{number}"),
                &format!("10.1.{}.{}", number / 250, number % 250),
            );
        }
        assert_eq!(arrivals.known().len(), AT_MOST);
    }
}
