//! The room that is left on a drawing for names.

/// Average width of a letter of a name, in units, rounded up.
const LETTER: f64 = 6.4;
/// Height of a name in units.
const LINE: f64 = 13.0;
/// A track is covered by boxes of at most this size, in units.
const STEP: f64 = 8.0;
/// Maximum number of boxes for one piece of a track. A longer piece leaves the drawing.
const MOST_STEPS: usize = 200;

/// A box on the drawing, in units.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Rect {
    /// Left edge.
    pub(super) left: f64,
    /// Upper edge.
    pub(super) top: f64,
    /// Right edge.
    pub(super) right: f64,
    /// Lower edge.
    pub(super) bottom: f64,
}

impl Rect {
    /// A box with this middle.
    pub(super) fn around((x, y): (f64, f64), width: f64, height: f64) -> Rect {
        Rect { left: x - width / 2.0, top: y - height / 2.0, right: x + width / 2.0, bottom: y + height / 2.0 }
    }

    /// The box of a name with this middle.
    pub(super) fn of_name(name: &str, middle: (f64, f64)) -> Rect {
        Rect::around(middle, name.chars().count() as f64 * LETTER, LINE)
    }

    /// Whether two boxes overlap.
    fn meets(&self, other: &Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether another box is completely inside this one.
    fn holds(&self, other: &Rect) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }

    /// The corners.
    pub(super) fn corners(&self) -> [(f64, f64); 4] {
        [(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
    }
}

/// What is drawn so far, and must stay readable.
pub(super) struct Room {
    /// The drawing.
    whole: Rect,
    /// Boxes around what is drawn.
    taken: Vec<Rect>,
}

impl Room {
    /// An empty drawing.
    pub(super) fn new(width: f64, height: f64) -> Room {
        Room { whole: Rect { left: 0.0, top: 0.0, right: width, bottom: height }, taken: Vec::new() }
    }

    /// The drawing.
    pub(super) fn whole(&self) -> Rect {
        self.whole
    }

    /// Adds a box.
    pub(super) fn take(&mut self, rect: Rect) {
        if rect.meets(&self.whole) {
            self.taken.push(rect);
        }
    }

    /// Adds a line along these points.
    pub(super) fn take_line(&mut self, points: &[(f64, f64)]) {
        for pair in points.windows(2) {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            let steps = (((x2 - x1).hypot(y2 - y1) / STEP).ceil() as usize).clamp(1, MOST_STEPS);
            for step in 0..=steps {
                let share = step as f64 / steps as f64;
                self.take(Rect::around((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share), STEP, STEP));
            }
        }
    }

    /// Whether a box is on the drawing and covers nothing.
    pub(super) fn is_free(&self, rect: &Rect) -> bool {
        self.whole.holds(rect) && !self.taken.iter().any(|taken| taken.meets(rect))
    }
}
