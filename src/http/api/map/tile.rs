//! The bytes of a tile of land: a header of 8 bytes, and each ring with a header of 4 and its points. All numbers are little-endian.

use atalaia_core::geo::TileRing;

/// Version of the format.
const VERSION: u16 = 1;

/// The bytes of a tile.
pub(super) fn encode(rings: &[TileRing]) -> Vec<u8> {
    let points: usize = rings.iter().map(Vec::len).sum();
    let mut bytes = Vec::with_capacity(8 + rings.len() * 4 + points * 4);
    bytes.extend(b"ATLD");
    bytes.extend(VERSION.to_le_bytes());
    // The core cuts a tile so that both counts fit.
    bytes.extend((rings.len() as u16).to_le_bytes());
    for ring in rings {
        bytes.extend((ring.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(ring.iter().flatten().flat_map(|unit| unit.to_le_bytes()));
    }
    bytes
}
