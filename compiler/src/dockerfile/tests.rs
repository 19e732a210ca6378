//! Tests of parsing, bases and editing over whole Dockerfiles: a table, and hostile input.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use smol_str::SmolStr;

use super::edit::{FinalUser, Origin, Personalisation, final_user, inline, layered, pin};
use super::parse::{Dockerfile, Form, Instruction, ProblemKind, parse};
use super::{bases, context};
use crate::text::TextRange;

fn at(text: &str, range: TextRange) -> &str {
    &text[usize::from(range.start())..usize::from(range.end())]
}

fn show(text: &str) -> String {
    let dockerfile = parse(text);
    let mut shown = String::new();
    for instruction in &dockerfile.instructions {
        show_instruction(&mut shown, text, instruction);
    }
    for (index, stage) in dockerfile.stages.iter().enumerate() {
        let name = stage.name.as_ref().map_or("", |name| name.text.as_str());
        writeln!(shown, "stage {index} {name:?} on {} with {:?}", stage.base.text, stage.body).unwrap();
    }
    for problem in &dockerfile.problems {
        let message = match &problem.kind {
            ProblemKind::Syntax { message, .. } => message.clone(),
            ProblemKind::UnknownInstruction { name } => format!("unknown instruction {name}"),
        };
        writeln!(shown, "problem at {:?}: {message}", at(text, problem.range)).unwrap();
    }
    shown
}

fn show_instruction(shown: &mut String, text: &str, instruction: &Instruction) {
    write!(shown, "{:?}", instruction.keyword).unwrap();
    for flag in &instruction.flags {
        write!(shown, " --{}={:?}", flag.name, flag.value.as_deref().unwrap_or("-")).unwrap();
    }
    if instruction.form == Form::Json {
        shown.push_str(" json");
    }
    for word in &instruction.words {
        write!(shown, " {:?}", word.text).unwrap();
    }
    for pair in &instruction.pairs {
        write!(shown, " {:?}={:?}", pair.name.text, pair.value.as_ref().map(|value| value.text.as_str())).unwrap();
    }
    for heredoc in &instruction.heredocs {
        write!(shown, " {}{:?}", heredoc.name, at(text, heredoc.body)).unwrap();
    }
    shown.push('\n');
    if let Some(trigger) = &instruction.trigger {
        shown.push_str("  ");
        show_instruction(shown, text, trigger);
    }
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&show(text));
}

#[test]
fn stages_flags_and_forms() {
    check(
        "# syntax=docker/dockerfile:1\nARG V=12\nFROM --platform=$BUILDPLATFORM debian:$V AS Build\nRUN [\"a\", \"b c\"]\nCOPY --from=0 --chown=a:b x y /z/\nFROM scratch\ncopy [\"a b\", \"/c\"]\n",
        expect![[r#"
            Arg "V"=Some("12")
            From --platform="$BUILDPLATFORM" "debian:$V" "AS" "Build"
            Run json "a" "b c"
            Copy --from="0" --chown="a:b" "x" "y" "/z/"
            From "scratch"
            Copy json "a b" "/c"
            stage 0 "build" on debian:$V with 2..4
            stage 1 "" on scratch with 5..6
        "#]],
    );
}

#[test]
fn continuation_comments_and_crlf() {
    check(
        "\u{feff}# a comment \\\nFROM debian\r\nRUN a \\  \r\n  # inside\r\n\r\n  && b \\\n\n  c\nRUN d \\\\\nENV A=1 \\\n  B=\"2 3\"\nENV old style value\n",
        expect![[r#"
            From "debian"
            Run "a   && b   c"
            Run "d \\\\"
            Env "A"=Some("1") "B"=Some("\"2 3\"")
            Env "old"=Some("style value")
            stage 0 "" on debian with 1..5
        "#]],
    );
}

#[test]
fn escape_directive() {
    check(
        "# Escape = `\n# other\nFROM debian\nRUN a `\n  b\nRUN c \\\nRUN d\n",
        expect![[r#"
        From "debian"
        Run "a   b"
        Run "c \\"
        Run "d"
        stage 0 "" on debian with 1..4
    "#]],
    );
    check(
        "\n# escape=`\nFROM debian\nRUN a \\\n  b\n",
        expect![[r#"
        From "debian"
        Run "a   b"
        stage 0 "" on debian with 1..2
    "#]],
    );
    check(
        "# escape=x\nFROM debian\n",
        expect![[r#"
        From "debian"
        stage 0 "" on debian with 1..1
        problem at "x": the escape character is `\` or a backquote, not `x`
    "#]],
    );
    check(
        "# escape=`\n# escape=\\\nFROM debian\n",
        expect![[r#"
        From "debian"
        stage 0 "" on debian with 1..1
        problem at "\\": `# escape` stands twice
    "#]],
    );
}

#[test]
fn heredocs() {
    check(
        "FROM debian\nRUN <<EOF\n# no comment\nFROM inside \\\nEOF\nRUN <<-A cat > b <<'B C'\n\tx\n\tA\ny\nB C\nCOPY <<one <<two /d/\n1\none\n2\ntwo\nONBUILD RUN <<E\nz\nE\nRUN [\"<<EOF\"]\n",
        expect![[r##"
            From "debian"
            Run "<<EOF" EOF"# no comment\nFROM inside \\\n"
            Run "<<-A cat > b <<'B C'" A"\tx\n" B C"y\n"
            Copy "<<one" "<<two" "/d/" one"1\n" two"2\n"
            Onbuild "RUN <<E"
              Run "<<E" E"z\n"
            Run json "<<EOF"
            stage 0 "" on debian with 1..6
        "##]],
    );
    check(
        "FROM debian\nRUN <<EOF\nx\n",
        expect![[r#"
        From "debian"
        Run "<<EOF" EOF"x\n"
        stage 0 "" on debian with 1..2
        problem at "<<EOF": this heredoc never ends: no line is `EOF`
    "#]],
    );
}

#[test]
fn what_is_wrong() {
    check(
        "FORM debian\nFROM\nFROM a b\nFROM a AS 1x\nCOPY a\nCOPY --form=b c d\nCOPY --link=x a b\nSHELL bash\nENV A\nENV =b\nARG\nUSER\nONBUILD ONBUILD RUN x\nONBUILD FROM y\nHEALTHCHECK x\nRUN [1]\nRUN --mount=tpye=cache x\nRUN --mount=type=cash x\nVOLUME [\"\"]\nCOPY a <<EOF\nEOF\n",
        expect![[r#"
            Unknown
            From
            From "a" "b"
            From "a" "AS" "1x"
            Copy "a"
            Copy --form="b" "c" "d"
            Copy --link="x" "a" "b"
            Shell "bash"
            Env "A"=None
            Env ""=Some("b")
            Arg
            User
            Onbuild "ONBUILD RUN x"
            Onbuild "FROM y"
              From "y"
            Healthcheck "x"
            Run
            Run --mount="tpye=cache" "x"
            Run --mount="type=cash" "x"
            Volume json ""
            Copy "a" "<<EOF" EOF""
            stage 0 "" on  with 2..2
            stage 1 "" on a with 3..3
            stage 2 "1x" on a with 4..20
            problem at "FORM": unknown instruction FORM
            problem at "FROM": `FROM` needs an image
            problem at "b": after the image, `FROM` takes `AS name` and nothing else
            problem at "1x": `1x` is no name for a stage
            problem at "a": `COPY` needs a source and a destination, this is one argument
            problem at "--form=b": `COPY` has no flag `--form`
            problem at "--link=x": `--link` is `true` or `false`
            problem at "SHELL": `SHELL` takes a JSON array of strings
            problem at "A": `A` has no value
            problem at "": the name before `=` is missing
            problem at "ARG": `ARG` needs a name
            problem at "USER": `USER` needs an argument
            problem at "ONBUILD RUN x": `ONBUILD` cannot hold another `ONBUILD`
            problem at "FROM": `ONBUILD` cannot hold `FROM`
            problem at "x": a health check is `CMD` or `NONE`, not `x`
            problem at "[1]": a JSON array of arguments holds strings only
            problem at "--mount=tpye=cache": a mount has no option `tpye`
            problem at "--mount=type=cash": a mount has no type `cash`
            problem at "[\"\"]": a volume's path is empty
            problem at "<<EOF": a heredoc is a source, it cannot be the destination
        "#]],
    );
}

#[test]
fn ranges_are_those_of_the_text() {
    let text = "FROM debian\nCOPY --from=ba\\\nse a \\\n  # c\n  b /c\n";
    let dockerfile = parse(text);
    let copy = &dockerfile.instructions[1];
    assert_eq!(at(text, copy.flags[0].range), "--from=ba\\\nse");
    assert_eq!(copy.flags[0].value.as_deref(), Some("base"));
    assert_eq!(copy.words.iter().map(|word| at(text, word.range)).collect::<Vec<_>>(), ["a", "b", "/c"]);
    assert_eq!(at(text, copy.range), "COPY --from=ba\\\nse a \\\n  # c\n  b /c");
}

/// Looks at everything that a range or a text can be wrong in.
fn exercise(text: &str) {
    let dockerfile = parse(text);
    for problem in &dockerfile.problems {
        assert!(usize::from(problem.range.end()) <= text.len());
        assert!(text.is_char_boundary(problem.range.start().into()) && text.is_char_boundary(problem.range.end().into()));
    }
    for instruction in &dockerfile.instructions {
        assert!(text.get(usize::from(instruction.range.start())..usize::from(instruction.range.end())).is_some());
        for word in &instruction.words {
            assert!(text.get(usize::from(word.range.start())..usize::from(word.range.end())).is_some());
        }
    }
    let args = [("V".into(), "1".into())];
    bases::bases(&dockerfile, &args, None);
    final_user(&dockerfile, None, &args);
    let lines = ["RUN echo \\\n  `date`", "USER x"];
    let personalisation = Personalisation { lines: &lines, image_json: "{}", assets: Some("a"), base_user: None };
    if let Ok(edited) = inline(text, &dockerfile, None, &args, &personalisation) {
        let parsed = parse(&edited.text);
        if dockerfile.problems.is_empty() {
            assert_eq!(parsed.problems, [], "{text:?} became {edited:?}");
            assert_eq!(parsed.stages.len(), dockerfile.stages.len(), "{text:?} became {edited:?}");
        }
    }
}

pub(super) const SAMPLE: &str = "# escape=`\nARG V=12\nFROM debian:${V:-11} AS build\nENV A=\"b c\" D='e'\nRUN --mount=type=bind,from=x,source=/a,target=/b a `\n  # c\n  b\nRUN <<-\"E O\" cat `\n > x\n\ty\n\tE O\nCOPY --from=build [\"é\", \"/x\"]\nHEALTHCHECK --retries=3 CMD [\"x\"]\nONBUILD COPY <<A /b\n$x\nA\nFROM build\nUSER ${A%c}:x\n";

#[test]
fn prefixes_and_mutations_never_panic() {
    for end in (0..=SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        exercise(&SAMPLE[..end]);
        exercise(&SAMPLE[end..]);
    }
    let characters: Vec<char> = SAMPLE.chars().collect();
    let pieces = [
        "", "\n", "\\", "`", "<<", "\"", "'", "$", "${", "[", "--", "=", "#", "FROM ", "ONBUILD ", "\u{feff}", "é", "\r\n", "\0",
    ];
    let mut seed = 1_u64;
    for _ in 0..3000 {
        let mut mutated = characters.clone();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = (seed >> 33) as usize % mutated.len();
            let piece = pieces[(seed >> 20) as usize % pieces.len()];
            let end = (place + (seed >> 50) as usize % 4).min(mutated.len());
            mutated.splice(place..end, piece.chars());
        }
        exercise(&mutated.into_iter().collect::<String>());
    }
}

#[test]
fn hostile_input_ends() {
    exercise(&format!("FROM debian\nRUN <<EOF\n{}", "echo two \\\n".repeat(1000)));
    exercise(&format!("FROM debian\nRUN a {}", "&& b \\\n".repeat(1000)));
    exercise(&format!("FROM debian\nRUN {}", "x".repeat(1_000_000)));
    exercise(&format!("FROM debian\n{}", "ONBUILD ".repeat(100_000)));
    exercise(&format!("FROM debian\nRUN {}", "${a:-\"".repeat(100_000)));
    exercise(&format!("FROM debian\nCOPY {}", "[".repeat(100_000)));
    exercise(&format!("FROM debian\nRUN {}", "<<A ".repeat(10_000)));
    exercise(&format!("FROM debian AS a\n{}", "FROM a AS a\n".repeat(20_000)));
    exercise(&format!("FROM debian\nENV A=a\n{}", "ENV A=$A$A\n".repeat(60)));
    exercise(&format!("FROM debian:{}", "${V:-".repeat(10_000)));
}

fn args(given: &[(&str, &str)]) -> Vec<(SmolStr, SmolStr)> {
    given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn used(text: &str, given: &[(&str, &str)], target: Option<&str>) -> Vec<String> {
    let uses = bases::bases(&parse(text), &args(given), target);
    let show = |used: bases::BaseUse| {
        format!("{} {:?} {}{}", used.reference, at(text, used.range), used.stage, if used.is_final_root { " root" } else { "" })
    };
    uses.into_iter().map(show).collect()
}

const MULTI: &str = "ARG V=12\nARG IMAGE=debian:$V\nFROM golang AS build\nFROM ${IMAGE} AS base\nFROM unused AS skipped\nFROM Base AS last\nCOPY --from=build /a /b\nCOPY --from=busybox:1 /a /b\nRUN --mount=type=bind,from=tools,target=/t x\nFROM last AS test\n";

#[test]
fn bases_of_a_target() {
    assert_eq!(
        used(MULTI, &[], Some("LAST")),
        ["golang \"golang\" 0", "debian:12 \"${IMAGE}\" 1 root", "busybox:1 \"busybox:1\" 3", "tools \"tools\" 3"]
    );
    assert_eq!(used(MULTI, &[("V", "11")], Some("base")), ["debian:11 \"${IMAGE}\" 1 root"]);
    assert_eq!(used(MULTI, &[("IMAGE", "alpine")], Some("base")), ["alpine \"${IMAGE}\" 1 root"]);
    assert_eq!(used("FROM scratch\n", &[], None), [""; 0]);
    assert_eq!(used("ARG X\nFROM debian:$X\n", &[], None), [""; 0]);
    assert_eq!(used(MULTI, &[], Some("nope")), [""; 0]);
}

#[test]
fn pinned_references_keep_everything_else() {
    let text = "FROM --platform=linux/amd64 debian:12 AS a # no comment\nFROM a\nCOPY --from=busybox /a /b\n";
    let replacements: Vec<_> =
        bases::bases(&parse("FROM --platform=linux/amd64 debian:12 AS a\nFROM a\nCOPY --from=busybox /a /b\n"), &[], None)
            .into_iter()
            .map(|used| (used.range, format!("{}@sha256:0", used.reference)))
            .collect();
    let text = text.replace(" # no comment", "");
    expect![[r#"
        FROM --platform=linux/amd64 debian:12@sha256:0 AS a
        FROM a
        COPY --from=busybox@sha256:0 /a /b
    "#]]
    .assert_eq(&pin(&text, &replacements));
}

#[test]
fn who_an_image_runs_as() {
    let user = |text: &str, target: Option<&str>| final_user(&parse(text), target, &args(&[("N", "ana")]));
    let set = |name: &str| FinalUser::Set(name.to_owned());
    assert_eq!(user("FROM debian\nUSER a\nUSER b:c\n", None), set("b:c"));
    assert_eq!(user("FROM debian\n", None), FinalUser::FromBase("debian".to_owned()));
    assert_eq!(user("FROM scratch\n", None), set("0"));
    assert_eq!(user("FROM debian AS a\nUSER x\nFROM a AS b\nFROM b\n", None), set("x"));
    assert_eq!(user("FROM debian AS a\nUSER x\nONBUILD USER y\nFROM a AS b\nFROM b\n", Some("b")), set("y"));
    assert_eq!(user("FROM debian AS a\nUSER x\nFROM debian\n", None), FinalUser::FromBase("debian".to_owned()));
    assert_eq!(user("FROM debian\nARG N\nENV M=${N}a\nUSER $M\n", None), set("anaa"));
    assert_eq!(user("FROM debian\nUSER $UNKNOWN\n", None), set("$UNKNOWN"));
    assert_eq!(user("FROM debian:$X\n", None), FinalUser::Unknown);
}

fn personal<'a>(lines: &'a [&'a str], base_user: Option<&'a str>) -> Personalisation<'a> {
    Personalisation { lines, image_json: "{\"a\": 1}", assets: None, base_user }
}

#[test]
fn layers_on_a_built_image() {
    let assets = Personalisation { assets: Some(".coder-assets"), ..personal(&["RUN a", "RUN b \\\n  c"], Some("coder:dev")) };
    expect![[r#"
        FROM acme/dev:b-1
        USER root
        COPY .coder-assets/ /tmp/coder/
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {"a": 1}
        IMAGE_JSON
        RUN a
        RUN b \
          c
        USER coder:dev
    "#]]
    .assert_eq(&layered("acme/dev:b-1", &assets).text);
    expect![[r#"
        FROM acme/dev:b-1
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {"a": 1}
        IMAGE_JSON
        USER a
        RUN a
        USER root
    "#]]
    .assert_eq(&layered("acme/dev:b-1", &personal(&["USER a", "RUN a"], Some("root"))).text);
    expect![[r#"
        FROM acme/dev:b-1
        USER root
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {"a": 1}
        IMAGE_JSON
        RUN a
    "#]]
    .assert_eq(&layered("acme/dev:b-1", &personal(&["RUN a"], None)).text);
}

#[track_caller]
fn check_inline(text: &str, target: Option<&str>, personalisation: &Personalisation<'_>, expected: Expect) {
    let dockerfile: Dockerfile = parse(text);
    let edited = inline(text, &dockerfile, target, &[], personalisation).expect("a stage");
    // Each line that was typed is where the origins say.
    let found = |number: u32| edited.text.lines().nth(number as usize - 1).unwrap_or_default();
    for (line, origin) in &edited.origins {
        let typed = match origin {
            Origin::Template(of) => text.lines().nth(*of as usize - 1).unwrap_or_default(),
            Origin::Entry(index) => personalisation.lines[*index].lines().next().unwrap_or_default(),
            Origin::Made => continue,
        };
        assert_eq!(found(*line).split(' ').next(), typed.split(' ').next(), "line {line} is {origin:?}");
    }
    expected.assert_eq(&edited.text.replace("\r", "␍"));
}

#[test]
fn layers_in_place() {
    let one = personal(&["RUN own"], Some("nobody"));
    check_inline(
        "FROM debian\nRUN a\nUSER coder\n",
        None,
        &one,
        expect![[r#"
        FROM debian
        RUN a
        USER coder
        USER root
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {"a": 1}
        IMAGE_JSON
        RUN own
        USER coder
    "#]],
    );
    check_inline(
        "FROM debian AS base\nUSER dev\n\nFROM base AS work\nRUN a\n\n# tests\nFROM work AS test\nRUN t\n",
        Some("work"),
        &one,
        expect![[r#"
            FROM debian AS base
            USER dev

            FROM base AS work
            RUN a
            USER root
            COPY <<'IMAGE_JSON' /tmp/coder/image.json
            {"a": 1}
            IMAGE_JSON
            RUN own
            USER dev

            # tests
            FROM work AS test
            RUN t
        "#]],
    );
    check_inline(
        "FROM debian\r\nRUN <<E\r\nx\r\nE",
        None,
        &one,
        expect![[r#"
            FROM debian␍
            RUN <<E␍
            x␍
            E
            USER root
            COPY <<'IMAGE_JSON' /tmp/coder/image.json
            {"a": 1}
            IMAGE_JSON
            RUN own
            USER nobody
        "#]],
    );
    check_inline(
        "FROM debian\nRUN a \\\n",
        None,
        &one,
        expect![[r#"
        FROM debian
        RUN a 
        USER root
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {"a": 1}
        IMAGE_JSON
        RUN own
        USER nobody
    "#]],
    );
    let windows = personal(&["RUN a \\\n  \"`date`\" `date`", "ENV A=\\$B", "RUN <<E\nx \\\nE"], None);
    check_inline(
        "# escape=`\nFROM debian\n",
        None,
        &windows,
        expect![[r##"
        # escape=`
        FROM debian
        USER root
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {"a": 1}
        IMAGE_JSON
        RUN a `
          "`date`" `date`''
        ENV A=`$B
        RUN <<E
        x \
        E
    "##]],
    );
    assert!(inline("FROM debian\n", &parse("FROM debian\n"), Some("x"), &[], &one).is_err());
}

#[test]
fn listings_and_tree_ids() {
    use context::{Context, Entry, Found, Mode};
    let blob = |hex: &str| {
        let mut oid = [0; 20];
        for (at, byte) in oid.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex");
        }
        oid
    };
    let entry = |path: &str, mode, hex| Entry { path: path.into(), mode, oid: blob(hex) };
    assert_eq!(Context::default().tree_id(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    let listing = Context::new(vec![
        entry("sub", Mode::Submodule, "98ffeb7000000000000000000000000000000000"),
        entry("run.sh", Mode::Executable, "1a2485251c33a70432394c93fb89330ef214bfc9"),
        entry("notes.log", Mode::File, "8ba3a16384aacc37d01564b28401755ce8053f51"),
        entry("link", Mode::Symlink, "8d14cbf983b3fad683171c9418998d9f68340823"),
        entry("deep/er/é", Mode::File, "587be6b4c3f93f93c489c0111bba5596147a26cb"),
        entry("a/b/c/one.txt", Mode::File, "5626abf0f72e58d7a153368ba57db4c673c0e171"),
        entry("a.txt", Mode::File, "f719efd430d52bcfc8566a43b2eb655688d38871"),
        entry("a-b/three", Mode::File, "2bdf67abb163a4ffb2d7f3f0880c9fe5068ce782"),
        entry(".coder/x.coder", Mode::File, "8b137891791fe96927ad78e64b0aad7bded08bdc"),
    ]);
    // What `git write-tree` says of the same files.
    assert_eq!(listing.tree_id(), "565d3fdf0d507b65e8f26016751361bee8627f03");
    let filtered = listing.filtered(&super::Ignore::parse("*.log"));
    assert_eq!(filtered.tree_id(), "d391fb7f1a8aabaedafdde39bde352ab4936b0d6");
    assert_eq!(filtered.filtered(&super::Ignore::default()), filtered);
    for (source, found) in [
        (".", Found::Something),
        ("/", Found::Something),
        ("a.txt", Found::Something),
        ("/a.txt", Found::Something),
        ("./deep//er/", Found::Something),
        ("a", Found::Something),
        ("a/b/../b/c", Found::Something),
        ("a/x", Found::Nothing),
        ("A.txt", Found::Nothing),
        ("*.txt", Found::Something),
        ("*.md", Found::Nothing),
        ("a/*/c", Found::Something),
        ("a*/three", Found::Something),
        ("link/x", Found::Undecided),
        ("sub/x", Found::Undecided),
        ("..", Found::Outside),
        ("../a.txt", Found::Outside),
        ("a/../../x", Found::Outside),
    ] {
        assert_eq!(listing.find(source), found, "{source}");
    }
    assert_eq!(listing.siblings("a/x"), ["a/b"]);
    assert_eq!(listing.siblings("x").len(), 9);
}
