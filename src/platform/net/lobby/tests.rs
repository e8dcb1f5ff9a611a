//! Connections that wait: who gets a place, and who is closed for a new one.

use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn in_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { timeout(Duration::from_secs(10), test).await }).expect("no test waits for ever");
}

#[test]
fn a_newcomer_takes_the_place_of_the_oldest_of_the_largest_crowd() {
    in_time(async {
        let lobby = Lobby::new(3);
        let station = lobby.take(address("192.0.2.1")).await;
        let first = lobby.take(address("2001:db8::1")).await;
        let second = lobby.take(address("2001:db8::2")).await;
        let began = Instant::now();
        let third = lobby.take(address("2001:db8::3")).await;
        assert!(GRACE / 2 < began.elapsed(), "the first had its grace period");
        assert!(first.is_displaced() && !second.is_displaced() && !station.is_displaced());
        let _other = lobby.take(address("198.51.100.1")).await;
        assert!(second.is_displaced() && !third.is_displaced() && !station.is_displaced());
        // One connection per network: the oldest is displaced.
        let _last = lobby.take(address("198.51.100.2")).await;
        assert!(station.is_displaced() && !third.is_displaced());
    });
}

#[test]
fn behind_one_address_the_oldest_goes_and_a_closed_connection_frees_its_place_at_once() {
    in_time(async {
        let (lobby, proxy) = (Lobby::new(2), address("::ffff:192.0.2.1"));
        let first = lobby.take(proxy).await;
        let second = lobby.take(address("192.0.2.1")).await;
        let third = lobby.take(proxy).await;
        assert!(first.is_displaced() && !second.is_displaced());
        drop(third);
        let began = Instant::now();
        let _fourth = lobby.take(proxy).await;
        assert!(began.elapsed() < GRACE && !second.is_displaced());
    });
}

#[test]
fn connections_being_answered_stay_but_never_more_than_half() {
    in_time(async {
        let (lobby, peer) = (Lobby::new(2), address("192.0.2.1"));
        let first = lobby.take(peer).await;
        let second = lobby.take(peer).await;
        let kept = first.keep().expect("no other connection is kept");
        assert!(second.keep().is_none());
        let third = lobby.take(peer).await;
        assert!(!first.is_displaced() && second.is_displaced());
        drop(kept);
        let _fourth = lobby.take(peer).await;
        assert!(first.is_displaced() && !third.is_displaced());
    });
}
