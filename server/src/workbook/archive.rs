//! A look at a ZIP archive before anybody unpacks it: what it is, how large it would become, and whether it holds
//! numbers by which a reader would be led to ask for more memory than there is.
//!
//! The archive's directory says how large each part is when it is unpacked, and the reader stops at that size; so the
//! sum of what the directory says bounds all reading. That holds only if both read the same directory, therefore an
//! archive in which its place could be argued about is refused.

use super::WorkbookProblem;
use flate2::read::DeflateDecoder;
use std::io::Read;

/// Most that all parts together may be when they are unpacked.
const UNPACKED_MAX: u64 = 512_000_000;
/// How much smaller a part may be packed, from [`TIGHT_FROM`] bytes on. Tables of accounts reach about 20.
const RATIO_MAX: u64 = 200;
const TIGHT_FROM: u64 = 16_000_000;
/// Largest of the parts that are neither sheets nor their texts.
const SMALL_PART_MAX: u64 = 24_000_000;
/// Most parts of an archive.
const PARTS_MAX: usize = 10_000;
/// Most texts that sheets share, and most formats of cells: the reader keeps each of them in memory.
const TEXTS_MAX: u64 = 4_000_000;
const FORMATS_MAX: u64 = 200_000;

const FIRST_PART: &[u8] = b"PK\x03\x04";
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const LONG_DIRECTORY_END: &[u8] = b"PK\x06\x06";
const LONG_DIRECTORY_PLACE: &[u8] = b"PK\x06\x07";
const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Fixed sizes of those records.
const ENTRY_BYTES: usize = 46;
const END_BYTES: usize = 22;
const LONG_END_BYTES: usize = 56;
const LONG_PLACE_BYTES: usize = 20;

/// Extra fields of an entry: sizes that need 64 bits, and another name for it, by which the reader would find a part
/// that was not looked at under its first name.
const LONG_SIZES: u16 = 0x0001;
const SECOND_NAME: u16 = 0x7075;

/// What is known of a workbook before it is read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Some sheet has merged cells.
    pub merges: bool,
}

struct Part {
    /// In small letters.
    name: String,
    packed: u64,
    unpacked: u64,
    deflated: bool,
    at: u64,
}

/// Whether the file is a ZIP archive, as all present workbooks are.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(FIRST_PART) || bytes.starts_with(DIRECTORY_END)
}

/// Refuses what is a workbook of another kind, or is only called one.
pub fn refuse_others(name: &str, bytes: &[u8]) -> Result<(), WorkbookProblem> {
    if bytes.starts_with(COMPOUND_FILE) {
        // Names inside such a file are written in UTF-16.
        let marker: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        return Err(match contains(bytes, &marker) {
            true => WorkbookProblem::Password,
            false => WorkbookProblem::OtherFormat { found: "an old Excel or Office file" },
        });
    }
    let name = name.to_lowercase();
    let called_workbook = [".xlsx", ".xlsm", ".xltx", ".xltm"].iter().any(|ending| name.ends_with(ending));
    if called_workbook && !bytes.is_empty() { Err(WorkbookProblem::OnlyNamed) } else { Ok(()) }
}

/// Checks everything that must be known before the archive is unpacked.
pub fn look(bytes: &[u8]) -> Result<Looked, WorkbookProblem> {
    let parts = directory(bytes)?;
    let unpacked = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.unpacked));
    let packed = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.packed)).min(bytes.len() as u64);
    if unpacked > UNPACKED_MAX {
        return Err(WorkbookProblem::TooLarge);
    }
    let tight = |unpacked: u64, packed: u64| unpacked > TIGHT_FROM && unpacked / packed.max(1) > RATIO_MAX;
    if tight(unpacked, packed) || parts.iter().any(|part| tight(part.unpacked, part.packed)) {
        return Err(WorkbookProblem::TooTight);
    }
    refuse_other_archives(&parts)?;
    let mut looked = Looked::default();
    for part in &parts {
        if part.name.ends_with("sharedstrings.xml") {
            let seen = Scan::of(bytes, part, &[b"<si", b":si"])?;
            if seen.count > TEXTS_MAX || seen.announced > TEXTS_MAX {
                return Err(WorkbookProblem::TooLarge);
            }
        } else if part.name.contains("worksheets/") && part.name.ends_with(".xml") {
            looked.merges |= Scan::of(bytes, part, &[b"mergeCell "])?.count > 0;
        } else if part.name.ends_with("styles.xml") {
            check_small(part)?;
            if Scan::of(bytes, part, &[b"<xf", b":xf"])?.count > FORMATS_MAX {
                return Err(WorkbookProblem::TooLarge);
            }
        } else if part.name.ends_with(".xml") || part.name.ends_with(".rels") {
            check_small(part)?;
        }
    }
    Ok(looked)
}

fn check_small(part: &Part) -> Result<(), WorkbookProblem> {
    if part.unpacked > SMALL_PART_MAX { Err(WorkbookProblem::TooLarge) } else { Ok(()) }
}

fn refuse_other_archives(parts: &[Part]) -> Result<(), WorkbookProblem> {
    let has = |ending: &str| parts.iter().any(|part| part.name.ends_with(ending));
    let found = if has("workbook.xml") {
        return Ok(());
    } else if has("workbook.bin") {
        "a binary Excel workbook (.xlsb)"
    } else if has("word/document.xml") {
        "a Word document"
    } else if has("mimetype") && has("content.xml") {
        "an OpenDocument file"
    } else if has(".iwa") {
        "an Apple Numbers file"
    } else {
        "a ZIP archive without a workbook in it"
    };
    Err(WorkbookProblem::OtherFormat { found })
}

/// The archive's list of its parts.
fn directory(bytes: &[u8]) -> Result<Vec<Part>, WorkbookProblem> {
    let (start, end, count) = place_of_directory(bytes).ok_or(WorkbookProblem::Damaged)?;
    if count > PARTS_MAX as u64 {
        return Err(WorkbookProblem::TooLarge);
    }
    let mut at = start;
    let mut parts = Vec::new();
    while at < end {
        let (part, encrypted, next) =
            entry(bytes, at).filter(|(.., next)| *next <= end).ok_or(WorkbookProblem::Damaged)?;
        if encrypted {
            return Err(WorkbookProblem::Password);
        }
        parts.push(part);
        at = next;
    }
    if parts.len() as u64 == count { Ok(parts) } else { Err(WorkbookProblem::Damaged) }
}

/// Where the directory begins and ends and how many entries it has; `None` if that is not beyond doubt.
fn place_of_directory(bytes: &[u8]) -> Option<(usize, usize, u64)> {
    let tail = bytes.len().saturating_sub(END_BYTES + usize::from(u16::MAX));
    let mut ends = bytes[tail..].windows(4).enumerate().filter(|(_, window)| *window == DIRECTORY_END);
    let end = tail + ends.next()?.0;
    if ends.next().is_some() || end + END_BYTES + usize::from(short(bytes, end + 20)?) != bytes.len() {
        return None;
    }
    let (count, size, start) = (short(bytes, end + 10)?, int(bytes, end + 12)?, int(bytes, end + 16)?);
    let long = end.checked_sub(LONG_PLACE_BYTES).filter(|at| bytes[*at..].starts_with(LONG_DIRECTORY_PLACE));
    let (count, size, start, end) = match long {
        None => (u64::from(count), u64::from(size), u64::from(start), end),
        Some(place) => {
            let at = usize::try_from(long_int(bytes, place + 8)?).ok()?;
            let record = bytes.get(at..)?;
            if !record.starts_with(LONG_DIRECTORY_END) || at.checked_add(LONG_END_BYTES)? != place {
                return None;
            }
            let (all, bytes_of, begins) =
                (long_int(bytes, at + 32)?, long_int(bytes, at + 40)?, long_int(bytes, at + 48)?);
            let agree = (count == u16::MAX || u64::from(count) == all)
                && (size == u32::MAX || u64::from(size) == bytes_of)
                && (start == u32::MAX || u64::from(start) == begins);
            if !agree {
                return None;
            }
            (all, bytes_of, begins, at)
        }
    };
    // Nothing between the directory and its end, and nothing before the archive: there is only one way to read it.
    let start = usize::try_from(start).ok()?;
    (start.checked_add(usize::try_from(size).ok()?)? == end).then_some((start, end, count))
}

/// One entry, whether it is encrypted, and where the next one begins.
fn entry(bytes: &[u8], at: usize) -> Option<(Part, bool, usize)> {
    if !bytes.get(at..)?.starts_with(DIRECTORY_ENTRY) {
        return None;
    }
    let (flags, method) = (short(bytes, at + 8)?, short(bytes, at + 10)?);
    let (packed, unpacked, place) = (int(bytes, at + 20)?, int(bytes, at + 24)?, int(bytes, at + 42)?);
    let lengths = [short(bytes, at + 28)?, short(bytes, at + 30)?, short(bytes, at + 32)?].map(usize::from);
    let name_end = at + ENTRY_BYTES + lengths[0];
    let name = String::from_utf8_lossy(bytes.get(at + ENTRY_BYTES..name_end)?).to_lowercase().replace('\\', "/");
    let extra = bytes.get(name_end..name_end + lengths[1])?;
    if extra_field(extra, SECOND_NAME).is_some() {
        return None;
    }
    let mut long = LongSizes(extra_field(extra, LONG_SIZES).unwrap_or_default());
    let part = Part {
        name,
        unpacked: long.or_short(unpacked)?,
        packed: long.or_short(packed)?,
        at: long.or_short(place)?,
        deflated: match method {
            0 => false,
            8 => true,
            _ => return None,
        },
    };
    Some((part, flags & 1 == 1, name_end + lengths[1] + lengths[2]))
}

/// The numbers that did not fit into an entry's 32 bits, in their order.
struct LongSizes<'a>(&'a [u8]);

impl LongSizes<'_> {
    fn or_short(&mut self, short: u32) -> Option<u64> {
        if short != u32::MAX {
            return Some(u64::from(short));
        }
        let value = long_int(self.0, 0)?;
        self.0 = &self.0[8..];
        Some(value)
    }
}

fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while let (Some(kind), Some(length)) = (short(extra, 0), short(extra, 2)) {
        let end = 4 + usize::from(length);
        let content = extra.get(4..end)?;
        if kind == wanted {
            return Some(content);
        }
        extra = &extra[end..];
    }
    None
}

/// What was seen in the text of a part.
#[derive(Default)]
struct Scan {
    /// How often the words occur.
    count: u64,
    /// The largest number of texts that the part says it has.
    announced: u64,
}

/// By this many bytes pieces of a part overlap, so that no word is cut in two.
const OVERLAP: usize = 64;
const ANNOUNCED: &[u8] = b"uniqueCount";

impl Scan {
    fn of(bytes: &[u8], part: &Part, words: &[&[u8]]) -> Result<Scan, WorkbookProblem> {
        let data = data_of(bytes, part).ok_or(WorkbookProblem::Damaged)?;
        let mut reader: Box<dyn Read> =
            if part.deflated { Box::new(DeflateDecoder::new(data)) } else { Box::new(data) };
        let mut scan = Scan::default();
        let mut piece = vec![0; 256 * 1_024];
        let (mut kept, mut total) = (0, 0_u64);
        loop {
            let read = reader.read(&mut piece[kept..]).map_err(|_| WorkbookProblem::Damaged)?;
            let held = kept + read;
            if total == 0 && is_wide_text(&piece[..held]) {
                return Err(WorkbookProblem::Damaged);
            }
            total += read as u64;
            if total > part.unpacked {
                return Err(WorkbookProblem::Damaged);
            }
            // What begins in the overlap is looked at with the next piece.
            let until = if read == 0 { held } else { held.saturating_sub(OVERLAP) };
            scan.look(&piece[..held], until, words);
            if read == 0 {
                return Ok(scan);
            }
            piece.copy_within(until..held, 0);
            kept = held - until;
        }
    }

    fn look(&mut self, text: &[u8], until: usize, words: &[&[u8]]) {
        for at in 0..until {
            let rest = &text[at..];
            match rest[0] {
                b'<' | b':' | b'm' if words.iter().any(|word| rest.starts_with(word)) => self.count += 1,
                b'u' if rest.starts_with(ANNOUNCED) => {
                    let value = rest[ANNOUNCED.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
                    let digits = value.take_while(|byte| byte.is_ascii_digit()).take(20);
                    let number = digits
                        .fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
                    self.announced = self.announced.max(number);
                }
                _ => {}
            }
        }
    }
}

/// Texts of workbooks are UTF-8; in UTF-16 the words would not be found.
fn is_wide_text(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFE\xFF")
        || bytes.starts_with(b"\xFF\xFE")
        || bytes.iter().take(OVERLAP).any(|byte| *byte == 0)
}

fn data_of<'a>(bytes: &'a [u8], part: &Part) -> Option<&'a [u8]> {
    let at = usize::try_from(part.at).ok()?;
    if !bytes.get(at..)?.starts_with(FIRST_PART) {
        return None;
    }
    let start = at + 30 + usize::from(short(bytes, at + 26)?) + usize::from(short(bytes, at + 28)?);
    bytes.get(start..start.checked_add(usize::try_from(part.packed).ok()?)?)
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn int(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn long_int(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}
