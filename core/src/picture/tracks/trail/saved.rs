//! A trail in a snapshot: all its fixes as plain numbers, however they are stored in memory.
//!
//! A snapshot is packed as a whole, so packed blocks would save little in it. And the way trails are stored can change without a new
//! format of snapshots.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::point::{Record, motion};
use super::points::Trail;

/// A trail as it is written.
#[derive(Serialize, Deserialize)]
struct Saved {
    epoch: i64,
    /// Number of fixes at which the trail is thinned again. It decides which fixes the trail will keep.
    room: u32,
    /// Milliseconds after the epoch, latitude and longitude in 1/600 000 degree, speed in 0.1 kn and course in 0.1°.
    records: Vec<(u32, i32, i32, u16, u16)>,
}

impl Serialize for Trail {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let fields = |record: Record| {
            let (sog, cog) = motion(&record);
            (record[0], record[1] as i32, record[2] as i32, sog, cog)
        };
        let records = self.records().into_iter().map(fields).collect();
        Saved { epoch: self.epoch, room: u32::from(self.room), records }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Trail {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Trail, D::Error> {
        let Saved { epoch, room, records } = Saved::deserialize(from)?;
        let record = |(offset, lat, lon, sog, cog): (u32, i32, i32, u16, u16)| {
            [offset, lat as u32, lon as u32, u32::from(sog) | u32::from(cog) << 16]
        };
        let records: Vec<Record> = records.into_iter().map(record).collect();
        Ok(Trail::with(epoch, room as usize, &records))
    }
}
