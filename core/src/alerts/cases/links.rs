//! Sets of connected items: a union-find whose sets come out in a fixed order, so that cases are the same in every run.

/// `size` items, at first each in a set of its own.
#[derive(Clone, Debug)]
pub(super) struct Links {
    /// The parent of each item; a root is its own parent. No parent has a larger number than its item.
    parents: Vec<usize>,
}

impl Links {
    /// Items 0 to `size` - 1, none connected.
    pub(super) fn new(size: usize) -> Links {
        Links { parents: (0..size).collect() }
    }

    /// Puts `a` and `b` into one set.
    pub(super) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number becomes the root, so that the order of joining has no effect.
        self.parents[a.max(b)] = a.min(b);
    }

    /// The sets ordered by their smallest member, each sorted.
    pub(super) fn sets(mut self) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = vec![Vec::new(); self.parents.len()];
        for index in 0..self.parents.len() {
            let root = self.root(index);
            sets[root].push(index);
        }
        sets.retain(|set| !set.is_empty());
        sets
    }

    /// The smallest item of the set that contains this one. Shortens the way to it for the next search.
    fn root(&mut self, mut index: usize) -> usize {
        while self.parents[index] != index {
            self.parents[index] = self.parents[self.parents[index]];
            index = self.parents[index];
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_the_same_in_whatever_order_they_are_joined() {
        let sets = |pairs: &[(usize, usize)]| {
            let mut links = Links::new(6);
            pairs.iter().for_each(|(a, b)| links.join(*a, *b));
            links.sets()
        };
        let want = vec![vec![0, 3, 5], vec![1], vec![2, 4]];
        assert_eq!(sets(&[(5, 3), (3, 0), (4, 2)]), want);
        assert_eq!(sets(&[(2, 4), (0, 5), (5, 3), (0, 3)]), want);
    }
}
