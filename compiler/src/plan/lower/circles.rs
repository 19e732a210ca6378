//! An order of nodes in which each stands after what it stands on, and the circles that have none.
//!
//! Knows nothing of images. Iterative: a chain may be as long as a package.

/// Nodes in the order of `starts`, each after its `bases`; nodes of a circle, and what stands on one, are left out. Each circle
/// comes as its nodes, every one standing on the next, the last on the first.
pub(super) fn order(starts: &[usize], bases: impl Fn(usize) -> Vec<usize>) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut states = vec![State::New; starts.iter().max().map_or(0, |most| most + 1)];
    let (mut order, mut circles) = (Vec::new(), Vec::new());
    for start in starts {
        if states[*start] != State::New {
            continue;
        }
        states[*start] = State::Open;
        // The nodes that are open, each with the bases it has still to look at and whether it is broken.
        let mut path = vec![(*start, bases(*start), false)];
        while let Some((node, waiting, broken)) = path.last_mut() {
            let Some(base) = waiting.pop() else {
                let (node, broken) = (*node, *broken);
                path.pop();
                states[node] = if broken { State::Broken } else { State::Done };
                match path.last_mut() {
                    Some((_, _, above)) if broken => *above = true,
                    _ => {}
                }
                if !broken {
                    order.push(node);
                }
                continue;
            };
            match states[base] {
                State::Done => {}
                State::Broken => *broken = true,
                State::New => {
                    states[base] = State::Open;
                    path.push((base, bases(base), false));
                }
                State::Open => {
                    *broken = true;
                    let from = path.iter().position(|(open, _, _)| *open == base).unwrap_or(0);
                    circles.push(path[from..].iter().map(|(node, _, _)| *node).collect());
                }
            }
        }
    }
    (order, circles)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
    Broken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_come_first() {
        let edges = [vec![2], vec![0], vec![], vec![1, 2]];
        assert_eq!(order(&[0, 1, 2, 3], |node| edges[node].clone()), (vec![2, 0, 1, 3], vec![]));
    }

    #[test]
    fn a_circle_is_found_once_and_what_stands_on_it_is_left_out() {
        let edges = [vec![1], vec![2], vec![1], vec![], vec![4]];
        assert_eq!(order(&[0, 1, 2, 3, 4], |node| edges[node].clone()), (vec![3], vec![vec![1, 2], vec![4]]));
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let (order, circles) =
            order(&(0..200_000).collect::<Vec<_>>(), |node| if node < 199_999 { vec![node + 1] } else { vec![] });
        assert_eq!((order.len(), order[0], circles.len()), (200_000, 199_999, 0));
    }
}
