//! Vessels far apart that fell silent together. A receiver hears vessels tens of miles apart, so its failure need not show in any one
//! cell. Two lost vessels belong together if no vessel is heard between them: in the circle that has their distance as diameter.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;

use super::cells::Cell;
use super::heard::Heard;
use super::loss::Loss;

/// Sum of the weights of lost vessels from which they are an outage, wherever they are: four vessels in good reception. Two or three
/// may have agreed to switch off.
const FEWEST: f64 = 3.5;
/// Maximum distance between two lost vessels that belong together directly: one receiver on the coast hears about 30 nm in every
/// direction. Nautical miles.
const TOGETHER_NM: f64 = 60.0;

/// Vessels that fell silent in the same slot, with nobody heard between them.
pub(super) struct Outage {
    /// The lost vessels, as places in the list of losses.
    pub(super) losses: Vec<usize>,
    /// The cells in which they were last heard, and those between them, without the cells in which vessels are heard.
    pub(super) cells: BTreeSet<Cell>,
}

/// The lost vessels of one cell, which all belong together.
struct Node {
    /// Where the first of them was last heard.
    position: LatLon,
    /// The lost vessels, as places in the list of losses.
    losses: Vec<usize>,
    /// Number of the outage it belongs to, which is that of its first node.
    outage: usize,
}

/// The outages that these losses, in the order of their tracks, amount to. Each input is judged by itself. Only vessels that are heard
/// regularly count.
pub(super) fn outages(losses: &[Loss], heard: &Heard) -> Vec<Outage> {
    let mut by_source: BTreeMap<_, BTreeMap<Cell, Vec<usize>>> = BTreeMap::new();
    for (place, loss) in losses.iter().enumerate().filter(|(_, loss)| loss.habit.is_some() && 0.0 < loss.weight) {
        by_source.entry(loss.source).or_default().entry(loss.cell).or_default().push(place);
    }
    let weight = |places: &[usize]| places.iter().map(|place| losses[*place].weight).sum::<f64>();
    let enough = |cells: &BTreeMap<Cell, Vec<usize>>| FEWEST <= cells.values().map(|places| weight(places)).sum();
    let mut found = Vec::new();
    for cells in by_source.into_values().filter(enough) {
        let node = |(outage, places): (usize, Vec<usize>)| {
            let position = places.first().map(|first| losses[*first].position)?;
            Some(Node { position, losses: places, outage })
        };
        let mut nodes: Vec<Node> = cells.into_values().enumerate().filter_map(node).collect();
        let circles = join(&mut nodes, heard);
        for number in 0..nodes.len() {
            let members = || nodes.iter().filter(|node| node.outage == number);
            let places: Vec<usize> = members().flat_map(|node| node.losses.iter().copied()).collect();
            if weight(&places) < FEWEST {
                continue;
            }
            let of_vessels = places.iter().map(|place| losses[*place].cell);
            let here = circles.iter().filter(|(first, ..)| nodes[*first].outage == number);
            let between = here.flat_map(|(_, middle, metres)| Cell::around(*middle, *metres));
            let cells = of_vessels.chain(between).filter(|cell| heard.in_cell(*cell).is_empty()).collect();
            found.push(Outage { losses: places, cells });
        }
    }
    found
}

/// Joins the nodes between which nobody is heard. Returns the empty circles: one of the two nodes, the middle, and the radius in metres.
fn join(nodes: &mut [Node], heard: &Heard) -> Vec<(usize, LatLon, f64)> {
    let mut circles = Vec::new();
    for one in 0..nodes.len() {
        for other in 0..one {
            let (from, to) = (nodes[one].position, nodes[other].position);
            if !from.is_within(TOGETHER_NM * METRES_PER_NM, to) {
                continue;
            }
            let (middle, radius) = (from.between(to, 0.5), from.metres_to(to) / 2.0);
            if heard.any_within(radius, middle) {
                continue;
            }
            circles.push((one, middle, radius));
            let (kept, gone) = (nodes[one].outage.min(nodes[other].outage), nodes[one].outage.max(nodes[other].outage));
            if kept < gone {
                nodes.iter_mut().filter(|node| node.outage == gone).for_each(|node| node.outage = kept);
            }
        }
    }
    circles
}
