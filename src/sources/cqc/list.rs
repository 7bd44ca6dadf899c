//! The two lists of ids, page by page. Both are read whole or the source has failed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::Url;

use super::collect::Job;
use super::collected::{Document, Fetch, FetchOutcome};
use super::page::{self, List, Page};
use crate::sources::http::Answer;

/// Pages of one list that are read.
pub const PAGES_MAX: u64 = 100;

impl Job<'_> {
    /// The ids that the filter finds; none, when there is no filter to ask with.
    pub(super) async fn list_register(&mut self) -> Result<BTreeSet<String>, String> {
        let mut query = Vec::new();
        query.extend(self.settings.local_authorities.iter().map(|name| ("localAuthority", name.clone())));
        query.extend(
            self.settings.service_types.iter().map(|name| ("gacServiceTypeDescription", name.clone())),
        );
        if query.is_empty() {
            return Ok(BTreeSet::new());
        }
        self.pages(List::Register, "locations", query).await
    }

    /// The ids that changed from `start`, inclusive, to `end`, exclusive.
    pub(super) async fn list_changes(
        &mut self,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<BTreeSet<String>, String> {
        let second = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let query = vec![("startTimestamp", second(start)), ("endTimestamp", second(end))];
        self.pages(List::Changes, "changes/location", query).await
    }

    async fn pages(
        &mut self,
        list: List,
        path: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<BTreeSet<String>, String> {
        let mut read = Read::default();
        for number in 1..=PAGES_MAX {
            let url = self.page_url(path, &query, number)?;
            let page = self.one_page(list, &url, number).await?;
            match read.add(page, number) {
                Ok(true) => return Ok(read.ids),
                Ok(false) => {}
                Err(why) => {
                    self.disown_last_page(&why);
                    return Err(format!("{url}: {why}; the next run asks again"));
                }
            }
        }
        Err(format!("the list {path} has over {PAGES_MAX} pages; narrow the filter or raise per_page"))
    }

    /// A page that is whole by itself and cannot be believed beside the others.
    fn disown_last_page(&mut self, why: &str) {
        if let Some(fetch) = self.out.fetches.last_mut() {
            fetch.outcome = FetchOutcome::Failed;
            fetch.detail = Some(why.to_owned());
        }
    }

    fn page_url(&self, path: &str, query: &[(&str, String)], number: u64) -> Result<String, String> {
        let base = format!("{}/{path}", self.settings.base_url);
        let mut url = Url::parse(&base).map_err(|error| format!("{base}: {error}; check base_url"))?;
        url.query_pairs_mut()
            .extend_pairs(query)
            .append_pair("page", &number.to_string())
            .append_pair("perPage", &self.settings.per_page.to_string());
        Ok(url.into())
    }

    async fn one_page(&mut self, list: List, url: &str, number: u64) -> Result<Page, String> {
        let answer = self.http.get(url, None).await;
        let at = self.plan.clock.moment();
        let fetch = |status, outcome, document, detail| Fetch {
            url: url.to_owned(),
            at,
            status: Some(status),
            outcome,
            document,
            detail,
        };
        let bytes = match answer {
            Ok(Answer::Body { bytes, .. }) => bytes,
            Ok(Answer::Absent | Answer::Unchanged) => {
                self.out.fetches.push(fetch(404, FetchOutcome::Failed, None, None));
                return Err(format!("{url}: status 404, there is no such list; check base_url"));
            }
            Err(fault) => {
                self.out.fault(&fault, at);
                return Err(fault.to_string());
            }
        };
        match page::page(&bytes, list, number) {
            Ok(page) => {
                let document = self.out.document(Document::kept(url, at, bytes.len(), page.kept.bytes()));
                self.out.wonder(page.kept.drift.clone());
                self.out.fetches.push(fetch(200, FetchOutcome::Good, Some(document), None));
                Ok(page)
            }
            Err(why) => {
                let document = self.out.document(Document::unusable(url, at, &bytes));
                let detail = Some(why.clone());
                self.out.fetches.push(fetch(200, FetchOutcome::Failed, Some(document), detail));
                Err(format!("{url}: the page cannot be used, {why}"))
            }
        }
    }
}

/// The pages of a list so far.
#[derive(Default)]
struct Read {
    ids: BTreeSet<String>,
    entries: u64,
    smallest_total: Option<u64>,
    last: Vec<String>,
}

impl Read {
    /// Adds a page and says whether the list is whole with it.
    fn add(&mut self, page: Page, number: u64) -> Result<bool, String> {
        if number > 1 && page.ids == self.last {
            return Err(format!("page {number} repeats page {}", number - 1));
        }
        self.entries += u64::try_from(page.ids.len()).unwrap_or(u64::MAX);
        // The register moves while it is read: an entry that leaves between two pages is no fault.
        let total = self.smallest_total.map_or(page.total, |total| total.min(page.total));
        self.smallest_total = Some(total);
        self.ids.extend(page.ids.iter().cloned());
        self.last = page.ids;
        if number < page.pages {
            return Ok(false);
        }
        if self.entries < total {
            return Err(format!("the list is short, {} of {total} ids came", self.entries));
        }
        Ok(true)
    }
}
