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

/// Vessels that fell silent in the same slot, while no vessel between them was heard.
#[derive(Default)]
pub(super) struct Outage {
    /// The lost vessels, as places in the list of losses.
    pub(super) losses: Vec<usize>,
    /// The cells in which they were last heard, and those between them, without the cells in which vessels are heard.
    pub(super) cells: BTreeSet<Cell>,
}

/// The lost vessels of one cell, which all belong together.
struct Node {
    /// The cell.
    cell: Cell,
    /// Where the first of them was last heard.
    position: LatLon,
    /// The lost vessels, as places in the list of losses.
    losses: Vec<usize>,
    /// Place of the node whose outage it belongs to: an earlier one, or its own.
    outage: usize,
}

/// The circle between two nodes, in which no vessel was heard.
struct Gap {
    /// Place of one of them.
    node: usize,
    /// Middle of the empty circle.
    middle: LatLon,
    /// Its radius in metres.
    metres: f64,
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
        let node = |(outage, (cell, places)): (usize, (Cell, Vec<usize>))| {
            let position = losses[*places.first()?].position;
            Some(Node { cell, position, losses: places, outage })
        };
        let mut nodes: Vec<Node> = cells.into_iter().enumerate().filter_map(node).collect();
        let gaps = join(&mut nodes, heard);
        let mut outages: BTreeMap<usize, Outage> = BTreeMap::new();
        for node in &nodes {
            let outage = outages.entry(node.outage).or_default();
            outage.losses.extend(&node.losses);
            outage.cells.insert(node.cell);
        }
        outages.retain(|_, outage| FEWEST <= weight(&outage.losses));
        for gap in gaps {
            if let Some(outage) = outages.get_mut(&nodes[gap.node].outage) {
                outage.cells.extend(Cell::around(gap.middle, gap.metres));
            }
        }
        found.extend(outages.into_values().map(|mut outage| {
            outage.cells.retain(|cell| heard.in_cell(*cell).is_empty());
            outage
        }));
    }
    found
}

/// Joins nodes if no vessel was heard between them: each gets the place of the first node of its outage. The nodes must be ordered by cell.
fn join(nodes: &mut [Node], heard: &Heard) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for one in 0..nodes.len() {
        for cell in Cell::touching(nodes[one].position, TOGETHER_NM * METRES_PER_NM) {
            let Ok(other) = nodes[..one].binary_search_by_key(&cell, |node| node.cell) else {
                continue;
            };
            let (from, to) = (nodes[one].position, nodes[other].position);
            let (middle, metres) = (from.between(to, 0.5), from.metres_to(to) / 2.0);
            if TOGETHER_NM * METRES_PER_NM < 2.0 * metres || heard.any_within(metres, middle) {
                continue;
            }
            gaps.push(Gap { node: one, middle, metres });
            let (one, other) = (first_of(nodes, one), first_of(nodes, other));
            nodes[one.max(other)].outage = one.min(other);
        }
    }
    // A node comes after the one that it points to.
    for place in 0..nodes.len() {
        nodes[place].outage = nodes[nodes[place].outage].outage;
    }
    gaps
}

/// Place of the first node of the outage that a node belongs to so far.
fn first_of(nodes: &[Node], mut place: usize) -> usize {
    while nodes[place].outage != place {
        place = nodes[place].outage;
    }
    place
}
