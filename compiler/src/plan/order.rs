//! A topological order of actions: each after all it needs, otherwise as they came.
//!
//! Deterministic, and it never fails: what stands on a cycle comes last, as it came, where the lint finds it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::action::Action;

pub fn order(actions: Vec<Action>) -> Vec<Action> {
    let sequence = sequence(&actions);
    if sequence.iter().copied().eq(0..actions.len()) {
        return actions;
    }
    let mut actions: Vec<Option<Action>> = actions.into_iter().map(Some).collect();
    sequence.into_iter().filter_map(|index| actions[index].take()).collect()
}

fn sequence(actions: &[Action]) -> Vec<usize> {
    let index_of: FxHashMap<&str, usize> =
        actions.iter().enumerate().map(|(index, action)| (action.address.as_str(), index)).collect();
    let mut waits_for = vec![0usize; actions.len()];
    let mut unblocks: Vec<Vec<usize>> = vec![Vec::new(); actions.len()];
    for (index, action) in actions.iter().enumerate() {
        for need in action.needs.iter().filter_map(|need| index_of.get(need.as_str())) {
            waits_for[index] += 1;
            unblocks[*need].push(index);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..actions.len()).filter(|index| waits_for[*index] == 0).map(Reverse).collect();
    let mut done = Vec::with_capacity(actions.len());
    let mut is_done = vec![false; actions.len()];
    while let Some(Reverse(index)) = ready.pop() {
        done.push(index);
        is_done[index] = true;
        for next in &unblocks[index] {
            waits_for[*next] -= 1;
            if waits_for[*next] == 0 {
                ready.push(Reverse(*next));
            }
        }
    }
    done.extend((0..actions.len()).filter(|index| !is_done[*index]));
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::action::{Change, Reason, ReasonKind, Step, Tag};

    fn action(address: &str, needs: &[&str]) -> Action {
        Action {
            address: address.into(),
            change: Change::Unknown,
            reason: Reason { kind: ReasonKind::Unknown, message: String::new(), because: Vec::new() },
            needs: needs.iter().map(|need| need.to_string()).collect(),
            step: Step::Tag(Tag { of: Vec::new(), reference: String::new() }),
        }
    }

    fn ordered(actions: Vec<Action>) -> Vec<String> {
        order(actions).into_iter().map(|action| action.address).collect()
    }

    #[test]
    fn needs_come_first_and_the_rest_keeps_its_order() {
        assert_eq!(
            ordered(vec![action("a", &["c"]), action("b", &[]), action("c", &["b"]), action("d", &[])]),
            ["b", "c", "a", "d"]
        );
        assert_eq!(ordered(vec![action("a", &[]), action("b", &["a"]), action("c", &[])]), ["a", "b", "c"]);
    }

    #[test]
    fn a_cycle_and_a_missing_need_lose_nothing() {
        assert_eq!(ordered(vec![action("a", &["b"]), action("b", &["a"]), action("c", &["nowhere"])]), ["c", "a", "b"]);
    }
}
