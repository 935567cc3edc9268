//! The spanning tree of the network simplex: who hangs on whom, by which arc, and what a unit is worth where.
//!
//! A change of the tree costs as much as the part that is hung elsewhere is large: depths and worths are kept, never
//! looked up along the way to the root. Deliberately absent: flows and the choice of arcs.

/// Stands for "no node" and "no arc".
pub(super) const NONE: u32 = u32::MAX;

/// A node's place in the tree; its children are a list through `next` and `previous`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limb {
    pub parent: u32,
    /// The arc between the node and its parent.
    pub arc: u32,
    pub depth: u32,
    /// That arc leads from the node to its parent, and not the other way.
    pub up: bool,
    first_child: u32,
    next: u32,
    previous: u32,
}

#[derive(Debug)]
pub(super) struct Tree {
    limbs: Vec<Limb>,
    /// What one more unit at a node gains on its way along the tree to the root.
    pub worth: Vec<i64>,
}

impl Tree {
    /// The root alone, node 0; every other node waits to be hung on by [`Tree::hang`].
    pub fn new(nodes: usize) -> Self {
        let limb = Limb { parent: NONE, arc: NONE, depth: 0, up: true, first_child: NONE, next: NONE, previous: NONE };
        Tree { limbs: vec![limb; nodes], worth: vec![0; nodes] }
    }

    pub fn limb(&self, node: u32) -> Limb {
        self.limbs[node as usize]
    }

    /// Hangs a node, with what hangs on it, on a parent. Depths and worths of it are the caller's.
    pub fn hang(&mut self, node: u32, parent: u32, arc: u32, up: bool) {
        let next = self.limbs[parent as usize].first_child;
        if next != NONE {
            self.limbs[next as usize].previous = node;
        }
        self.limbs[parent as usize].first_child = node;
        let limb = &mut self.limbs[node as usize];
        *limb = Limb { parent, arc, up, next, previous: NONE, ..*limb };
    }

    fn take_off(&mut self, node: u32) {
        let Limb { parent, next, previous, .. } = self.limb(node);
        if previous == NONE {
            self.limbs[parent as usize].first_child = next;
        } else {
            self.limbs[previous as usize].next = next;
        }
        if next != NONE {
            self.limbs[next as usize].previous = previous;
        }
    }

    /// Cuts the part below `cut` off and hangs it on `parent` by another of its nodes: all arcs between that node and
    /// `cut` turn over, and what every node of the part is worth changes by the same amount.
    pub fn hang_elsewhere(&mut self, cut: u32, node: u32, (parent, arc, up): (u32, u32, bool), more_worth: i64) {
        let (mut this, mut above, mut by, mut upward) = (node, parent, arc, up);
        loop {
            let old = self.limb(this);
            self.take_off(this);
            self.hang(this, above, by, upward);
            if this == cut {
                break;
            }
            (above, by, upward, this) = (this, old.arc, !old.up, old.parent);
        }
        let depth = self.limb(parent).depth + 1;
        self.walk(node, depth, |worth, _, _| *worth += more_worth);
    }

    /// Reckons every depth and worth anew, from the gains of the arcs.
    pub fn reckon(&mut self, gain: &[i64]) {
        let mut above = vec![0; 1];
        self.walk(0, 0, |worth, limb, depth| {
            let depth = depth as usize;
            above.truncate(depth.max(1));
            if depth > 0 {
                let gain = gain[limb.arc as usize];
                *worth = if limb.up { above[depth - 1] + gain } else { above[depth - 1] - gain };
                above.push(*worth);
            }
        });
    }

    /// Visits a node and all below it, parents first, and writes their depths.
    fn walk(&mut self, top: u32, depth: u32, mut visit: impl FnMut(&mut i64, Limb, u32)) {
        let (mut node, mut depth) = (top, depth);
        loop {
            let limb = &mut self.limbs[node as usize];
            limb.depth = depth;
            visit(&mut self.worth[node as usize], *limb, depth);
            if limb.first_child != NONE {
                node = limb.first_child;
                depth += 1;
                continue;
            }
            loop {
                if node == top {
                    return;
                }
                let Limb { next, parent, .. } = self.limb(node);
                if next != NONE {
                    node = next;
                    break;
                }
                node = parent;
                depth -= 1;
            }
        }
    }
}
