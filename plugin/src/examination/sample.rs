//! A small file, fetched, judged as an import judges one, and thrown away.

use crate::{
    ask::{self, Fault, Miss},
    contract::{Finding, Policy, Standing, Subject, Verification},
    download,
    failure::Failure,
    graph,
    item::Item,
    ports::Ports,
    quick_xor::QuickXor,
    retry::Budget,
    rules::{
        bytes::{self, Delivered, Judgement, Published},
        enter, formats,
    },
};

/// The largest file that is fetched, in bytes.
const AT_MOST: usize = 1 << 20;

/// Redirects from Microsoft Graph to the bytes.
const HOPS: usize = 5;

pub(super) const NONE: &str = "on the first page of the drive's root there is no file of at most 1 MiB that may enter the \
    library, so none was fetched";

/// Why there is no file that was judged to be right.
pub(super) enum Trouble {
    /// It did not come.
    Fault(Fault),
    /// It came, twice, and is not what it should be.
    Judged(Failure),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The smallest file that may enter the library, of those with a hash if there are any.
pub(super) fn chosen<'i>(items: &'i [Item], policy: &Policy) -> Option<&'i Item> {
    let size = |item: &Item| item.size().filter(|size| (1..=AT_MOST as u64).contains(size));
    let fits = |item: &&Item| size(item).is_some() && enter::may_enter(item, policy).is_ok();
    let files = items.iter().filter(fits);
    files.min_by_key(|item| (item.hash().is_none(), size(item)))
}

/// Fetches the file, and judges what came; twice, where the first does not agree with what the metadata says.
pub(super) async fn judged<P: Ports>(ports: &P, api: &str, drive: &str, item: &Item) -> Result<Verification, Trouble> {
    let mut budget = Budget::page();
    let mut fresh;
    let (mut item, mut earlier) = (item, None);
    loop {
        let delivered = fetched(ports, api, drive, &item.id, &mut budget).await?;
        let published = Published {
            size: item.size(),
            hash: item.hash().map(str::to_owned),
            ending: formats::ending(&item.name),
        };
        match bytes::judge(&published, &delivered, earlier.as_deref()) {
            Judgement::Accept(verification) => return Ok(verification),
            Judgement::Refuse(failure) => return Err(Trouble::Judged(failure)),
            Judgement::Again if earlier.is_some() => return Err(Trouble::Judged(Failure::Changing)),
            Judgement::Again => {
                let request = graph::item(api, drive, &item.id);
                fresh = ask::json(ports, &request, &mut budget, graph::read_item).await?;
                earlier = Some(delivered.hash);
                item = &fresh;
            }
        }
    }
}

async fn fetched<P: Ports>(
    ports: &P,
    api: &str,
    drive: &str,
    item: &str,
    budget: &mut Budget,
) -> Result<Delivered, Fault> {
    loop {
        match once(ports, api, drive, item, budget).await {
            Ok(delivered) => return Ok(delivered),
            Err(Miss { fault, trouble: None }) => return Err(fault),
            Err(Miss {
                fault,
                trouble: Some(trouble),
            }) => ask::again(ports, budget, trouble, fault).await?,
        }
    }
}

async fn once<P: Ports>(ports: &P, api: &str, drive: &str, item: &str, budget: &mut Budget) -> Result<Delivered, Miss> {
    let mut request = graph::content(api, drive, item);
    for _ in 0..=HOPS {
        let (head, body) = ask::open(ports, &request, budget).await?;
        if let Some(next) = download::redirected(&request, &head, 0) {
            request = next;
            continue;
        }
        if head.status != 200 {
            return Err(ask::refused(ports, head, body).await);
        }
        let body = ask::whole(ports, body, AT_MOST).await?;
        let mut hash = QuickXor::new();
        hash.update(&body);
        return Ok(Delivered {
            size: hash.len(),
            hash: hash.finish(),
            announced: head.number("content-length"),
            media_type: head.header("content-type").unwrap_or_default().to_owned(),
            first: body.into_iter().take(formats::SAMPLE).collect(),
            protection: None,
        });
    }
    Err(Fault::Unusable("Microsoft redirects a download again and again".to_owned()).into())
}

pub(super) fn finding(verification: Verification) -> Finding {
    let message = match verification {
        Verification::Verified => {
            "a small file was fetched, its hash is the one that Microsoft publishes, and it was thrown away"
        }
        Verification::NoHash => {
            "a small file was fetched and thrown away; Microsoft publishes no hash for it, and its size is right"
        }
        Verification::Rewritten => {
            "a small file was fetched twice and thrown away; Microsoft hands out other bytes of it than its hash says, both \
             times the same, as it does with some documents and pictures"
        }
    };
    Finding {
        subject: Subject::File,
        standing: Standing::Well,
        message: message.to_owned(),
        remedy: None,
    }
}

/// What is wrong with what came.
pub(super) const fn words(failure: Failure) -> &'static str {
    match failure {
        Failure::Truncated => {
            "of a small file, fewer bytes came than were announced, twice: something between this host and Microsoft cuts \
             downloads off"
        }
        Failure::NotTheFile => {
            "in the place of a small file, a page or a message came, twice: something between this host and Microsoft \
             answers for it, a proxy or a filter"
        }
        Failure::Changing => "a small file changed while it was fetched, so that nothing is known: look again",
        _ => {
            "of a small file, other bytes came than Microsoft's own metadata describes, twice. Such a file does not enter the \
             library; something between this host and Microsoft may change it, or it is damaged there"
        }
    }
}
