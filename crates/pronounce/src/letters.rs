//! From letters to sounds, for words that no dictionary has: a joint n-gram model (Bisani and Ney, Speech Communication 50, 2008).
//!
//! Each letter is said as no, one or two phones; the pair is a *graphone*. An n-gram model over the graphones of words says how likely a
//! spelling together with its sounds is, and a beam search over the letters finds the likeliest ones. The weights are a trie of n-grams that is
//! searched as it lies in the binary; `examples/letters.rs` makes them.
//!
//! The file, little-endian: `u8` order N, `u8` number of graphones; of each graphone the letter and two phones ([`NONE`] for none), graphone 0
//! being the end of a word; the number of nodes of the levels 1 to N, `u32` each; the levels. A node of the last level is graphone and
//! cost; one above is graphone, cost, back-off cost and, in 24 bits, its first child; each of these levels ends with one node more, so that
//! children end where those of the next node begin. Costs are negative natural logarithms in [`STEP`]s; that of backing off begins at [`LEAST_BACK_OFF`].

use crate::phone::Phone;

/// No phone.
pub const NONE: u8 = 255;
/// A step of a cost, in nats.
pub const STEP: f32 = 1.0 / 16.0;
/// The cost of backing off that is written as 0.
pub const LEAST_BACK_OFF: f32 = -2.0;
/// A guess that is by so many nats dearer than the best, a third as likely, is no rival of it.
pub const CLEAR: f32 = 1.1;
/// The most letters that are sounded out; no English word has as many.
pub const MOST_LETTERS: usize = 40;
const MOST_ORDER: usize = 8;
/// Ways that are kept from letter to letter.
const BEAM: usize = 24;

static WEIGHTS: &[u8] = include_bytes!("../../../models/letters/english.bin");

/// A letter-to-sound model.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    order: usize,
    graphones: &'a [u8],
    levels: Vec<&'a [u8]>,
}

/// A guess at how a word is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The sounds.
    pub phones: Vec<Phone>,
    /// The negative logarithm of the probability of letters and sounds together, in nats.
    pub cost: f32,
}

/// The model that comes with the crate. `models/letters/CARD.md` has its figures.
#[must_use]
pub fn english() -> Model<'static> {
    // A test reads it.
    Model::new(WEIGHTS).unwrap_or(Model { order: 0, graphones: &[], levels: Vec::new() })
}

/// Ways to say the letters so far.
#[derive(Clone)]
struct Way {
    /// Of the last 0, 1, 2, … graphones the node, 1 more than its place; 0 for none.
    nodes: [u32; MOST_ORDER],
    phones: Vec<Phone>,
    cost: f32,
}

impl<'a> Model<'a> {
    /// The model in a file; none when it is no such file.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Model<'a>> {
        let (&[order, count], rest) = bytes.split_first_chunk()?;
        let order = usize::from(order);
        let (graphones, rest) = rest.split_at_checked(3 * usize::from(count))?;
        let (sizes, mut rest) = rest.split_at_checked(4 * order)?;
        if order == 0 || order >= MOST_ORDER || graphones.is_empty() {
            return None;
        }
        let mut levels = Vec::new();
        for (level, size) in sizes.as_chunks().0.iter().enumerate() {
            let size = u32::from_le_bytes(*size) as usize;
            let bytes = if level + 1 == order {
                size.checked_mul(2)?
            } else {
                size.checked_add(1)?.checked_mul(6)?
            };
            let (nodes, behind) = rest.split_at_checked(bytes)?;
            levels.push(nodes);
            rest = behind;
        }
        rest.is_empty().then_some(Model { order, graphones, levels })
    }

    /// The likeliest ways to say a word of the letters a to z, the best first; none for other letters, for none and for more than
    /// [`MOST_LETTERS`].
    #[must_use]
    pub fn guess(&self, word: &str, most: usize) -> Vec<Guess> {
        let is_word =
            !word.is_empty() && word.len() <= MOST_LETTERS && word.bytes().all(|b| b.is_ascii_lowercase());
        if !is_word || self.order == 0 {
            return Vec::new();
        }
        let mut root = [0; MOST_ORDER];
        root[0] = 1;
        let (_, start) = self.step(&root, 0);
        let mut ways = vec![Way { nodes: start, phones: Vec::new(), cost: 0.0 }];
        for letter in word.bytes() {
            let mut longer: Vec<(f32, usize, u8, [u32; MOST_ORDER])> = Vec::with_capacity(ways.len() * 12);
            for (graphone, parts) in (0_u8..).zip(self.graphones.as_chunks::<3>().0).skip(1) {
                if parts[0] != letter {
                    continue;
                }
                for (index, way) in ways.iter().enumerate() {
                    let (cost, nodes) = self.step(&way.nodes, graphone);
                    longer.push((way.cost + cost, index, graphone, nodes));
                }
            }
            let cheaper = |a: &(f32, usize, u8, _), b: &(f32, usize, u8, _)| {
                a.0.total_cmp(&b.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
            };
            if longer.len() > BEAM {
                longer.select_nth_unstable_by(BEAM - 1, cheaper);
                longer.truncate(BEAM);
            }
            longer.sort_by(cheaper);
            let grown = |(cost, index, graphone, nodes): (f32, usize, u8, _)| {
                let parts = &self.graphones[3 * usize::from(graphone)..][..3];
                let mut phones = ways[index].phones.clone();
                phones.extend(parts[1..].iter().filter_map(|phone| Phone::ALL.get(usize::from(*phone))));
                Way { nodes, phones, cost }
            };
            let longer = longer.into_iter().map(grown).collect();
            ways = longer;
        }
        let mut guesses: Vec<Guess> = Vec::new();
        for way in ways.into_iter().filter(|way| !way.phones.is_empty()) {
            let cost = way.cost + self.step(&way.nodes, 0).0;
            match guesses.iter_mut().find(|guess| guess.phones == way.phones) {
                // Two ways to part the same sounds among the letters.
                Some(same) => same.cost = -((-same.cost).exp() + (-cost).exp()).ln(),
                None => guesses.push(Guess { phones: way.phones, cost }),
            }
        }
        guesses.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| a.phones.cmp(&b.phones)));
        guesses.truncate(most);
        guesses
    }

    /// What a graphone costs behind others, and the nodes with it.
    fn step(&self, nodes: &[u32; MOST_ORDER], graphone: u8) -> (f32, [u32; MOST_ORDER]) {
        let mut next = [0; MOST_ORDER];
        next[0] = 1;
        let mut cost = 0.0;
        let mut is_found = false;
        for known in (0..self.order).rev() {
            let Some(node) = nodes[known].checked_sub(1) else { continue };
            match self.child(known, node as usize, graphone) {
                Some((child, own)) => {
                    if known + 1 < self.order {
                        next[known + 1] = child as u32 + 1;
                    }
                    cost += if is_found { 0.0 } else { own };
                    is_found = true;
                }
                None if !is_found => cost += self.back_off(known, node as usize),
                None => {}
            }
        }
        (cost, next)
    }

    /// The node behind a node of a level, and its cost. Level 0 is the root alone.
    fn child(&self, level: usize, node: usize, graphone: u8) -> Option<(usize, f32)> {
        let children = self.levels.get(level)?;
        let width = if level + 1 == self.order { 2 } else { 6 };
        let (mut low, mut high) = match level {
            0 => (0, (children.len() / width).saturating_sub(1)),
            _ => (self.first_child(level, node)?, self.first_child(level, node + 1)?),
        };
        while low < high {
            let middle = usize::midpoint(low, high);
            let at = middle * width;
            match children.get(at)?.cmp(&graphone) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some((middle, f32::from(*children.get(at + 1)?) * STEP)),
            }
        }
        None
    }

    fn first_child(&self, level: usize, node: usize) -> Option<usize> {
        let bytes = self.levels[level - 1].get(6 * node + 3..6 * node + 6)?;
        Some(usize::from(bytes[0]) | usize::from(bytes[1]) << 8 | usize::from(bytes[2]) << 16)
    }

    fn back_off(&self, level: usize, node: usize) -> f32 {
        let own = level.checked_sub(1).and_then(|above| self.levels[above].get(6 * node + 2));
        own.map_or(0.0, |own| f32::from(*own) * STEP + LEAST_BACK_OFF)
    }
}
