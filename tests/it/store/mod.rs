//! What is kept: the journal, snapshots, the store and exported cases, through kills, loss of power and full disks.

mod bundle;
mod handling;
mod keeping;
mod power;
mod restart;
