//! Problems and their mends.

use super::{main, shown};
use crate::ide::problems::{problems, touches};
use compiler::text::range;

#[test]
fn each_problem_stands_once_in_order_with_its_mends() {
    let marked = main("let b = c\nenvironment e { replcas = 2, container c { image = \"a\" } }|\nlet a = 1\nlet a = 2\n");
    let found = problems(&marked.session.db, &marked.session.check_known());
    let names: Vec<&str> = found.iter().map(|problem| problem.info.name).collect();
    assert_eq!(names, ["unknown-name", "unknown-field", "duplicate-name"]);
    let mend = &found[1].mends[0];
    assert!(mend.safe && found[1].message.contains("\nhelp: did you mean `replicas`?"));
    let (place, text) = &mend.edits[0];
    assert_eq!((shown(&marked.session, *place).as_str(), text.as_str()), (".coder/main.coder:2: replcas", "replicas"));
    assert_eq!(shown(&marked.session, found[2].related[0].0), ".coder/main.coder:3: a");
}

#[test]
fn a_cursor_at_the_edge_touches() {
    assert!(touches(range(3, 6), range(6, 6)) && touches(range(3, 6), range(0, 3)) && touches(range(3, 6), range(4, 5)));
    assert!(!touches(range(3, 6), range(7, 9)));
}
