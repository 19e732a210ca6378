//! Sections and fenced blocks of a Markdown text.
//!
//! Knows ATX headings and fences of backticks, which is what our documents use.

/// A heading and what stands below it, up to the next heading of any level.
#[derive(Debug, PartialEq, Eq)]
pub struct Section {
    /// Its title; empty for what stands before the first heading.
    pub title: String,
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The first word after the fence: `coder`.
    pub language: String,
    /// `file=a.coder` as (`file`, `a.coder`); a bare word has an empty value.
    pub attributes: Vec<(String, String)>,
    pub text: String,
    /// The document's line of the block's first line, from 1.
    pub line: usize,
}

impl Block {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub fn sections(markdown: &str) -> Vec<Section> {
    let mut sections = vec![Section { title: String::new(), blocks: Vec::new() }];
    let mut lines = markdown.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        if let Some(title) = line.strip_prefix('#') {
            sections.push(Section { title: title.trim_start_matches('#').trim().to_string(), blocks: Vec::new() });
        } else if line.starts_with("```") {
            let info = line.trim_start_matches('`');
            let fence = &line[..line.len() - info.len()];
            let body = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != fence);
            let text: String = body.map(|line| format!("{line}\n")).collect();
            let block = block(info, text, number + 1);
            sections.last_mut().expect("there is a first section").blocks.push(block);
        }
    }
    sections
}

fn block(info: &str, text: String, line: usize) -> Block {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default().to_string();
    let attribute = |word: &str| {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        (name.to_string(), value.to_string())
    };
    Block { language, attributes: words.map(attribute).collect(), text, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_blocks() {
        let text = "# A\n\n```coder file=x y\nlet a = 1\n# no heading\n```\ntext\n## B\n````md\n```\n````\n";
        let sections = sections(text);
        let titles: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["", "A", "B"]);
        let block = &sections[1].blocks[0];
        assert_eq!((block.language.as_str(), block.line, block.text.as_str()), ("coder", 4, "let a = 1\n# no heading\n"));
        assert_eq!((block.attribute("file"), block.attribute("y"), block.attribute("z")), (Some("x"), Some(""), None));
        assert_eq!(sections[2].blocks[0].text, "```\n");
    }
}
