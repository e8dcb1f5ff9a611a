//! Builds segments for tests and fuzzing that damage them. The same entries always give the same bytes. Also repairs checksums.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use memchr::memmem::find_iter;

use super::block::{Block, HEAD, Identity, MARKER};
use super::catalogue::{Header, framed, name_of};
use super::context::Context;
use super::entry::Entry;
use super::seal::seal;
use crate::platform::disk::model::ModelDisk;

/// Number of entries in a block.
const ENTRIES_OF_BLOCK: usize = 3;
/// Number of the journal.
const JOURNAL: u64 = 7;
/// Bytes before the body of a header, and the range within them that holds the length of the body.
const PREFIX: usize = 20;
const LENGTH: std::ops::Range<usize> = 12..16;

/// Writes a journal with segments of `entries_of_segment` entries each. The first one is sealed.
pub(crate) fn write(disk: &ModelDisk, folder: &Path, entries: &[Entry<'_>], entries_of_segment: usize) {
    let context = Context { sources: vec!["roof".to_owned(), "mast".to_owned()], in_force: "key".to_owned() };
    let mut position = 0;
    for segment in entries.chunks(entries_of_segment) {
        let identity = Identity { first: position, attempt: 0, journal: JOURNAL };
        let path = folder.join(name_of(position, 0));
        let mut bytes = Header { identity, sealed: None, context: context.clone() }.encode();
        for entries in segment.chunks(ENTRIES_OF_BLOCK) {
            let mut block = Block::new(position, Arc::new(context.clone()), Vec::new());
            entries.iter().for_each(|entry| block.push(entry));
            position = block.end();
            bytes.extend_from_slice(block.written_for(identity));
        }
        disk.put(&path, bytes);
        if identity.first == 0 {
            seal(disk, folder, &path, position, &AtomicBool::new(false)).expect("a segment that is whole");
        }
    }
}

/// Corrects the checksums of a segment's header and of every block that begins anywhere in it.
pub(crate) fn put_sums_right(bytes: &mut [u8]) {
    let length = bytes.get(LENGTH).and_then(|length| length.try_into().ok()).map(u32::from_le_bytes);
    if let Some(body) = length.and_then(|length| bytes.get(PREFIX..PREFIX + length as usize)) {
        let version = u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
        let header = framed(version, body);
        bytes[LENGTH.end..PREFIX].copy_from_slice(&header[LENGTH.end..PREFIX]);
    }
    let places: Vec<usize> = find_iter(bytes, &MARKER).collect();
    for place in places {
        let Some(head) = bytes.get(place..place + HEAD) else { continue };
        let stored = u32::from_le_bytes([head[40], head[41], head[42], head[43]]) as usize;
        // The payload first: its checksum is part of what the head's covers.
        let Some(payload) = bytes.get(place + HEAD..place + HEAD + stored) else { continue };
        let sum = crc32fast::hash(payload);
        bytes[place + 12..place + 16].copy_from_slice(&sum.to_le_bytes());
        let sum = crc32fast::hash(&bytes[place + 12..place + HEAD]);
        bytes[place + 8..place + 12].copy_from_slice(&sum.to_le_bytes());
    }
}
