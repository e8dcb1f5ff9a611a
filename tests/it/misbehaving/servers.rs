//! Servers of our own that speak a protocol as they should, or do one thing wrong until they are told to behave.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// What a server does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misdeed {
    /// Accepts and says nothing.
    Silent,
    /// Greets so slowly that nobody waits for the end of it.
    Drips,
    /// Says what is not its protocol.
    Garbage,
    /// Announces far more than anybody takes, and begins to send it, before or after the first message.
    Huge,
    HugeAfterwards,
    /// Sends a line without an end.
    Endless,
    /// Hangs up at once, after our name and password, after the first message, within its answer to that.
    ClosesAtOnce,
    ClosesAfterLogin,
    ClosesAfterMessage,
    ClosesInAnswer,
    /// Breaks the connection at once, or after the first message.
    Resets,
    ResetsAfterMessage,
    /// Reads no more.
    StopsReading,
    /// Takes messages and says nothing of them, or acknowledges others.
    NeverAcknowledges,
    AcknowledgesAnother,
    /// Acknowledges in a form of another version of the protocol, or as for another quality of service.
    AcknowledgesStrangely,
    /// Answers a message with an error of the protocol, with one in words, with no words at all.
    AnswersError,
    AnswersWords,
    AnswersNothing,
    /// Lets nobody in, for this reason of the protocol.
    Refuses(u8),
    /// The same, with the password that it was shown in its words.
    RefusesWithEcho,
    /// Goes on from a session that we never had.
    RemembersUs,
    /// Works as it should, but: acknowledges twice, says that it knows the message, hangs up every second, sends what nobody asked for,
    /// names other servers to go to.
    AcknowledgesTwice,
    KnowsIt,
    Flaps,
    Talks,
    Redirects,
}

impl Misdeed {
    /// Whether messages get through all the same.
    pub fn is_harmless(self) -> bool {
        use Misdeed::{AcknowledgesTwice, Flaps, KnowsIt, Redirects, Talks};
        matches!(self, AcknowledgesTwice | KnowsIt | Flaps | Talks | Redirects)
    }

    /// Its name in the settings.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase().replace(['(', ')'], "")
    }
}

/// A message that a server took, and acknowledged where its protocol has a word for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Taken {
    /// What it is known by: the key of a letter, a topic, nothing.
    pub key: String,
    pub body: String,
}

/// What a server has seen, and how it is to behave.
#[derive(Debug, Default)]
pub struct Desk {
    /// What it does while it does not behave.
    pub misdeed: Option<Misdeed>,
    /// Where it sends people; nobody may come there.
    pub elsewhere: String,
    behaves: AtomicBool,
    calls: AtomicU32,
    taken: Mutex<Vec<Taken>>,
    open: Mutex<Vec<TcpStream>>,
}

impl Desk {
    /// One that does this until it is told to behave.
    pub fn doing(misdeed: Misdeed, elsewhere: &str) -> Desk {
        Desk { misdeed: Some(misdeed), elsewhere: elsewhere.to_owned(), ..Desk::default() }
    }

    /// What it does wrong at the moment.
    pub fn wrong(&self) -> Option<Misdeed> {
        self.misdeed.filter(|_| !self.behaves.load(Ordering::SeqCst))
    }

    /// A message is taken.
    pub fn take(&self, key: &str, body: &[u8]) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.taken.lock().unwrap().push(Taken { key: key.to_owned(), body });
    }
}

/// A connection to a client, over TLS or in the open.
pub trait Talk: Read + Write + Send {}
impl<T: Read + Write + Send> Talk for T {}

/// One connection.
pub struct Connection {
    pub talk: Box<dyn Talk>,
    /// The socket below it.
    pub socket: TcpStream,
}

impl Connection {
    /// In the open.
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

    /// Until the other side has had enough, whatever it says meanwhile.
    pub fn hang(&mut self) -> io::Result<()> {
        io::copy(&mut self.talk, &mut io::sink()).map(drop)
    }

    /// The same, and nothing is read.
    pub fn ignore(&mut self) -> io::Result<()> {
        while self.socket.take_error()?.is_none() && is_open(&self.socket) {
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Byte by byte, with a pause before each.
    pub fn drip(&mut self, bytes: &[u8], pause: Duration) -> io::Result<()> {
        for byte in bytes {
            thread::sleep(pause);
            self.say(&[*byte])?;
        }
        Ok(())
    }

    /// Says this, then zero bytes until the other side has had enough; an error if it takes far too many.
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

    /// Breaks it off: the other side gets a reset.
    pub fn reset(self) -> io::Result<()> {
        SockRef::from(&self.socket).set_linger(Some(Duration::ZERO))
    }
}

/// Whether the other side has not hung up; nothing is taken out of the socket.
fn is_open(socket: &TcpStream) -> bool {
    // Held back by unread bytes, its end would not be seen; whoever gives up in time closes with a reset, as they are unread.
    let _ = socket.set_nonblocking(true);
    let peeked = socket.peek(&mut [0]);
    let _ = socket.set_nonblocking(false);
    !matches!(peeked, Ok(0)) && !peeked.is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock)
}

/// How a protocol is spoken over one connection until that ends.
pub type Session = fn(Connection, &Desk) -> io::Result<()>;

/// How a socket becomes a connection: nothing where no TLS comes about.
pub type Secure = Arc<dyn Fn(TcpStream) -> Option<Connection> + Send + Sync>;

/// Connections in the open.
pub fn plain() -> Secure {
    Arc::new(|socket| Some(Connection::plain(socket)))
}

/// A server and what came to it.
pub struct Server {
    pub address: String,
    pub desk: Arc<Desk>,
}

impl Server {
    /// In the open.
    pub fn new(session: Session, misdeed: Option<Misdeed>) -> Server {
        Server::start(session, Desk { misdeed, ..Desk::default() }, plain())
    }

    pub fn start(session: Session, desk: Desk, secure: Secure) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if desk.misdeed == Some(Misdeed::StopsReading) {
            // There is little room for what nobody reads.
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
                        // How it ended the other side has seen.
                        let _ = session(connection, &desk);
                    }
                    let _ = watched.shutdown(Shutdown::Both);
                });
            }
        });
        Server { address, desk }
    }

    /// From now on it does as it should, or does not again.
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
