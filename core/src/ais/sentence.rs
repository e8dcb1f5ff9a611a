//! One NMEA sentence: framing, checksum, and the fields of VDM and VDO.

use memchr::memchr;

use super::tally::Reject;

/// A sentence with a correct checksum.
pub(super) struct Sentence<'a> {
    /// Talker and formatter, such as `AIVDM` or `PGHP`.
    pub(super) address: &'a [u8],
    /// Text between the start delimiter and `*`.
    pub(super) content: &'a [u8],
    /// The complete sentence, from the start delimiter to the checksum.
    pub(super) whole: &'a [u8],
    /// Text after the checksum.
    pub(super) rest: &'a [u8],
}

/// Why no valid sentence starts here.
pub(super) enum FrameError {
    /// It does not look like a sentence at all.
    NoAddress,
    /// It looks like a sentence but cannot be used; `vdm` is whether its address is VDM or VDO.
    Broken { vdm: bool, reason: Reject },
}

/// Reads the sentence that starts with the `!` or `$` at the head of `bytes`.
/// Fails with `NoAddress` if no address follows, and with `Broken` if the checksum is missing or wrong.
///
/// # Panics
/// If `bytes` is empty.
pub(super) fn frame(bytes: &[u8]) -> Result<Sentence<'_>, FrameError> {
    let body = &bytes[1..];
    // An address ends within a few bytes or not at all; without a bound, a line of noise would be searched once for
    // each `!` in it.
    let head = &body[..body.len().min(12)];
    let comma = head.iter().position(|byte| matches!(byte, b',' | b'*'));
    let address = &body[..comma.ok_or(FrameError::NoAddress)?];
    if address.len() < 4 || !address.iter().all(u8::is_ascii_alphanumeric) {
        return Err(FrameError::NoAddress);
    }
    let broken = |reason| FrameError::Broken { vdm: is_vdm(address), reason };
    let star = memchr(b'*', body).ok_or_else(|| broken(Reject::ChecksumMissing))?;
    let (content, tail) = body.split_at(star);
    let claimed = tail.get(1..3).and_then(hex_byte);
    let claimed = claimed.ok_or_else(|| broken(Reject::ChecksumMissing))?;
    if claimed != xor(content) {
        return Err(broken(Reject::ChecksumWrong));
    }
    Ok(Sentence { address, content, whole: &bytes[..star + 4], rest: &tail[3..] })
}

/// Whether an address belongs to an AIS sentence. Any two characters are accepted as the talker.
pub(super) fn is_vdm(address: &[u8]) -> bool {
    matches!(address, [_, _, b'V', b'D', b'M' | b'O'])
}

/// One part of an AIS message.
#[derive(Clone, Copy)]
pub(super) struct Vdm<'a> {
    /// Whether it is VDO, about the receiving station itself.
    pub(super) own: bool,
    /// Number of parts of the message, 1-9.
    pub(super) total: u8,
    /// Number of this part, 1..=`total`.
    pub(super) number: u8,
    /// Sequence id 0-9 shared by the parts of a message; often missing.
    pub(super) sequence: Option<u8>,
    /// Radio channel: `A`, `B`, `1`, `2` or another character; 0 if missing.
    pub(super) channel: u8,
    /// Six-bit characters; not checked here.
    pub(super) payload: &'a [u8],
    /// Padding bits at the end of the payload, 0-5.
    pub(super) fill: u8,
}

impl<'a> Vdm<'a> {
    /// Reads the fields of a sentence that [`is_vdm`] accepted.
    /// Fails with `Fields` or `PartNumbers`.
    pub(super) fn read(sentence: &Sentence<'a>) -> Result<Vdm<'a>, Reject> {
        let mut rest = sentence.content.get(6..).ok_or(Reject::Fields)?;
        let comma = |byte: &u8| *byte == b',';
        // These fields are one or two bytes long: a plain search is faster than memchr.
        let mut field = || {
            let end = rest.iter().position(comma)?;
            let field = &rest[..end];
            rest = &rest[end + 1..];
            Some(field)
        };
        let (total, number) = (field(), field());
        let (sequence, channel) = (field(), field());
        // From the end: a damaged payload may contain commas, and its characters are judged later.
        let end = rest.iter().rposition(comma);
        let (payload, rest) = rest.split_at(end.ok_or(Reject::Fields)?);
        let rest = &rest[1..];
        let channel = match channel.ok_or(Reject::Fields)? {
            [] => 0,
            [channel, ..] => *channel,
        };
        let sequence = match sequence.ok_or(Reject::Fields)? {
            [] => None,
            digits => Some(small(digits).ok_or(Reject::Fields)?),
        };
        let fill = match rest {
            // Some senders leave the fill field empty.
            [] => 0,
            [fill @ b'0'..=b'5'] => fill - b'0',
            _ => return Err(Reject::Fields),
        };
        let total = total.and_then(small).ok_or(Reject::PartNumbers)?;
        let number = number.and_then(small).ok_or(Reject::PartNumbers)?;
        if total == 0 || 9 < total || number == 0 || total < number {
            return Err(Reject::PartNumbers);
        }
        Ok(Vdm { own: sentence.address[4] == b'O', total, number, sequence, channel, payload, fill })
    }
}

/// Value of one or two decimal digits; `None` for anything else.
fn small(digits: &[u8]) -> Option<u8> {
    match digits {
        [one @ b'0'..=b'9'] => Some(one - b'0'),
        [ten @ b'0'..=b'9', one @ b'0'..=b'9'] => Some((ten - b'0') * 10 + one - b'0'),
        _ => None,
    }
}

/// XOR of all bytes, the checksum of NMEA 0183.
pub(super) fn xor(bytes: &[u8]) -> u8 {
    // Eight bytes at a time: every sentence is summed, and this is several times as fast.
    let words = bytes.chunks_exact(8);
    let tail = words.remainder().iter().fold(0, |sum, byte| sum ^ byte);
    let sum = words.fold(0, |sum, word| {
        let word: [u8; 8] = word.try_into().unwrap_or_default();
        sum ^ u64::from_ne_bytes(word)
    });
    sum.to_ne_bytes().iter().fold(tail, |sum, byte| sum ^ byte)
}

/// Value of two hexadecimal digits of either case.
pub(super) fn hex_byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let digit = |byte: u8| (byte as char).to_digit(16);
    Some((digit(*high)? * 16 + digit(*low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(u8, u8, Option<u8>, u8, u8), Reject> {
        match frame(line.as_bytes()) {
            Ok(sentence) => Vdm::read(&sentence).map(|v| (v.total, v.number, v.sequence, v.channel, v.fill)),
            Err(FrameError::Broken { reason, .. }) => Err(reason),
            Err(FrameError::NoAddress) => Err(Reject::NotASentence),
        }
    }

    fn sealed(content: &str) -> String {
        format!("!{content}*{:02x}", xor(content.as_bytes()))
    }

    #[test]
    fn any_talker_and_either_case_of_checksum_will_do() {
        for talker in ["AI", "AB", "BS", "B2", "SA", "AN", "AR", "XX"] {
            let line = sealed(&format!("{talker}VDM,1,1,,A,13mB7d001E1dDH0,0"));
            assert_eq!(read(&line), Ok((1, 1, None, b'A', 0)), "{line}");
        }
        assert_eq!(read("!AIVDM,1,1,,B,15Cjtd0Oj;Jp7ilG7=UkKBoB0<06,0*63"), Ok((1, 1, None, b'B', 0)));
    }

    #[test]
    fn impossible_fields_are_rejected_with_their_reason() {
        let vdm = |fields: &str| read(&sealed(&format!("AIVDM,{fields}")));
        assert_eq!(vdm("0,1,,A,13mB7d,0"), Err(Reject::PartNumbers));
        assert_eq!(vdm("2,3,1,A,13mB7d,0"), Err(Reject::PartNumbers));
        assert_eq!(vdm("2,0,1,A,13mB7d,0"), Err(Reject::PartNumbers));
        assert_eq!(vdm("10,1,1,A,13mB7d,0"), Err(Reject::PartNumbers));
        assert_eq!(vdm("1,1,,A,13mB7d,6"), Err(Reject::Fields));
        assert_eq!(vdm("1,1,,A"), Err(Reject::Fields));
        assert_eq!(vdm("1,1,,,13mB7d,"), Ok((1, 1, None, 0, 0)));
        assert_eq!(read("!AIVDM,1,1,,A,13mB7d,0"), Err(Reject::ChecksumMissing));
        assert_eq!(read("!AIVDM,1,1,,A,13mB7d,0*0"), Err(Reject::ChecksumMissing));
        assert_eq!(read("!AIVDM,1,1,,A,13mB7d,0*00"), Err(Reject::ChecksumWrong));
        assert_eq!(read("!"), Err(Reject::NotASentence));
        assert_eq!(read("!?,"), Err(Reject::NotASentence));
    }
}
