//! The network simplex: the flow around a network that gains most, no arc above its room.
//!
//! Nodes keep what flows in equal to what flows out, but for what they were given with their first arc. The tree of
//! the start is handed in; it and every later one can send something more from each node to the root ("strongly
//! feasible"), so that steps which move nothing end. Gains may be changed between two runs: the next one goes on from
//! where the last one ended. Deliberately absent: least flows (a gain that outweighs the others stands for them).

use super::tree::{NONE, Tree};
use std::ops::ControlFlow;

/// Steps between two questions whether to go on.
const STEPS_BETWEEN: u32 = 2_048;

/// How an arc stands: empty and outside the tree, …
const EMPTY: i8 = 1;
/// … in the tree, …
const TREE: i8 = 0;
/// … full and outside the tree. A number, because it is the sign that a useful change of the flow has.
const FULL: i8 = -1;

#[derive(Debug)]
pub(super) struct Simplex {
    from: Vec<u32>,
    to: Vec<u32>,
    gain: Vec<i64>,
    room: Vec<u32>,
    flow: Vec<u32>,
    stand: Vec<i8>,
    tree: Tree,
    /// Where the next search for a useful arc begins.
    next: usize,
}

/// Kept out of the search for a useful arc, where it is seldom needed: so the search does not wait for it.
#[cold]
#[inline(never)]
fn better(surplus: i64, arc: usize) -> (i64, Option<usize>) {
    (surplus, Some(arc))
}

/// Where the flow around a cycle is stopped: the node below the fullest arc, and how much still goes through it.
#[derive(Clone, Copy)]
struct Stop {
    node: u32,
    left: u32,
}

impl Simplex {
    /// A network without arcs; node 0 is the root.
    pub fn new(nodes: usize, arcs: usize) -> Self {
        Simplex {
            from: Vec::with_capacity(arcs),
            to: Vec::with_capacity(arcs),
            gain: Vec::with_capacity(arcs),
            room: Vec::with_capacity(arcs),
            flow: Vec::with_capacity(arcs),
            stand: Vec::with_capacity(arcs),
            tree: Tree::new(nodes),
            next: 0,
        }
    }

    fn add(&mut self, from: u32, to: u32, room: u32, flow: u32, stand: i8) -> u32 {
        let arc = u32::try_from(self.from.len()).expect("arcs are counted in 32 bits");
        self.from.push(from);
        self.to.push(to);
        self.gain.push(0);
        self.room.push(room);
        self.flow.push(flow);
        self.stand.push(stand);
        arc
    }

    /// An arc without flow.
    pub fn add_empty(&mut self, from: u32, to: u32, room: u32) -> u32 {
        self.add(from, to, room, 0, EMPTY)
    }

    /// An arc that begins full.
    pub fn add_full(&mut self, from: u32, to: u32, room: u32) -> u32 {
        self.add(from, to, room, room, FULL)
    }

    /// The arc by which `from` hangs on `to` at the start. It must have more room than flow.
    pub fn add_stem(&mut self, from: u32, to: u32, room: u32, flow: u32) -> u32 {
        debug_assert!(flow < room, "something more can be sent to the root");
        let arc = self.add(from, to, room, flow, TREE);
        self.tree.hang(from, to, arc, true);
        arc
    }

    pub fn arcs(&self) -> usize {
        self.from.len()
    }

    pub fn ends(&self, arc: usize) -> (u32, u32) {
        (self.from[arc], self.to[arc])
    }

    pub fn flow(&self, arc: u32) -> u32 {
        self.flow[arc as usize]
    }

    pub fn flows(&self) -> &[u32] {
        &self.flow
    }

    pub fn room(&self, arc: u32) -> u32 {
        self.room[arc as usize]
    }

    /// What one more unit at each node is worth. Right after a run, and until a gain is set.
    pub fn worth(&self) -> &[i64] {
        &self.tree.worth
    }

    /// What one more unit through an arc gains beyond what it costs elsewhere.
    pub fn surplus(&self, arc: u32) -> i64 {
        let arc = arc as usize;
        self.gain[arc] + self.tree.worth[self.to[arc] as usize] - self.tree.worth[self.from[arc] as usize]
    }

    pub fn set_gain(&mut self, arc: u32, gain: i64) {
        self.gain[arc as usize] = gain;
    }

    /// Changes the flow until no change gains anything. Asks from time to time whether to go on.
    pub fn run(&mut self, go_on: &mut dyn FnMut() -> ControlFlow<()>) -> ControlFlow<()> {
        self.tree.reckon(&self.gain);
        let mut steps = 0;
        while let Some(arc) = self.entering() {
            self.step(arc);
            steps += 1;
            if steps % STEPS_BETWEEN == 0 {
                go_on()?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The most useful arc of the first block, from where the last search ended, that has a useful one at all.
    fn entering(&mut self) -> Option<usize> {
        let arcs = self.from.len();
        let block = (arcs.isqrt() / 2).max(16);
        let worth = &self.tree.worth;
        let (mut best, mut entering) = (0, None);
        let (mut at, mut unseen, mut left) = (self.next.min(arcs), arcs, block);
        while unseen > 0 {
            if at == arcs {
                at = 0;
            }
            let piece = at..arcs.min(at + left.min(unseen));
            let ends = self.from[piece.clone()].iter().zip(&self.to[piece.clone()]);
            let stands = self.gain[piece.clone()].iter().zip(&self.stand[piece.clone()]);
            for (arc, ((from, to), (gain, stand))) in piece.clone().zip(ends.zip(stands)) {
                let surplus = (gain + worth[*to as usize] - worth[*from as usize]) * i64::from(*stand);
                if surplus > best {
                    (best, entering) = better(surplus, arc);
                }
            }
            (at, unseen, left) = (piece.end, unseen - piece.len(), left - piece.len());
            if left == 0 {
                if entering.is_some() {
                    break;
                }
                left = block;
            }
        }
        self.next = at;
        entering
    }

    /// Sends as much as goes around the cycle that an arc closes, and lets the arc that stops it leave the tree.
    fn step(&mut self, entering: usize) {
        let rising = self.stand[entering] == EMPTY;
        let ends = (self.from[entering], self.to[entering]);
        let (tail, head) = if rising { ends } else { (ends.1, ends.0) };
        let (apex, before, after) = self.stops(tail, head);
        let room = self.room[entering];
        let amount = room.min(before.left).min(after.left);
        if amount > 0 {
            self.send(entering, tail, head, apex, amount);
        }
        // Of several arcs that stop the flow the last one leaves, seen from the apex along the flow: so the tree stays
        // strongly feasible.
        let (cut, node, parent) = if after.left == amount {
            (after.node, head, tail)
        } else if before.left == amount && before.left < room {
            (before.node, tail, head)
        } else {
            self.stand[entering] = -self.stand[entering];
            return;
        };
        let leaving = self.tree.limb(cut).arc as usize;
        self.stand[leaving] = if self.flow[leaving] == 0 { EMPTY } else { FULL };
        self.stand[entering] = TREE;
        let up = self.from[entering] == node;
        let gain = self.gain[entering];
        let there = self.tree.worth[parent as usize] + if up { gain } else { -gain };
        let more_worth = there - self.tree.worth[node as usize];
        let arc = u32::try_from(entering).expect("arcs are counted in 32 bits");
        self.tree.hang_elsewhere(cut, node, (parent, arc, up), more_worth);
    }

    /// Where the ways from two nodes to the root meet, and what stops a flow that comes down to `tail`, jumps to `head`
    /// and goes up again.
    fn stops(&self, tail: u32, head: u32) -> (u32, Stop, Stop) {
        let (mut x, mut y) = (tail, head);
        let mut before = Stop { node: NONE, left: u32::MAX };
        let mut after = before;
        while x != y {
            let (a, b) = (self.tree.limb(x), self.tree.limb(y));
            if a.depth > b.depth {
                let left = self.left(a.arc, !a.up);
                if left < before.left {
                    before = Stop { node: x, left };
                }
                x = a.parent;
            } else {
                let left = self.left(b.arc, b.up);
                if left <= after.left {
                    after = Stop { node: y, left };
                }
                y = b.parent;
            }
        }
        (x, before, after)
    }

    /// How much more an arc lets through, along its direction or against it.
    fn left(&self, arc: u32, along: bool) -> u32 {
        let arc = arc as usize;
        if along { self.room[arc] - self.flow[arc] } else { self.flow[arc] }
    }

    fn send(&mut self, entering: usize, tail: u32, head: u32, apex: u32, amount: u32) {
        let rising = self.stand[entering] == EMPTY;
        self.change(entering, rising, amount);
        for (end, climbing) in [(tail, false), (head, true)] {
            let mut node = end;
            while node != apex {
                let limb = self.tree.limb(node);
                self.change(limb.arc as usize, limb.up == climbing, amount);
                node = limb.parent;
            }
        }
    }

    fn change(&mut self, arc: usize, more: bool, amount: u32) {
        if more {
            self.flow[arc] += amount;
        } else {
            self.flow[arc] -= amount;
        }
    }
}
