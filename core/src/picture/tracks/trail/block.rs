//! Blocks of packed records: up to sixteen fixes in about a third of the room, exactly as they were.
//!
//! A block holds its newest record as it is. Each older record is stored as the difference from what was expected of it: 5 minutes
//! before the next newer one, and on the line between the ends of the block or at the place of the newer one, whichever takes fewer
//! bits. Every kind of difference has one width for the whole block, so that reading has no branches. The fixed part is at the end of
//! the block, because searches go back from the newest.

use super::point::{NONE, Record, motion};

/// Maximum number of records in a block.
pub(super) const BLOCK: usize = 16;
/// Words of the fixed part: time, latitude and longitude of the newest record, `Head`, and the widths.
const FIXED: usize = 5;
/// Words of the oldest place, in blocks that have a line.
const OLDEST: usize = 2;
/// Expected time between two records. Milliseconds.
const SPACING: i32 = 300_000;
/// Unit of times if every time between two records is a multiple of it. Milliseconds.
const SECOND: i32 = 1000;
/// Largest speed that a block can hold, 0.1 kn, and the code for a speed that was not sent.
const FASTEST: u16 = 1022;
const NO_SPEED: u32 = 1023;
/// Number of courses, 0.1°, and the code for a course that was not sent.
const COURSES: u16 = 3600;
const NO_COURSE: u32 = 3600;
/// Number of codes of a course.
const COURSE_CODES: i32 = 3601;

/// Where an older record is expected to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
enum Line {
    /// At the place of the next newer record.
    None = 0,
    /// On the line between the ends of the block, after equal distances.
    EvenSteps = 1,
    /// On that line, at an even speed.
    EvenSpeed = 2,
}

/// Fields of a record in a block. Time in milliseconds after the epoch of the trail, position in 1/600 000 degree.
#[derive(Clone, Copy)]
struct Fields {
    offset: u32,
    lat: i32,
    lon: i32,
    /// 0.1 kn, or `NO_SPEED`.
    sog: u32,
    /// 0.1°, or `NO_COURSE`.
    cog: u32,
}

impl Fields {
    /// The fields of a record; `None` if its speed or course is out of the range of AIS, as in a damaged snapshot.
    fn of(record: &Record) -> Option<Fields> {
        let code = |value: u16, top: u16, none: u32| match value {
            NONE => Some(none),
            value => (value <= top).then_some(u32::from(value)),
        };
        let (sog, cog) = motion(record);
        let (sog, cog) = (code(sog, FASTEST, NO_SPEED)?, code(cog, COURSES - 1, NO_COURSE)?);
        Some(Fields { offset: record[0], lat: record[1] as i32, lon: record[2] as i32, sog, cog })
    }

    /// The record with these fields.
    fn record(&self) -> Record {
        let value = |code: u32, none: u32| if code == none { u32::from(NONE) } else { code };
        let motion = value(self.sog, NO_SPEED) | value(self.cog, NO_COURSE) << 16;
        [self.offset, self.lat as u32, self.lon as u32, motion]
    }
}

/// Small numbers for small differences of either sign: 0, -1, 1, -2 become 0, 1, 2, 3.
fn zigzag(difference: i32) -> u32 {
    (difference << 1 ^ difference >> 31) as u32
}

/// The difference of a number made by `zigzag`.
fn unzigzag(code: u32) -> i32 {
    (code >> 1) as i32 ^ -((code & 1) as i32)
}

/// The differences of one record: time, latitude, longitude, speed, course.
type Differences = [u32; 5];

/// Bits of each of the widths in the last word of a block. A difference in time or place may need all 32 bits, one in speed 11, one
/// in course 12.
const WIDTH_BITS: [u32; 5] = [6, 6, 6, 4, 4];

/// The ends of a block, and the line between them.
struct Ends {
    /// Which line, or none.
    line: Line,
    newest: Fields,
    /// Latitude and longitude of the oldest record less those of the newest.
    across: (i32, i32),
    /// Number of records after the newest.
    steps: usize,
    /// Time between the ends. Milliseconds.
    span: u32,
}

impl Ends {
    /// The expected latitude and longitude of the record `step` steps before the newest, at `offset`; `newer` is the record after it.
    /// Writing and reading call it with the same arguments, so its rounding does not matter.
    fn expected(&self, step: usize, offset: u32, newer: &Fields) -> (i32, i32) {
        let share = match self.line {
            Line::None => return (newer.lat, newer.lon),
            Line::EvenSteps => step as f64 / self.steps as f64,
            Line::EvenSpeed => f64::from(self.newest.offset.wrapping_sub(offset)) / f64::from(self.span),
        };
        let along = |across: i32| (f64::from(across) * share) as i32;
        let (lat, lon) = (along(self.across.0), along(self.across.1));
        (self.newest.lat.wrapping_add(lat), self.newest.lon.wrapping_add(lon))
    }
}

/// Appends a block of these records, oldest first. Returns whether it did: it does not if there are none or more than `BLOCK`, or if a
/// value is out of the range of AIS. All three lines are tried, which takes about as long as to decode a message; so a trail is packed
/// once in several reports, and a block that has settled is not packed again.
pub(super) fn append(records: &[Record], words: &mut Vec<u32>) -> bool {
    if !(1..=BLOCK).contains(&records.len()) {
        return false;
    }
    let mut fields = [Fields { offset: 0, lat: 0, lon: 0, sog: 0, cog: 0 }; BLOCK];
    let fields = &mut fields[..records.len()];
    for (field, record) in fields.iter_mut().zip(records.iter().rev()) {
        let Some(known) = Fields::of(record) else {
            return false;
        };
        *field = known;
    }
    let (newest, oldest, steps) = (fields[0], fields[fields.len() - 1], fields.len() - 1);
    let spacing = |pair: &[Fields]| pair[0].offset.wrapping_sub(pair[1].offset);
    // Most feeds give times in whole seconds.
    let whole = |spacing: u32| spacing <= i32::MAX as u32 && spacing.is_multiple_of(SECOND as u32);
    let unit = if fields.windows(2).all(|pair| whole(spacing(pair))) { SECOND } else { 1 };
    // Which line is shortest depends on the vessel: an even speed at sea, even steps between fixes of one interval, and no line in a turn.
    let differences = |line: Line| {
        let across = (oldest.lat.wrapping_sub(newest.lat), oldest.lon.wrapping_sub(newest.lon));
        let ends = Ends { line, newest, across, steps, span: newest.offset.wrapping_sub(oldest.offset) };
        let mut all = [[0; 5]; BLOCK - 1];
        for (step, pair) in (1..).zip(fields.windows(2)) {
            let (newer, older) = (&pair[0], &pair[1]);
            let (lat, lon) = ends.expected(step, older.offset, newer);
            // The shorter way round, so that a course near north does not need the whole width.
            let turn = (older.cog as i32 - newer.cog as i32).rem_euclid(COURSE_CODES);
            all[step - 1] = [
                zigzag((spacing(pair) as i32).wrapping_sub(SPACING) / unit),
                zigzag(older.lat.wrapping_sub(lat)),
                zigzag(older.lon.wrapping_sub(lon)),
                zigzag(older.sog as i32 - newer.sog as i32),
                zigzag(if COURSE_CODES / 2 < turn { turn - COURSE_CODES } else { turn }),
            ];
        }
        let mut together = [0; 5];
        all[..steps].iter().for_each(|one| together.iter_mut().zip(one).for_each(|(together, one)| *together |= one));
        let widths = together.map(|together: u32| 32 - together.leading_zeros());
        let bits = widths.iter().sum::<u32>() as usize * steps;
        let length = bits.div_ceil(32) + if line == Line::None { 0 } else { OLDEST } + FIXED;
        (length, line, widths, all)
    };
    let choices = [Line::None, Line::EvenSteps, Line::EvenSpeed].map(differences);
    let Some((_, line, widths, all)) = choices.into_iter().min_by_key(|(length, ..)| *length) else {
        return false;
    };
    // At most 31 bits wait in `held` for the next word.
    let (mut held, mut bits) = (0_u64, 0);
    for (value, width) in all[..steps].iter().flatten().zip(widths.iter().cycle()) {
        held |= u64::from(*value) << bits;
        bits += width;
        if 32 <= bits {
            words.push(held as u32);
            held >>= 32;
            bits -= 32;
        }
    }
    if 0 < bits {
        words.push(held as u32);
    }
    if line != Line::None {
        words.extend([oldest.lat as u32, oldest.lon as u32]);
    }
    let seconds = u32::from(unit == SECOND);
    let head = newest.sog | newest.cog << 10 | (steps as u32) << 22 | (line as u32) << 26 | seconds << 28;
    let packed_widths = widths.iter().zip(WIDTH_BITS).rev().fold(0, |all, (width, bits)| all << bits | width);
    words.extend([newest.offset, newest.lat as u32, newest.lon as u32, head, packed_widths]);
    true
}

/// One block of a list of words, with its fixed part read.
pub(super) struct Block<'a> {
    /// The differences, and the oldest place if there is a line.
    words: &'a [u32],
    newest: Fields,
    steps: usize,
    line: Line,
    unit: i32,
    widths: [u32; 5],
    /// Index of the first word of the block in the list, which is where the block before it ends.
    pub(super) start: usize,
}

impl<'a> Block<'a> {
    /// The block that ends at the end of `words`; `None` if there are none.
    pub(super) fn last(words: &'a [u32]) -> Option<Block<'a>> {
        let (rest, [offset, lat, lon, head, packed_widths]) = words.split_last_chunk::<FIXED>()?;
        let mut packed_widths = *packed_widths;
        let widths = WIDTH_BITS.map(|bits| {
            let width = packed_widths & ((1 << bits) - 1);
            packed_widths >>= bits;
            width
        });
        let bits = |from: u32, count: u32| head >> from & ((1 << count) - 1);
        let steps = bits(22, 4) as usize;
        let line = match bits(26, 2) {
            0 => Line::None,
            1 => Line::EvenSteps,
            _ => Line::EvenSpeed,
        };
        let unit = if bits(28, 1) == 1 { SECOND } else { 1 };
        let length = (widths.iter().sum::<u32>() as usize * steps).div_ceil(32);
        let start = rest.len().saturating_sub(length + if line == Line::None { 0 } else { OLDEST });
        let newest =
            Fields { offset: *offset, lat: *lat as i32, lon: *lon as i32, sog: bits(0, 10), cog: bits(10, 12) };
        Some(Block { words: &rest[start..], newest, steps, line, unit, widths, start })
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.steps + 1
    }

    /// Time of the newest record. Milliseconds after the epoch of the trail.
    pub(super) fn newest_offset(&self) -> u32 {
        self.newest.offset
    }

    pub(super) fn newest(&self) -> Record {
        self.newest.record()
    }

    /// Appends the records, oldest first.
    pub(super) fn unpack(&self, records: &mut Vec<Record>) {
        let before = records.len();
        records.resize(before + self.len(), Record::default());
        let into = &mut records[before..];
        let mut differences = [Differences::default(); BLOCK - 1];
        let (mut held, mut bits, mut next) = (0_u64, 0, self.words.iter());
        for one in &mut differences[..self.steps] {
            for (difference, width) in one.iter_mut().zip(self.widths) {
                if bits < width {
                    held |= u64::from(next.next().copied().unwrap_or(0)) << bits;
                    bits += 32;
                }
                *difference = (held & ((1 << width) - 1)) as u32;
                held >>= width;
                bits -= width;
            }
        }
        let spacings = |one: &Differences| unzigzag(one[0]).wrapping_mul(self.unit).wrapping_add(SPACING) as u32;
        let differences = &differences[..self.steps];
        let span = differences.iter().map(spacings).fold(0, u32::wrapping_add);
        let oldest = match (self.line, self.words) {
            (Line::EvenSteps | Line::EvenSpeed, [.., lat, lon]) => (*lat as i32, *lon as i32),
            _ => (self.newest.lat, self.newest.lon),
        };
        let across = (oldest.0.wrapping_sub(self.newest.lat), oldest.1.wrapping_sub(self.newest.lon));
        let ends = Ends { line: self.line, newest: self.newest, across, steps: self.steps, span };
        let mut newer = self.newest;
        into[self.steps] = newer.record();
        for (step, one) in (1..).zip(differences) {
            let offset = newer.offset.wrapping_sub(spacings(one));
            let (lat, lon) = ends.expected(step, offset, &newer);
            newer = Fields {
                offset,
                lat: lat.wrapping_add(unzigzag(one[1])),
                lon: lon.wrapping_add(unzigzag(one[2])),
                sog: newer.sog.wrapping_add_signed(unzigzag(one[3])),
                cog: (newer.cog as i32).wrapping_add(unzigzag(one[4])).rem_euclid(COURSE_CODES) as u32,
            };
            into[self.steps - step] = newer.record();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(words: &[u32]) -> Vec<Record> {
        let (mut end, mut blocks) = (words.len(), Vec::new());
        while let Some(block) = Block::last(&words[..end]) {
            let mut records = Vec::new();
            block.unpack(&mut records);
            assert_eq!(records.len(), block.len());
            end = block.start;
            blocks.push(records);
        }
        blocks.into_iter().rev().flatten().collect()
    }

    #[test]
    fn records_come_back_as_they_were() {
        let mut random = fastrand::Rng::with_seed(3);
        for round in 0..3000 {
            let (mut words, mut all) = (Vec::new(), Vec::new());
            for _ in 0..random.usize(1..4) {
                let (reach, unit) = (1 << random.u32(1..31), if random.bool() { 1000 } else { 1 });
                let mut record = [random.u32(..), random.u32(..), random.u32(..), 0];
                let records: Vec<Record> = (0..random.usize(1..=BLOCK))
                    .map(|_| {
                        let sog = if random.u8(..4) == 0 { NONE } else { random.u16(0..=FASTEST) };
                        let cog = if random.u8(..4) == 0 { NONE } else { random.u16(0..COURSES) };
                        record[0] = record[0].wrapping_add(random.u32(0..700) * unit);
                        record[1] = record[1].wrapping_add_signed(random.i32(-reach..reach));
                        record[2] = record[2].wrapping_add_signed(random.i32(-reach..reach));
                        record[3] = u32::from(sog) | u32::from(cog) << 16;
                        record
                    })
                    .collect();
                if append(&records, &mut words) {
                    all.extend(records);
                }
            }
            assert_eq!(unpacked(&words), all, "{round}");
        }
    }

    #[test]
    fn a_straight_course_takes_a_quarter_of_the_room() {
        let record = |step: u32| [step * 300_000, step * 4000, 5_000_000 + step * 7000, 120 | 450 << 16];
        let records: Vec<Record> = (0..BLOCK as u32).map(record).collect();
        let mut words = Vec::new();
        assert!(append(&records, &mut words));
        assert!(words.len() * 4 <= BLOCK * 4, "{}", words.len());
        assert_eq!(unpacked(&words), records);
    }

    #[test]
    fn records_out_of_range_are_not_packed() {
        let mut words = Vec::new();
        let fast = [0, 0, 0, 1023];
        assert!(!append(&[fast], &mut words));
        let beyond = [0, 0, 0, 3600 << 16];
        assert!(!append(&[beyond], &mut words));
        assert!(words.is_empty());
    }
}
