//! A tree of token sequences: what may be written or said next in a state of a word graph.

/// Sequences of tokens `T`, each with what it ends in, `E`. Node 0 is the root.
#[derive(Clone, Debug)]
pub(crate) struct Trie<T, E> {
    nodes: Vec<Node<T, E>>,
}

#[derive(Clone, Debug)]
struct Node<T, E> {
    /// The token that leads here, and how many do.
    token: Option<T>,
    depth: u16,
    /// Sorted by token once the trie is built.
    next: Vec<(T, u32)>,
    ends: Vec<E>,
}

impl<T: Copy + Ord, E: Copy + PartialEq> Trie<T, E> {
    /// Of these sequences. One that is empty is left out, and what is given twice is there once.
    pub(crate) fn build<S: AsRef<[T]>>(sequences: impl IntoIterator<Item = (S, E)>) -> Self {
        let mut trie =
            Trie { nodes: vec![Node { token: None, depth: 0, next: Vec::new(), ends: Vec::new() }] };
        for (tokens, end) in sequences {
            trie.insert(tokens.as_ref(), end);
        }
        for node in &mut trie.nodes {
            node.next.sort_unstable();
        }
        trie
    }

    fn insert(&mut self, tokens: &[T], end: E) {
        let mut at = 0usize;
        for &token in tokens {
            at = match self.nodes[at].next.iter().find(|(t, _)| *t == token) {
                Some(&(_, next)) => next as usize,
                None => {
                    let next = self.nodes.len();
                    let depth = self.nodes[at].depth + 1;
                    self.nodes.push(Node { token: Some(token), depth, next: Vec::new(), ends: Vec::new() });
                    self.nodes[at].next.push((token, next as u32));
                    next
                }
            };
        }
        if at != 0 && !self.nodes[at].ends.contains(&end) {
            self.nodes[at].ends.push(end);
        }
    }

    /// How many nodes there are, the root among them.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The token that leads to `node`; none to the root.
    pub(crate) fn token(&self, node: u32) -> Option<T> {
        self.nodes.get(node as usize).and_then(|n| n.token)
    }

    /// How many tokens lead to `node`.
    pub(crate) fn depth(&self, node: u32) -> u16 {
        self.nodes.get(node as usize).map_or(0, |n| n.depth)
    }

    /// The tokens that may follow `node`, and where they lead.
    pub(crate) fn next(&self, node: u32) -> &[(T, u32)] {
        self.nodes.get(node as usize).map_or(&[], |n| &n.next)
    }

    /// What ends at `node`.
    pub(crate) fn ends(&self, node: u32) -> &[E] {
        self.nodes.get(node as usize).map_or(&[], |n| &n.ends)
    }
}
