//! Leaves out the vertices of a line that are hardly seen (Douglas and Peucker).

/// A vertex in units of a drawing.
pub(super) type Unit = [i32; 2];

/// A closed ring without the vertices that are within `tolerance` units of the line through the others. Ends where it began; empty if
/// nothing but a line is left.
pub(super) fn thinned(ring: &[Unit], tolerance: f64) -> Vec<Unit> {
    let Some(first) = ring.first() else {
        return Vec::new();
    };
    // A ring has no ends, so it is halved at the vertex farthest from the first.
    let far = (0..ring.len()).max_by_key(|index| squared(*first, ring[*index])).unwrap_or(0);
    let mut kept = vec![false; ring.len()];
    (kept[0], kept[far], kept[ring.len() - 1]) = (true, true, true);
    // A stack and not recursion: a coastline may have a hundred thousand vertices in an awkward order.
    let mut spans = vec![(0, far), (far, ring.len() - 1)];
    while let Some((from, to)) = spans.pop() {
        let away = |index: usize| distance_2(ring[index], ring[from], ring[to]);
        let farthest = (from + 1..to).map(|index| (index, away(index))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((index, _)) = farthest.filter(|(_, away_2)| tolerance * tolerance < *away_2) {
            kept[index] = true;
            spans.push((from, index));
            spans.push((index, to));
        }
    }
    let thin: Vec<Unit> = ring.iter().zip(kept).filter(|(_, kept)| *kept).map(|(vertex, _)| *vertex).collect();
    if thin.len() < 4 { Vec::new() } else { thin }
}

/// Square of the distance between two vertices.
fn squared(a: Unit, b: Unit) -> i64 {
    let (x, y) = (i64::from(a[0]) - i64::from(b[0]), i64::from(a[1]) - i64::from(b[1]));
    x * x + y * y
}

/// Square of the distance from a vertex to the straight piece between two others.
fn distance_2(at: Unit, from: Unit, to: Unit) -> f64 {
    let of = |unit: Unit| [f64::from(unit[0]), f64::from(unit[1])];
    let (at, from, to) = (of(at), of(from), of(to));
    let (ux, uy) = (to[0] - from[0], to[1] - from[1]);
    let (vx, vy) = (at[0] - from[0], at[1] - from[1]);
    let length_2 = ux * ux + uy * uy;
    let share = if length_2 == 0.0 { 0.0 } else { ((ux * vx + uy * vy) / length_2).clamp(0.0, 1.0) };
    let (x, y) = (vx - ux * share, vy - uy * share);
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_stay_and_vertices_along_an_edge_go() {
        let ring = [[0, 0], [50, 1], [100, 0], [100, 100], [40, 99], [0, 100], [0, 0]];
        assert_eq!(thinned(&ring, 2.0), [[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]]);
        assert_eq!(thinned(&ring, 0.5), ring);
        assert!(thinned(&[[0, 0], [1, 1], [2, 2], [0, 0]], 0.5).is_empty(), "a line has no inside");
        assert!(thinned(&[], 1.0).is_empty());
    }
}
