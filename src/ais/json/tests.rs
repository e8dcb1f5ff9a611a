//! Each feed's objects, with their traps.
