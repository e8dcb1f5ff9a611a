//! Recordings that are packed, damaged, or bombs.

use std::io::Write;

use super::*;

const LIMITS: Limits = Limits { ratio: 100, bytes: 1 << 40 };

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn unpack(bytes: Vec<u8>, limits: Limits) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    UnpackedBytes::new(Cursor::new(bytes), limits)?.read_to_end(&mut out)?;
    Ok(out)
}

#[test]
fn the_compression_is_recognised_by_the_content() {
    let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
    assert_eq!(unpack(text.to_vec(), LIMITS).unwrap(), text);
    assert_eq!(unpack(b"a".to_vec(), LIMITS).unwrap(), b"a");
    assert_eq!(unpack(Vec::new(), LIMITS).unwrap(), b"");
    let twice = [gzip(text), gzip(text)].concat();
    assert_eq!(unpack(twice, LIMITS).unwrap(), [text.as_slice(), text].concat());
    assert_eq!(unpack(zstd::encode_all(&text[..], 3).unwrap(), LIMITS).unwrap(), text);
    let error = unpack(b"PK\x03\x04....".to_vec(), LIMITS).unwrap_err();
    assert_eq!(error.to_string(), "is a zip archive; unpack it first");
}

#[test]
fn a_bomb_is_refused_and_a_small_repetitive_file_is_not() {
    let bomb = gzip(&vec![b'\n'; 80 << 20]);
    let error = unpack(bomb.clone(), LIMITS).unwrap_err();
    assert!(error.to_string().contains("decompression bomb"), "{error}");
    let generous = Limits { ratio: 5000, ..LIMITS };
    assert_eq!(unpack(bomb, generous).unwrap().len(), 80 << 20);
    assert_eq!(unpack(gzip(&vec![b'\n'; 1 << 20]), LIMITS).unwrap().len(), 1 << 20);
    let small = Limits { bytes: 1 << 19, ratio: 5000 };
    assert!(unpack(gzip(&vec![b'\n'; 1 << 20]), small).is_err());
}

#[test]
fn a_truncated_file_is_an_error() {
    let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
    for mut cut in [gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
        cut.truncate(cut.len() - 9);
        assert!(unpack(cut, LIMITS).is_err());
    }
    // Padded with zeros it is still truncated: the checksum is missing.
    let mut filled = gzip(text);
    filled.truncate(filled.len() - 9);
    filled.extend([0; 512]);
    assert!(unpack(filled, LIMITS).is_err());
}

#[test]
fn zero_bytes_behind_what_is_packed_are_passed_over_and_counted() {
    let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
    // Up to and beyond the size of one read.
    for zeros in [1, 512, 10_240, (1 << 18) + 1] {
        for packed in [gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
            let padded = [packed.clone(), vec![0; zeros], packed, vec![0; zeros]].concat();
            let mut unpacked = UnpackedBytes::new(Cursor::new(padded), LIMITS).unwrap();
            let mut out = Vec::new();
            unpacked.read_to_end(&mut out).unwrap();
            assert_eq!(out, [text.as_slice(), text].concat());
            assert_eq!(unpacked.padding(), 2 * zeros as u64);
        }
    }
}

#[test]
fn other_data_after_the_compressed_data_is_an_error() {
    let text = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n";
    for packed in [gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
        for behind in [&b"text that is not packed"[..], b"\0\0\0and text"] {
            assert!(unpack([&packed, behind].concat(), LIMITS).is_err());
        }
    }
}
