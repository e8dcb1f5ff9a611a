//! Blocks of sixteen speeds in few bytes: ships hold their speed, so the speeds of a few hours are near each other.

/// Number of speeds in a block.
pub(super) const BLOCK: usize = 16;
/// Maximum number of bytes of a block.
const LONGEST: usize = 1 + BLOCK;

/// Packs the speeds of a block, and returns how many bytes it takes: the lowest speed, and then for each how much it is above that, in as
/// few bits as all of them need. Sixteen numbers of one bit are two bytes, so the length shows the number of bits.
pub(super) fn packed(speeds: &[u8; BLOCK]) -> ([u8; LONGEST], usize) {
    let lowest = speeds.iter().copied().min().unwrap_or(0);
    let highest = speeds.iter().copied().max().unwrap_or(0);
    let width = 8 - (highest - lowest).leading_zeros();
    let above = speeds.iter().rev().fold(0_u128, |all, speed| all << width | u128::from(speed - lowest));
    let mut bytes = [0; LONGEST];
    bytes[0] = lowest;
    bytes[1..].copy_from_slice(&above.to_le_bytes());
    (bytes, 1 + 2 * width as usize)
}

/// The speeds of a block made by `packed`.
pub(super) fn unpacked(block: &[u8]) -> [u8; BLOCK] {
    let Some((lowest, above)) = block.split_first() else {
        return [0; BLOCK];
    };
    let width = above.len().min(BLOCK) / 2;
    let mut bytes = [0; BLOCK];
    bytes[..2 * width].copy_from_slice(&above[..2 * width]);
    let above = u128::from_le_bytes(bytes);
    std::array::from_fn(|place| lowest.wrapping_add((above >> (place * width)) as u8 & ((1_u16 << width) - 1) as u8))
}
