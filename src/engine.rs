//! The engine: lines in, changes out; wires decoder, tracks, behaviours and alert book together.

use std::sync::Arc;

use crate::ais::{Line, SourceId};
use crate::alerts::Change;
use crate::time::{Span, Time};
