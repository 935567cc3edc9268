//! Prints how long the best plan of a matching round takes, for rounds that `round.py` beside this solves by the
//! libraries of others.
//!
//! ```sh
//! cargo run -p tests --example round -- dense /tmp/dense.bin
//! pip install scipy ortools
//! python3 tests/bench/round.py /tmp/dense.bin
//! ```
//!
//! `dense`: 2,000 enterprises, 2,267 villages, every pair a candidate, one place each. `sparse`: 40 candidates of each
//! enterprise, which takes three villages, and a village two enterprises. `dense-alike` and `sparse-alike` have scores
//! like real ones, of few reasons that many pairs share; the others any from 1 to 1,000. The file is numbers of 32 bits,
//! the least first: enterprises, villages, capacity of an enterprise, of a village, candidates, and of each candidate
//! enterprise, village and score. `<file>.ours` gets seconds and value. Deliberately absent: pass or fail.

use anyhow::Context;
use domain::round::{Enterprise, Group, Limits, Pair, Round, Village, solve};
use std::ops::ControlFlow;
use std::time::Instant;

const ENTERPRISES: u32 = 2_000;
const VILLAGES: u32 = 2_267;
const CANDIDATES_EACH: usize = 40;
const RUNS: usize = 3;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(((self.0 >> 33) * u64::from(limit)) >> 31).expect("less than the limit")
    }
}

/// What a score is made of: a field of nine, and a place on a map of 150 km.
struct Spot {
    field: u32,
    x: u32,
    y: u32,
    fairness: u32,
}

impl Spot {
    fn throw(dice: &mut Dice) -> Self {
        let (field, x, y) = (dice.below(9), dice.below(150), dice.below(150));
        Spot { field, x, y, fairness: 120 * dice.below(2) + 80 * (dice.below(4) / 3) }
    }
}

fn alike(enterprise: &Spot, village: &Spot, dice: &mut Dice) -> u32 {
    let km = (enterprise.x.abs_diff(village.x).pow(2) + enterprise.y.abs_diff(village.y).pow(2)).isqrt();
    let place = 1_000_u32.saturating_sub(20 * km) / 4;
    let relevance = if enterprise.field == village.field { 260 } else { 0 };
    village.fairness + place + relevance + 100 * dice.below(2)
}

fn candidates(kind: &str) -> anyhow::Result<Vec<Pair>> {
    let (dense, is_alike) = match kind {
        "dense" => (true, false),
        "sparse" => (false, false),
        "dense-alike" => (true, true),
        "sparse-alike" => (false, true),
        other => anyhow::bail!("{other} is no kind of round"),
    };
    let mut dice = Dice(20_260_630);
    let villages: Vec<Spot> = (0..VILLAGES).map(|_| Spot::throw(&mut dice)).collect();
    let mut candidates = Vec::new();
    for enterprise in 0..ENTERPRISES {
        let spot = Spot::throw(&mut dice);
        let score = |village: &Spot| if is_alike { alike(&spot, village, &mut dice) } else { 1 + dice.below(1_000) };
        let scores: Vec<u32> = villages.iter().map(score).collect();
        let pairs = (0..).zip(scores).map(|(village, score)| Pair { enterprise, village, score });
        let mut pairs: Vec<Pair> = pairs.collect();
        if !dense {
            // The best where scores are like real ones, as recommendations would be; otherwise any.
            let mut order: Vec<(u32, usize)> = (0..pairs.len()).map(|at| (dice.below(1 << 30), at)).collect();
            order.sort_unstable_by_key(|(any, at)| (is_alike.then_some(std::cmp::Reverse(pairs[*at].score)), *any));
            let mut kept: Vec<usize> = order.into_iter().take(CANDIDATES_EACH).map(|(_, at)| at).collect();
            kept.sort_unstable();
            pairs = kept.into_iter().map(|at| pairs[at]).collect();
        }
        candidates.extend(pairs);
    }
    Ok(candidates)
}

fn written(round: &Round) -> anyhow::Result<Vec<u8>> {
    let capacities = [round.enterprises[0].capacity, round.villages[0].capacity];
    let mut numbers = vec![ENTERPRISES, VILLAGES, capacities[0], capacities[1], u32::try_from(round.candidates.len())?];
    numbers.extend(round.candidates.iter().flat_map(|pair| [pair.enterprise, pair.village, pair.score]));
    Ok(numbers.into_iter().flat_map(u32::to_le_bytes).collect())
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().context("which kind of round?")?;
    let file = arguments.next().context("which file is the round written to?")?;
    let capacities = if kind.starts_with("dense") { (1, 1) } else { (3, 2) };
    let enterprise = |number| Enterprise { code: format!("企{number:04}"), capacity: capacities.0, minimum: 0 };
    let village = |number| Village { code: format!("村{number:04}"), group: 0, capacity: capacities.1, minimum: 0 };
    let round = Round {
        enterprises: (0..ENTERPRISES).map(enterprise).collect(),
        groups: vec![Group { code: "市".into(), floor: 0 }],
        villages: (0..VILLAGES).map(village).collect(),
        candidates: candidates(&kind)?,
        ..Round::default()
    };
    std::fs::write(&file, written(&round)?)?;
    let mut best = (f64::INFINITY, 0);
    for _ in 0..RUNS {
        let started = Instant::now();
        let plan = solve(&round, Limits::default(), &mut |_| ControlFlow::Continue(()))?;
        let took = started.elapsed().as_secs_f64();
        println!("{kind}: {took:.3} s, {} pairs, value {}, gap {}", plan.pairs.len(), plan.value(), plan.gap());
        if took < best.0 {
            best = (took, plan.value());
        }
    }
    std::fs::write(format!("{file}.ours"), format!("{} {}\n", best.0, best.1))?;
    Ok(())
}
