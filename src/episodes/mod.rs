//! Episodes: what vessels did, found once and kept by place and time for the behaviours that look back.

pub mod gap;
