//! Messages within the bounds pass; what exceeds them ends the connection.

use super::*;

const TALK: &[u8] = b"INFO {}\r\nPING\r\n+OK\r\n-ERR 'x'\r\nMSG a.b 1 5\r\nMSG 1\r\nPONG\r\n\
                      MSG a  2 $JS.ACK.s 4\r\n\r\n\r\n\r\nHMSG a 1 $JS.ACK.s 12 15\r\nNATS/1.0\r\n\r\nabc\r\nMSG a 1 0\r\n\r\nPING\r\n";

#[test]
fn valid_data_is_forwarded_unchanged_however_it_is_split() {
    for size in [1, 2, 3, 7, TALK.len()] {
        let mut guard = Guard::default();
        let (mut out, mut deliveries) = (Vec::new(), 0);
        for piece in TALK.chunks(size) {
            let mut passed = guard.pass(piece).expect("in order");
            out.append(&mut passed.bytes);
            deliveries += passed.deliveries;
        }
        assert_eq!((out.as_slice(), deliveries), (TALK, 4 + 3), "in pieces of {size}");
    }
}

#[test]
fn a_secret_does_not_come_back_in_an_error() {
    let mut guard = Guard::hiding(Some("canary"));
    let passed = guard.pass(b"-ERR 'no canary here'\r\n-ERR 'x'\r\nMSG canary 1 6\r\ncanary\r\n").expect("in order");
    assert_eq!(passed.bytes, b"-ERR 'no *** here'\r\n-ERR 'x'\r\nMSG canary 1 6\r\ncanary\r\n");
}

#[test]
fn a_line_goes_on_only_when_it_is_whole() {
    let mut guard = Guard::default();
    assert_eq!(guard.pass(b"MSG a 1 1").expect("so far"), PassedBytes::default());
    assert_eq!(guard.pass(b"0\r").expect("so far"), PassedBytes::default());
    assert_eq!(guard.pass(b"\n01").expect("whole").bytes, b"MSG a 1 10\r\n01");
}

#[test]
fn messages_up_to_the_bound_are_taken_and_no_longer_ones() {
    let first = |line: String| Guard::default().pass(line.as_bytes()).map(|passed| passed.deliveries);
    for (words, most) in [("a 1 $JS.ACK.s", LONGEST_MESSAGE), ("a 1", LONGEST_ANSWER)] {
        let whole = if most == LONGEST_MESSAGE { most as usize } else { 0 };
        assert_eq!(first(format!("MSG {words} {most}\r\n")), Ok(whole));
        assert_eq!(first(format!("HMSG {words} 0 {most}\r\n")), Ok(whole));
        for bytes in [most + 1, 1 << 30, u64::MAX - 5, u64::MAX] {
            let refused = Err(Violation::Message { bytes, most });
            assert_eq!(first(format!("MSG {words} {bytes}\r\n")), refused);
            assert_eq!(first(format!("HMSG {words} 12 {bytes}\r\n")), refused);
        }
    }
}

#[test]
fn what_the_client_cannot_read_does_not_reach_it() {
    for bad in [
        "MSG a 1\r\n",
        "MSG a 1 b c 5\r\n",
        "MSG a 1 -1\r\n",
        "MSG a 1 18446744073709551616\r\n",
        "HMSG a 1 13 12\r\n",
        "HMSG a 1 12\r\n",
        "-ERR\r\n",
        "\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
    ] {
        assert_eq!(Guard::default().pass(bad.as_bytes()), Err(Violation::Protocol), "{bad}");
    }
    assert_eq!(Guard::default().pass(b"MSG \xff 1 5\r\n"), Err(Violation::Protocol));
    let mut guard = Guard::default();
    assert_eq!(guard.pass(&vec![b'x'; LONGEST_LINE]), Ok(PassedBytes::default()));
    assert_eq!(guard.pass(b"x"), Err(Violation::Line));
}
