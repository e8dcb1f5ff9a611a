//! The state of the engine as bytes and back (snapshots): serde helpers for types that cannot be derived.
//!
//! The format is postcard, which stores no field names: only the version that wrote a snapshot can read it. JSON values are stored as
//! text.

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes that are not a state written by this version.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a snapshot of this version of the program: {0}")]
pub struct Damaged(pub String);

/// Appends a value to a snapshot, preceded by its length.
pub(crate) fn pack<T: Serialize + ?Sized>(what: &T, into: &mut Vec<u8>) {
    let length_at = into.len();
    into.extend([0; 8]);
    put(what, into);
    let length = (into.len() - length_at - 8) as u64;
    into[length_at..length_at + 8].copy_from_slice(&length.to_le_bytes());
}

/// Appends a value to a snapshot, without its length.
pub(crate) fn put<T: Serialize + ?Sized>(what: &T, into: &mut Vec<u8>) {
    // Writing plain data to memory cannot fail.
    postcard::serialize_with_flavor(what, Buffer(into)).expect("plain data");
}

/// Bytes in memory as postcard writes to them; quicker than through `Extend`, which adds byte by byte.
struct Buffer<'a>(&'a mut Vec<u8>);

impl Flavor for Buffer<'_> {
    type Output = ();

    #[inline(always)]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline(always)]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// Takes the next value from a snapshot that was written without its length.
/// Fails if the bytes end early or are not such a value; `from` is then unchanged.
pub(crate) fn take<T: DeserializeOwned>(from: &mut &[u8]) -> Result<T, Damaged> {
    let (what, rest) = postcard::take_from_bytes(from).map_err(|error| Damaged(error.to_string()))?;
    *from = rest;
    Ok(what)
}

/// Takes the next value from a snapshot.
/// Fails if the bytes end early, are not such a value, or are more than it.
pub(crate) fn unpack<T: DeserializeOwned>(from: &mut &[u8]) -> Result<T, Damaged> {
    let cut = || Damaged("truncated".to_owned());
    let (length, rest) = from.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let (bytes, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
    *from = rest;
    match postcard::take_from_bytes(bytes) {
        Ok((what, [])) => Ok(what),
        Ok((_, more)) => Err(Damaged(format!("{} unexpected bytes at the end", more.len()))),
        Err(error) => Err(Damaged(error.to_string())),
    }
}

/// Lists which fields of a part of the engine go into a snapshot. `kept` fields are packed as they are and `parts` save
/// themselves; `built` fields are rebuilt from settings and zones. A field missing from all three lists does not compile.
macro_rules! remembers {
    (
        $vis:vis kept { $($kept:ident),* $(,)? }
        parts { $($part:ident),* $(,)? }
        built { $($built:ident),* $(,)? }
    ) => {
        /// Appends its state to a snapshot.
        $vis fn save(&self, into: &mut Vec<u8>) {
            let Self { $($kept,)* $($part,)* $($built: _,)* } = self;
            let _ = &into;
            $(crate::base::state::pack($kept, into);)*
            $($part.save(into);)*
        }

        /// Restores its state from a snapshot.
        $vis fn restore(&mut self, from: &mut &[u8]) -> Result<(), crate::base::state::Damaged> {
            let _ = &from;
            $(self.$kept = crate::base::state::unpack(from)?;)*
            $(self.$part.restore(from)?;)*
            Ok(())
        }
    };
}
pub(crate) use remembers;

/// `with` for a value that several hold.
pub(crate) mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the value itself. A restored value is no longer shared.
    pub(crate) fn serialize<T: Serialize, S: Serializer>(what: &Arc<T>, to: S) -> Result<S::Ok, S::Error> {
        what.as_ref().serialize(to)
    }

    /// Reads a value that has one holder.
    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Arc<T>, D::Error> {
        T::deserialize(from).map(Arc::new)
    }
}

/// `with` for values that only JSON can express: stored as text in a snapshot, as themselves in JSON.
pub(crate) mod json {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the value, or its JSON as text in a format that is not for people.
    pub(crate) fn serialize<T: Serialize, S: Serializer>(what: &T, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            return what.serialize(to);
        }
        serde_json::to_string(what).map_err(serde::ser::Error::custom)?.serialize(to)
    }

    /// Reads what `serialize` wrote. Fails if the text is not such JSON.
    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        if from.is_human_readable() {
            return T::deserialize(from);
        }
        serde_json::from_str(<&str>::deserialize(from)?).map_err(D::Error::custom)
    }
}
