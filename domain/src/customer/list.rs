//! The directory's list as its address says it: search, order, page.

use crate::view::escape;
use serde::{Deserialize, Serialize};

/// Customers on one page of the list.
pub const PAGE: u32 = 50;
/// Longest search, in characters.
pub const LIST_SEARCH_MAX: usize = 200;

/// By what the list can be sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListSort {
    #[default]
    Name,
    Plan,
    Region,
}

impl ListSort {
    /// The word in the address.
    pub fn code(self) -> &'static str {
        match self {
            ListSort::Name => "name",
            ListSort::Plan => "plan",
            ListSort::Region => "region",
        }
    }

    /// Reads the word of [`ListSort::code`] exactly.
    pub fn from_code(code: &str) -> Option<ListSort> {
        [ListSort::Name, ListSort::Plan, ListSort::Region].into_iter().find(|sort| sort.code() == code)
    }
}

/// What of the directory is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomerList {
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub sort: ListSort,
    #[serde(default)]
    pub descending: bool,
    /// From 0 on.
    #[serde(default)]
    pub page: u32,
}

impl CustomerList {
    /// Reads it from the parts of an address; what cannot be read is left out.
    pub fn from_parts(search: &str, sort: &str, page: &str) -> CustomerList {
        let (descending, code) = sort.strip_prefix('-').map_or((false, sort), |code| (true, code));
        let sort = ListSort::from_code(code);
        CustomerList {
            search: search.trim().chars().take(LIST_SEARCH_MAX).collect(),
            descending: descending && sort.is_some(),
            sort: sort.unwrap_or_default(),
            page: page.parse::<u32>().unwrap_or(1).saturating_sub(1),
        }
    }

    /// The address that shows it.
    pub fn path(&self) -> String {
        let mut parts = Vec::new();
        if !self.search.is_empty() {
            parts.push(format!("q={}", escape(&self.search)));
        }
        if let Some(sort) = self.sort_part() {
            parts.push(format!("sort={sort}"));
        }
        if self.page > 0 {
            parts.push(format!("page={}", u64::from(self.page) + 1));
        }
        if parts.is_empty() { "/customers".to_owned() } else { format!("/customers?{}", parts.join("&")) }
    }

    /// The order as the address has it, unless it is the usual one.
    pub fn sort_part(&self) -> Option<String> {
        let usual = self.sort == ListSort::default() && !self.descending;
        (!usual).then(|| format!("{}{}", if self.descending { "-" } else { "" }, self.sort.code()))
    }

    /// The same on another page.
    pub fn at_page(&self, page: u32) -> CustomerList {
        CustomerList { page, ..self.clone() }
    }

    /// The same in the order after a click on a head: upwards, then downwards.
    pub fn sorted_by(&self, sort: ListSort) -> CustomerList {
        let descending = self.sort == sort && !self.descending;
        CustomerList { sort, descending, page: 0, ..self.clone() }
    }
}
