//! Splitting accounts into waves: "25 accounts, 10 %, 30 %, the rest", each value of a column represented in each wave.
//!
//! The same accounts, parts and seed give the same waves on every machine: who comes into which wave is decided by a
//! hash of seed and external id, never by the order in which the accounts are handed in.

use crate::bulk::BulkScope;
use crate::id::{AccountNumber, ExternalId};
use crate::migration::FieldError;
use crate::view::Column;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// Waves of one split.
pub const WAVES_MAX: usize = 20;
/// Values of the column by which a split is stratified.
pub const STRATA_MAX: usize = 200;
/// Longest text of parts, in characters.
pub const PARTS_TEXT_MAX: usize = 400;

/// How many accounts a wave gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", content = "size", rename_all = "snake_case")]
pub enum Part {
    Accounts(u32),
    /// Of all accounts, in hundredths of a percent.
    Percent(u32),
    /// Whatever the other waves leave.
    Rest,
}

/// All accounts, in hundredths of a percent.
const WHOLE: u64 = 10_000;

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Accounts(1) => f.write_str("1 account"),
            Part::Accounts(count) => write!(f, "{count} accounts"),
            Part::Percent(hundredths) => write!(f, "{} %", percent(u64::from(*hundredths))),
            Part::Rest => f.write_str("the rest"),
        }
    }
}

/// Hundredths of a percent as people write them: `12.5`.
fn percent(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Parts in the words in which they are typed.
pub fn parts_text(parts: &[Part]) -> String {
    parts.iter().map(Part::to_string).collect::<Vec<_>>().join(", ")
}

/// Why a text is no split, or not of these accounts. The text is for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParts {
    #[error("Say how large the waves are, for example: 25 accounts, 10 %, 30 %, the rest.")]
    Nothing,
    #[error("“{0}” is no size of a wave. Write 25 accounts, 10 %, or the rest.")]
    Unread(String),
    #[error("“{0}” is a wave without accounts.")]
    Zero(String),
    #[error("There can be only one rest: two waves cannot both get what the others leave.")]
    TwoRests,
    #[error("The waves add up to {} %. They can have 100 % at most.", percent(*.0))]
    OverWhole(u64),
    #[error("At most {WAVES_MAX} waves.")]
    TooMany,
    #[error("There is no account to split.")]
    NoAccounts,
    #[error("The waves ask for {wanted} accounts, but there are only {there}.")]
    MoreThanThere { wanted: u64, there: u32 },
    #[error("{part} of {there} accounts is less than one. Ask for more, or leave this wave out.")]
    LessThanOne { part: Part, there: u32 },
    #[error("Nothing is left for the rest: the other waves have all {there} accounts already.")]
    NothingLeft { there: u32 },
    #[error(
        "There are {count} different values, and at most {STRATA_MAX} can be told apart. Split by another column, or by none."
    )]
    TooManyStrata { count: usize },
}

impl BadParts {
    /// The complaint at the form's field that it is about.
    pub fn at_field(&self) -> FieldError {
        let field = if matches!(self, BadParts::TooManyStrata { .. }) { "by" } else { "parts" };
        FieldError::new(field, self.to_string())
    }
}

/// Reads `25 accounts, 10 %, 30 %, the rest`: separated by commas, semicolons or lines; `1,000` is a thousand.
pub fn parse_parts(text: &str) -> Result<Vec<Part>, BadParts> {
    if text.chars().count() > PARTS_TEXT_MAX {
        return Err(BadParts::TooMany);
    }
    let parts: Vec<Part> = pieces(text).iter().map(|piece| parse_part(piece)).collect::<Result<_, _>>()?;
    if parts.is_empty() {
        return Err(BadParts::Nothing);
    }
    if parts.len() > WAVES_MAX {
        return Err(BadParts::TooMany);
    }
    if parts.iter().filter(|part| **part == Part::Rest).count() > 1 {
        return Err(BadParts::TwoRests);
    }
    let whole = percents(&parts);
    if whole > WHOLE { Err(BadParts::OverWhole(whole)) } else { Ok(parts) }
}

fn percents(parts: &[Part]) -> u64 {
    let hundredths = |part: &Part| if let Part::Percent(hundredths) = part { u64::from(*hundredths) } else { 0 };
    parts.iter().map(hundredths).sum()
}

/// The text cut at its separators. A comma between a digit and exactly three digits belongs to a number.
fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let digit = |index: usize| letters.get(index).is_some_and(char::is_ascii_digit);
    let thousands = |index: usize| {
        let three = (1..=3).all(|step| digit(index + step)) && !digit(index + 4);
        index > 0 && digit(index - 1) && three
    };
    let mut pieces = vec![String::new()];
    for (index, letter) in letters.iter().enumerate() {
        match letter {
            ',' if thousands(index) => {}
            ',' | ';' | '\n' => pieces.push(String::new()),
            letter => {
                if let Some(piece) = pieces.last_mut() {
                    piece.push(*letter);
                }
            }
        }
    }
    pieces.iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect()
}

fn parse_part(piece: &str) -> Result<Part, BadParts> {
    let unread = || BadParts::Unread(piece.to_owned());
    let small = piece.to_lowercase();
    let words: String = small.split_whitespace().collect::<Vec<_>>().join(" ");
    if ["the rest", "rest", "all others", "the others"].contains(&words.as_str()) {
        return Ok(Part::Rest);
    }
    let without = |endings: &[&str]| {
        endings.iter().find_map(|ending| words.strip_suffix(ending)).map(|number| number.trim_end().to_owned())
    };
    let part = if let Some(number) = without(&["%", "percent", "per cent"]) {
        Part::Percent(hundredths(&number).ok_or_else(unread)?)
    } else {
        let number = without(&["accounts", "account", "customers", "customer"]).unwrap_or(words);
        Part::Accounts(number.parse().map_err(|_| unread())?)
    };
    match part {
        Part::Accounts(0) | Part::Percent(0) => Err(BadParts::Zero(piece.to_owned())),
        part => Ok(part),
    }
}

/// `12.5` as hundredths; two places after the point at most.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 5 || places.len() > 2 || !digits(whole) || !digits(places) {
        return None;
    }
    let places: u32 = format!("{places:0<2}").parse().ok()?;
    Some(whole.parse::<u32>().ok()? * 100 + places)
}

/// How many accounts each wave gets of `there`; the shares in percent are apportioned by largest remainders.
pub fn sizes(parts: &[Part], there: u32) -> Result<Vec<u32>, BadParts> {
    if there == 0 {
        return Err(BadParts::NoAccounts);
    }
    let all = u64::from(there);
    let counted: u64 =
        parts.iter().map(|part| if let Part::Accounts(count) = part { u64::from(*count) } else { 0 }).sum();
    // Shares that make a whole together leave nobody over.
    let shared = match percents(parts) {
        WHOLE => all,
        hundredths => (all * hundredths + WHOLE / 2) / WHOLE,
    };
    let shares: Vec<u64> =
        parts.iter().map(|part| if let Part::Percent(share) = part { u64::from(*share) } else { 0 }).collect();
    let apportioned = apportion(shared, &shares);
    let wanted = counted + shared;
    if wanted > all {
        return Err(BadParts::MoreThanThere { wanted, there });
    }
    let mut sizes = Vec::with_capacity(parts.len());
    for (part, share) in parts.iter().zip(apportioned) {
        let size = match part {
            Part::Accounts(count) => *count,
            Part::Percent(_) if share == 0 => return Err(BadParts::LessThanOne { part: *part, there }),
            Part::Percent(_) => share as u32,
            Part::Rest if wanted == all => return Err(BadParts::NothingLeft { there }),
            Part::Rest => (all - wanted) as u32,
        };
        sizes.push(size);
    }
    Ok(sizes)
}

/// `total` divided in proportion to the weights: whole parts first, then one more to the largest remainders.
fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u64 = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let mut counts: Vec<u64> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).filter(|index| weights[*index] > 0).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(total * weights[*index] % sum), *index));
    let left = total - counts.iter().sum::<u64>();
    order.into_iter().take(left as usize).for_each(|index| counts[index] += 1);
    counts
}

/// How accounts are to be split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitPlan {
    pub scope: BulkScope,
    /// As typed: `25 accounts, 10 %, the rest`.
    pub parts: String,
    /// Plan, region or a select field; `None`: all accounts are alike.
    pub by: Option<Column>,
    pub seed: u32,
}

/// An account that is to come into a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub number: AccountNumber,
    pub id: ExternalId,
    /// What its stratum is told apart by; empty: it has no value.
    pub stratum: String,
}

/// The waves of a split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The accounts of each wave, in the order of their numbers.
    pub waves: Vec<Vec<AccountNumber>>,
    /// Accounts that no wave asked for.
    pub left: Vec<AccountNumber>,
    pub strata: Vec<Stratum>,
}

/// How one value of the column is distributed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    pub key: String,
    pub accounts: u32,
    /// Of these, in each wave.
    pub waves: Vec<u32>,
    /// In no wave.
    pub left: u32,
}

/// Splits the accounts. Every wave has, of every stratum, its share rounded up or down, and the sums are exact. Where
/// that leaves a choice, strata without an account in a wave come first, and among those the earlier waves.
pub fn split(members: &[Member], parts: &[Part], seed: u32) -> Result<Split, BadParts> {
    let sizes = sizes(parts, members.len() as u32)?;
    let mut strata: BTreeMap<&str, Vec<(u64, &Member)>> = BTreeMap::new();
    for member in members {
        let place = scatter(seed, member.id.as_str());
        strata.entry(&member.stratum).or_default().push((place, member));
    }
    if strata.len() > STRATA_MAX {
        return Err(BadParts::TooManyStrata { count: strata.len() });
    }
    let mut columns = sizes.clone();
    columns.push(members.len() as u32 - sizes.iter().sum::<u32>());
    let rows: Vec<u32> = strata.values().map(|members| members.len() as u32).collect();
    let cells = controlled_rounding(&rows, &columns);
    let mut split = Split { waves: vec![Vec::new(); sizes.len()], ..Split::default() };
    for ((key, mut members), cells) in strata.into_iter().zip(cells) {
        members.sort_unstable_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
        let mut rest = members.as_slice();
        for (wave, count) in cells.iter().enumerate() {
            let (taken, after) = rest.split_at(*count as usize);
            rest = after;
            let numbers = taken.iter().map(|(_, member)| member.number);
            match split.waves.get_mut(wave) {
                Some(accounts) => accounts.extend(numbers),
                None => split.left.extend(numbers),
            }
        }
        let (waves, left) = cells.split_at(sizes.len());
        let left = left.iter().sum();
        split.strata.push(Stratum { key: key.to_owned(), accounts: members.len() as u32, waves: waves.to_vec(), left });
    }
    split.waves.iter_mut().chain([&mut split.left]).for_each(|accounts| accounts.sort_unstable());
    Ok(split)
}

/// A place that looks random and is the same on every machine: FNV-1a over seed and id, mixed by the last step of
/// SplitMix64 so that neighbouring ids lie far apart.
fn scatter(seed: u32, id: &str) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(id.bytes());
    let hash =
        bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Whole numbers for the table whose cell is `row × column / total`, each rounded up or down so that all sums of rows and
/// columns stay (Cox: "A constructive procedure for unbiased controlled rounding", 1987). The last column is of those in
/// no wave. One more for each cell that is rounded up flows from its row to its column; the dearest cells win.
fn controlled_rounding(rows: &[u32], columns: &[u32]) -> Vec<Vec<u32>> {
    let total: u64 = rows.iter().map(|count| u64::from(*count)).sum();
    let exact = |row: u32, column: u32| u64::from(row) * u64::from(column);
    let mut cells: Vec<Vec<u32>> =
        rows.iter().map(|row| columns.iter().map(|column| (exact(*row, *column) / total) as u32).collect()).collect();
    let mut network = Network::new(rows.len() + columns.len() + 2);
    let (source, sink) = (rows.len() + columns.len(), rows.len() + columns.len() + 1);
    for (r, row) in rows.iter().enumerate() {
        network.connect(source, r, i64::from(*row) - i64::from(cells[r].iter().sum::<u32>()), 0);
        for (c, column) in columns.iter().enumerate() {
            let remainder = exact(*row, *column) % total;
            if remainder > 0 {
                let missing = cells[r][c] == 0 && c + 1 < columns.len();
                let worth = (remainder * 1_000_000 / total) as i64;
                // Being there at all is worth more than any remainders; earlier waves come first.
                let first = if missing { 1_000_000_000 + (columns.len() - c) as i64 * 1_000_000 } else { 0 };
                network.connect(r, rows.len() + c, 1, -(worth + first));
            }
        }
    }
    for (c, column) in columns.iter().enumerate() {
        let down: u32 = cells.iter().map(|row| row[c]).sum();
        network.connect(rows.len() + c, sink, i64::from(*column) - i64::from(down), 0);
    }
    network.fill(source, sink);
    for (from, to) in network.used() {
        if from < rows.len() && (rows.len()..source).contains(&to) {
            cells[from][to - rows.len()] += 1;
        }
    }
    cells
}

/// A network of flows with costs; small, so that the plain method (one cheapest path after the other) will do.
struct Network {
    /// To, room, cost; each edge stands before its way back.
    edges: Vec<(usize, i64, i64)>,
    of: Vec<Vec<usize>>,
}

impl Network {
    fn new(nodes: usize) -> Network {
        Network { edges: Vec::new(), of: vec![Vec::new(); nodes] }
    }

    fn connect(&mut self, from: usize, to: usize, room: i64, cost: i64) {
        for (from, to, room, cost) in [(from, to, room, cost), (to, from, 0, -cost)] {
            self.of[from].push(self.edges.len());
            self.edges.push((to, room, cost));
        }
    }

    /// The most that can flow, at the least cost.
    fn fill(&mut self, source: usize, sink: usize) {
        while let Some(path) = self.cheapest(source, sink) {
            let room = path.iter().map(|edge| self.edges[*edge].1).min().unwrap_or(0);
            for edge in path {
                self.edges[edge].1 -= room;
                self.edges[edge ^ 1].1 += room;
            }
        }
    }

    /// The edges of the cheapest way with room (Bellman and Ford, with a queue).
    fn cheapest(&self, source: usize, sink: usize) -> Option<Vec<usize>> {
        let mut cost = vec![i64::MAX; self.of.len()];
        let mut by: Vec<Option<usize>> = vec![None; self.of.len()];
        let mut waiting = vec![false; self.of.len()];
        let mut queue = VecDeque::from([source]);
        cost[source] = 0;
        while let Some(node) = queue.pop_front() {
            waiting[node] = false;
            for index in &self.of[node] {
                let (to, room, price) = self.edges[*index];
                if room > 0 && cost[node] + price < cost[to] {
                    cost[to] = cost[node] + price;
                    by[to] = Some(*index);
                    if !std::mem::replace(&mut waiting[to], true) {
                        queue.push_back(to);
                    }
                }
            }
        }
        let mut path = Vec::new();
        let mut node = sink;
        while node != source {
            let edge = by[node]?;
            path.push(edge);
            node = self.edges[edge ^ 1].0;
        }
        Some(path)
    }

    /// The edges on which something flows, as from and to.
    fn used(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.edges.len()).step_by(2).filter_map(|edge| {
            let (to, ..) = self.edges[edge];
            let (from, back, _) = self.edges[edge + 1];
            (back > 0).then_some((from, to))
        })
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
