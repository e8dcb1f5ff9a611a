//! Our own servers that follow a protocol correctly, or show one fault until they are set to behave.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// A fault of a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misdeed {
    /// Accepts and sends nothing.
    Silent,
    /// Greets so slowly that the client times out.
    Drips,
    /// Sends something other than its protocol.
    Garbage,
    /// Announces far more than any client accepts, and begins to send it, before or after the first message.
    Huge,
    HugeAfterwards,
    /// Sends a line without an end.
    Endless,
    /// Disconnects at once, after the login, after the first message, or within its answer to that.
    ClosesAtOnce,
    ClosesAfterLogin,
    ClosesAfterMessage,
    ClosesInAnswer,
    /// Resets the connection at once, or after the first message.
    Resets,
    ResetsAfterMessage,
    /// Stops reading.
    StopsReading,
    /// Accepts messages without acknowledging them, or acknowledges others.
    NeverAcknowledges,
    AcknowledgesAnother,
    /// Acknowledges in the form of another protocol version, or for another quality of service.
    AcknowledgesStrangely,
    /// Answers a message with a protocol error, with an error in text, or with an empty answer.
    AnswersError,
    AnswersWords,
    AnswersNothing,
    /// Refuses the login, with this reason code of the protocol.
    Refuses(u8),
    /// Refuses the login, and repeats the password in its message.
    RefusesWithEcho,
    /// Resumes a session that we never had.
    RemembersUs,
    /// Works, but acknowledges twice, reports a message as already known, disconnects every second, sends unrequested data, or names other
    /// servers to use.
    AcknowledgesTwice,
    KnowsIt,
    Flaps,
    Talks,
    Redirects,
}

impl Misdeed {
    /// Whether messages are delivered despite the fault.
    pub fn is_harmless(self) -> bool {
        use Misdeed::{AcknowledgesTwice, Flaps, KnowsIt, Redirects, Talks};
        matches!(self, AcknowledgesTwice | KnowsIt | Flaps | Talks | Redirects)
    }

    /// Its name in the settings.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase().replace(['(', ')'], "")
    }
}

/// A message that a server accepted, and acknowledged if its protocol has acknowledgements.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Taken {
    /// Identifies the message: the delivery's key, a topic, or empty.
    pub key: String,
    pub body: String,
}

/// What a server has received, and how it is to behave.
#[derive(Debug, Default)]
pub struct Desk {
    /// The fault it shows while it does not behave.
    pub misdeed: Option<Misdeed>,
    /// Address of another server that it names; no client may connect there.
    pub elsewhere: String,
    behaves: AtomicBool,
    calls: AtomicU32,
    taken: Mutex<Vec<Taken>>,
    open: Mutex<Vec<TcpStream>>,
}

impl Desk {
    /// A server with this fault, until it is set to behave.
    pub fn doing(misdeed: Misdeed, elsewhere: &str) -> Desk {
        Desk { misdeed: Some(misdeed), elsewhere: elsewhere.to_owned(), ..Desk::default() }
    }

    /// The current fault.
    pub fn wrong(&self) -> Option<Misdeed> {
        self.misdeed.filter(|_| !self.behaves.load(Ordering::SeqCst))
    }

    /// Records an accepted message.
    pub fn take(&self, key: &str, body: &[u8]) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.taken.lock().unwrap().push(Taken { key: key.to_owned(), body });
    }
}

/// A connection to a client, with or without TLS.
pub trait Talk: Read + Write + Send {}
impl<T: Read + Write + Send> Talk for T {}

/// One connection.
pub struct Connection {
    pub talk: Box<dyn Talk>,
    /// The socket below it.
    pub socket: TcpStream,
}

impl Connection {
    /// A connection without TLS.
    pub fn plain(socket: TcpStream) -> Connection {
        Connection { talk: Box::new(socket.try_clone().unwrap()), socket }
    }

    pub fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.talk.write_all(bytes)?;
        self.talk.flush()
    }

    pub fn read(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.talk.read_exact(&mut bytes).map(|()| bytes)
    }

    /// Discards data until the other side gives up.
    pub fn hang(&mut self) -> io::Result<()> {
        io::copy(&mut self.talk, &mut io::sink()).map(drop)
    }

    /// Waits until the other side gives up, without reading.
    pub fn ignore(&mut self) -> io::Result<()> {
        while self.socket.take_error()?.is_none() && is_open(&self.socket) {
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Sends byte by byte, with a pause before each.
    pub fn drip(&mut self, bytes: &[u8], pause: Duration) -> io::Result<()> {
        for byte in bytes {
            thread::sleep(pause);
            self.say(&[*byte])?;
        }
        Ok(())
    }

    /// Sends this, then zero bytes until the other side gives up; fails if it accepts far too many.
    pub fn pour(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.say(bytes)?;
        let zeros = vec![b'0'; 1 << 18];
        for _ in 0..1200 {
            if self.talk.write_all(&zeros).is_err() {
                return Ok(());
            }
        }
        panic!("300 MiB of it were taken");
    }

    /// Resets the connection.
    pub fn reset(self) -> io::Result<()> {
        SockRef::from(&self.socket).set_linger(Some(Duration::ZERO))
    }
}

/// Whether the other side has not disconnected; takes nothing out of the socket.
fn is_open(socket: &TcpStream) -> bool {
    // A close behind unread bytes would not be seen. A peer that gives up in time resets the connection, because its bytes are unread.
    let _ = socket.set_nonblocking(true);
    let peeked = socket.peek(&mut [0]);
    let _ = socket.set_nonblocking(false);
    !matches!(peeked, Ok(0)) && !peeked.is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock)
}

/// Serves one connection until that ends.
pub type Session = fn(Connection, &Desk) -> io::Result<()>;

/// Makes a connection of a socket; `None` if the TLS handshake fails.
pub type Secure = Arc<dyn Fn(TcpStream) -> Option<Connection> + Send + Sync>;

/// Connections without TLS.
pub fn plain() -> Secure {
    Arc::new(|socket| Some(Connection::plain(socket)))
}

/// A server and what it received.
pub struct Server {
    pub address: String,
    pub desk: Arc<Desk>,
}

impl Server {
    /// A server without TLS.
    pub fn new(session: Session, misdeed: Option<Misdeed>) -> Server {
        Server::start(session, Desk { misdeed, ..Desk::default() }, plain())
    }

    pub fn start(session: Session, desk: Desk, secure: Secure) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if desk.misdeed == Some(Misdeed::StopsReading) {
            // Leave little buffer for data that is never read.
            SockRef::from(&listener).set_recv_buffer_size(2048).unwrap();
        }
        let address = listener.local_addr().unwrap().to_string();
        let desk = Arc::new(desk);
        let of_listener = Arc::clone(&desk);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                of_listener.calls.fetch_add(1, Ordering::SeqCst);
                let (desk, secure) = (Arc::clone(&of_listener), Arc::clone(&secure));
                thread::spawn(move || {
                    let _ = socket.set_nodelay(true);
                    let watched = socket.try_clone().unwrap();
                    desk.open.lock().unwrap().push(socket.try_clone().unwrap());
                    if let Some(connection) = secure(socket) {
                        // The client has seen how it ended.
                        let _ = session(connection, &desk);
                    }
                    let _ = watched.shutdown(Shutdown::Both);
                });
            }
        });
        Server { address, desk }
    }

    /// From now on it behaves correctly, or shows its fault again.
    pub fn behave(&self, behaves: bool) {
        self.desk.behaves.store(behaves, Ordering::SeqCst);
    }

    /// Ends every connection.
    pub fn hang_up(&self) {
        self.desk.open.lock().unwrap().drain(..).for_each(|socket| drop(socket.shutdown(Shutdown::Both)));
    }

    pub fn calls(&self) -> u32 {
        self.desk.calls.load(Ordering::SeqCst)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.desk.taken.lock().unwrap().clone()
    }
}
