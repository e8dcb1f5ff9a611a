//! Formats that others define: lines of AIS against independent decoders, and exports as other programs read them.

mod decoder;
mod exports;
mod witness;
