//! Lines to text: what stands below each other in lines that follow one another.

use super::layout::{INDENTATION, Line};

/// What a comment is moved right for: longer lines have theirs right behind them.
const WIDEST: usize = 80;

/// The lines as text.
pub fn print(mut lines: Vec<Line>) -> String {
    for run in runs(&lines, |line| line.operator.is_some()) {
        align_operators(&mut lines[run]);
    }
    let columns = comment_columns(&lines);
    let mut text = String::new();
    for (line, column) in lines.iter().zip(columns) {
        if line.blank_before {
            text.push('\n');
        }
        text.extend(std::iter::repeat_n(' ', line.indent * INDENTATION));
        text.push_str(&line.text);
        if let Some(comment) = &line.comment {
            text.extend(std::iter::repeat_n(' ', column.saturating_sub(end(line))));
            text.push_str(comment);
        }
        text.push('\n');
    }
    text
}

/// Lines that follow each other without a blank one, are parts of one bracket, and are `like` that.
fn runs(lines: &[Line], like: impl Fn(&Line) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.part_of.is_none() || !like(line) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == at && !line.blank_before && lines[at - 1].part_of == line.part_of => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn align_operators(lines: &mut [Line]) {
    // `=` stands below the `=` of `+=`.
    let width = |line: &Line, at: usize| line.text[..at].chars().count() + usize::from(line.text[at..].starts_with("+="));
    let column = lines.iter().filter_map(|line| Some(width(line, line.operator?))).max().unwrap_or(0);
    for line in lines {
        if let Some(at) = line.operator {
            let spaces = " ".repeat(column - width(line, at));
            line.text.insert_str(at, &spaces);
        }
    }
}

/// Where the comment of each line begins.
fn comment_columns(lines: &[Line]) -> Vec<usize> {
    let mut columns: Vec<usize> = lines.iter().map(|line| end(line) + 2).collect();
    // What is open at the end of a line has nothing below it.
    for run in runs(lines, |line| !line.text.ends_with(['{', '[', '('])) {
        let commented = |at: &usize| lines[*at].comment.is_some() && end(&lines[*at]) < WIDEST;
        let column = run.clone().filter(commented).map(|at| columns[at]).max().unwrap_or(0);
        for at in run.filter(commented) {
            columns[at] = column;
        }
    }
    columns
}

/// The column after a line's text.
fn end(line: &Line) -> usize {
    match line.text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => line.indent * INDENTATION + line.text.chars().count(),
    }
}
