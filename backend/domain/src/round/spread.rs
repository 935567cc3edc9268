//! How the scores of a wish are spread over its villages while it is undecided.
//!
//! Only the sum counts of a wish that is taken whole; a flow may take single villages and would take those that are
//! cheap. So what the dear ones lack is taken from the cheap ones until all gain alike: then the flow takes all of them
//! or none, and what it is worth comes down to what plans can be worth. However scores are spread, no plan is worth
//! more than the flow. Deliberately absent: wishes that are decided.

use super::network::Network;
use super::ordered::Ordered;

#[derive(Debug)]
pub(super) struct Spread {
    /// What is added to each wish's scores, together 0 in each wish.
    more: Vec<Vec<i64>>,
}

impl Spread {
    /// Every score as it is.
    pub fn new(ordered: &Ordered) -> Self {
        Spread { more: ordered.wishes.iter().map(|wish| vec![0; wish.villages.len()]).collect() }
    }

    /// What a village counts in a wish, as arcs count it.
    pub fn points(&self, network: &Network, wish: usize, position: usize) -> i64 {
        network.points(network.ordered.wishes[wish].villages[position].1) + self.more[wish][position]
    }

    /// Spreads a wish's scores anew by the prices of the last flow, half the way: other prices answer.
    pub fn adjust(&mut self, network: &Network, wish: usize) {
        let villages = &network.ordered.wishes[wish].villages;
        let most = network.spread_max();
        let worth = network.simplex.worth();
        let gain = |(position, (village, _)): (usize, &(u32, u32))| {
            let there = worth[network.village_node(*village) as usize];
            (self.points(network, wish, position) + there).clamp(-most, most)
        };
        let gains: Vec<i64> = villages.iter().enumerate().map(gain).collect();
        let number = i64::try_from(gains.len()).expect("a wish has few villages");
        let mean = gains.iter().sum::<i64>() / number;
        let mut more: Vec<i64> =
            self.more[wish].iter().zip(&gains).map(|(more, gain)| more + (mean - gain) / 2).collect();
        let beyond: i64 = more.iter().sum();
        for (position, more) in (0..).zip(&mut more) {
            *more -= beyond / number + i64::from(position < beyond.abs() % number) * beyond.signum();
        }
        let fits = |(more, (_, score)): (&i64, &(u32, u32))| (network.points(*score) + more).abs() <= most;
        if more.iter().zip(villages).all(fits) {
            self.more[wish] = more;
        }
    }
}
