//! Documents as declarations, and what is told about them, with exact places.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::{comments, lower, split};
use crate::diagnostics::Diagnostic;
use crate::hir::{Definition, Expr, ExprId, Item, Member, StringPart};
use crate::text::{Owner, TextRange};

fn owner() -> Owner {
    Owner::Item(salsa::Id::from_bits(1))
}

/// The declaration as lines; each range is shown as the text it covers.
fn shown(text: &str) -> String {
    let (item, diagnostics) = lower(owner(), text);
    let mut out = String::new();
    match (&item.definition, &item.name) {
        (Definition::Decl(decl), name) => {
            let name = name.as_ref().map(|name| format!("{} {}", name.text, slice(text, name.range)));
            writeln!(out, "{} {}", decl.kind.word(), name.unwrap_or_default()).unwrap();
            if let Some(docs) = &item.docs {
                writeln!(out, "  docs {docs:?}").unwrap();
            }
            for import in &item.imports {
                let at = import.at.as_ref().map(|at| format!(" at {:?} {} {}", at.kind, at.name.text, slice(text, at.range)));
                writeln!(out, "  import {} as {}{}", slice(text, import.url.range), import.alias.text, at.unwrap_or_default())
                    .unwrap();
            }
            let crate::hir::DeclBody::Block(body) = decl.body else { panic!("a block") };
            show_members(text, &item, body, 1, &mut out);
        }
        (definition, name) => writeln!(out, "{definition:?} {:?}", name.as_ref().map(|name| &name.text)).unwrap(),
    }
    out + &told(text, &diagnostics)
}

fn slice(text: &str, range: TextRange) -> String {
    format!("`{}`", text[range].replace('\r', "\\r").replace('\n', "\\n"))
}

fn show_members(text: &str, item: &Item, body: ExprId, depth: usize, out: &mut String) {
    let Expr::Body(members) = item.expr(body) else { panic!("a body") };
    let indent = "  ".repeat(depth);
    for member in members {
        match member {
            Member::Field { name, value, range, .. } => {
                assert!(range.contains_range(name.range), "{name:?} in {range:?}");
                writeln!(out, "{indent}{} {} = {}", name.text, slice(text, name.range), show(text, item, *value)).unwrap();
            }
            Member::Block { word, label, body, range, .. } => {
                let label = label.map(|label| show(text, item, label)).unwrap_or_default();
                let whole = text[*range].lines().next().unwrap_or_default();
                writeln!(out, "{indent}{} {} {label} from `{whole}`", word.text, slice(text, word.range)).unwrap();
                show_members(text, item, *body, depth + 1, out);
            }
        }
    }
}

fn show(text: &str, item: &Item, id: ExprId) -> String {
    let at = slice(text, item.expr_range(id));
    let list = |ids: &mut dyn Iterator<Item = ExprId>| ids.map(|id| show(text, item, id)).collect::<Vec<_>>().join(", ");
    match item.expr(id) {
        Expr::Scalar(scalar) if scalar.quoted => format!("{:?} {at}", scalar.text),
        Expr::Scalar(scalar) => format!("{} {at}", scalar.text),
        Expr::List(ids) => format!("[{}]", list(&mut ids.iter().copied())),
        Expr::Record(fields) => {
            let field = |field: &crate::hir::RecordField| {
                format!("{} {} = {}", field.name.text, slice(text, field.name.range), show(text, item, field.value))
            };
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Expr::Call { callee, arguments } => {
            format!("call {}({}) {at}", show(text, item, *callee), list(&mut arguments.iter().map(|argument| argument.value)))
        }
        Expr::Name(name) => format!("{name} {at}"),
        Expr::String(parts) => match parts.as_slice() {
            [StringPart::Text(label)] => format!("{label} {at}"),
            parts => format!("{parts:?}"),
        },
        Expr::ImportedImage { import, name } => format!("image {} of import {import} {at}", name.text),
        Expr::ImageOrReference(name) => format!("image or reference {name} {at}"),
        expr => format!("{expr:?} {at}"),
    }
}

fn told(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let range = diagnostic.place.unwrap().range;
        let start = usize::from(range.start());
        let line = text[..start].matches('\n').count() + 1;
        writeln!(out, "{line}: {} {}: {}", slice(text, range), diagnostic.info.name, diagnostic.message).unwrap();
        for help in &diagnostic.help {
            writeln!(out, "   help: {help}").unwrap();
        }
    }
    out
}

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&shown(text));
}

/// Only what is told.
fn check_told(text: &str, expect: Expect) {
    expect.assert_eq(&told(text, &lower(owner(), text).1));
}

const IMAGE: &str = "\
# Ubuntu with the tools
# every team uses.
name: f0ssel-dev
type: image
spec:
  context: ./dev
  dockerfile: Dockerfile
  image: f0ssel/dev
  credentials: dockerhub-creds
";

const ENVIRONMENT: &str = "\
name: f0ssel-enterprise
type: environment
provider: kubernetes
spec:
  - name: env
    primary: true
    github: f0ssel/kaniko
    image: f0ssel-dev
    tag: master
    credentials: dockerhub-creds
    cpu: 2
    memory: 4GB
    personalize:
      - \"RUN echo test3 > test3.txt\"
  - name: postgres
    image: postgres
    env:
      - name: PGDATABASE
        value: coder
";

#[test]
fn the_original_templates() {
    check(
        IMAGE,
        expect![[r#"
        image f0ssel-dev `f0ssel-dev`
          docs "Ubuntu with the tools\nevery team uses."
          repository `image` = f0ssel/dev `f0ssel/dev`
          context `context` = ./dev `./dev`
          dockerfile `dockerfile` = Dockerfile `Dockerfile`
          credentials `credentials` = dockerhub-creds `dockerhub-creds`
    "#]],
    );
    check(
        ENVIRONMENT,
        expect![[r#"
        environment f0ssel-enterprise `f0ssel-enterprise`
          import `f0ssel/kaniko` as kaniko at Any master `tag: master`
          provider `provider` = kubernetes `kubernetes`
          container `env` env `env` from `name: env`
            image `image` = image f0ssel-dev of import 0 `f0ssel-dev`
            primary `primary` = true `true`
            credentials `credentials` = dockerhub-creds `dockerhub-creds`
            cpu `cpu` = 2 `2`
            memory `memory` = 4GB `4GB`
            personalize `personalize` = ["RUN echo test3 > test3.txt" `"RUN echo test3 > test3.txt"`]
          container `postgres` postgres `postgres` from `name: postgres`
            image `image` = image or reference postgres `postgres`
            env `env` = { PGDATABASE `PGDATABASE` = coder `coder` }
    "#]],
    );
}

#[test]
fn every_field_of_the_schema() {
    check(
        "\
name: api
type: environment
replicas: 2
labels: {team: a}
ttl: 7d
volumes:
  home: {size: 1GB}
  scratch:
inits:
  - name: wait
    image: busybox
patch:
  spec: {template: {secret: {name: x}}}
spec:
  - name: env
    image: debian:12
    env:
      PATH: /bin
      TOKEN: {secret: {name: api, key: token}}
      OTHER: {valueFrom: {secretKeyRef: {name: api, key: other}}}
      EMPTY: ''
      NOTHING:
    ports:
      - name: http
        number: 8080
    mount:
      home: {path: /home/coder}
      token: {path: /etc/token, secret: {name: api, key: token}}
    requests: {cpu: 0.5}
    health:
      http: {port: http, path: /}
      delay: 5s
    command: [sh, -c, 'sleep 1']
",
        expect![[r#"
            environment api `api`
              replicas `replicas` = 2 `2`
              labels `labels` = { team `team` = a `a` }
              ttl `ttl` = 7d `7d`
              volume `home` home `home` from `home: {size: 1GB}`
                size `size` = 1GB `1GB`
              volume `scratch` scratch `scratch` from `scratch`
              init `wait` wait `wait` from `name: wait`
                image `image` = image or reference busybox `busybox`
              patch `patch`  from `patch:`
                spec `spec` = { template `template` = { secret `secret` = { name `name` = x `x` } } }
              container `env` env `env` from `name: env`
                image `image` = image or reference debian:12 `debian:12`
                env `env` = { PATH `PATH` = /bin `/bin`, TOKEN `TOKEN` = call secret `secret`(api `api`, token `token`) `{secret: {name: api, key: token}}`, OTHER `OTHER` = call secret `secretKeyRef`(api `api`, other `other`) `{secretKeyRef: {name: api, key: other}}`, EMPTY `EMPTY` = "" `''`, NOTHING `NOTHING` = None `NOTHING` }
                port `http` http `http` from `name: http`
                  number `number` = 8080 `8080`
                mount `home` home `home` from `home: {path: /home/coder}`
                  path `path` = /home/coder `/home/coder`
                mount `token` token `token` from `token: {path: /etc/token, secret: {name: api, key: token}}`
                  path `path` = /etc/token `/etc/token`
                  secret `secret` = call secret `secret`(api `api`, token `token`) `{name: api, key: token}`
                requests `requests`  from `requests: {cpu: 0.5}`
                  cpu `cpu` = 0.5 `0.5`
                health `health`  from `health:`
                  http `http`  from `http: {port: http, path: /}`
                    port `port` = http `http`
                    path `path` = / `/`
                  delay `delay` = 5s `5s`
                command `command` = [sh `sh`, -c `-c`, "sleep 1" `'sleep 1'`]
        "#]],
    );
    check(
        "\
name: a
type: image
spec:
  repository: acme/a
  args: {VERSION: 1.10}
  secrets:
    npm: {name: npm, key: token}
    pip: {secret: {name: pip, key: token}}
",
        expect![[r#"
            image a `a`
              repository `repository` = acme/a `acme/a`
              args `args` = { VERSION `VERSION` = 1.10 `1.10` }
              secrets `secrets` = { npm `npm` = call secret `npm`(npm `npm`, token `token`) `{name: npm, key: token}`, pip `pip` = call secret `secret`(pip `pip`, token `token`) `{secret: {name: pip, key: token}}` }
        "#]],
    );
}

#[test]
fn imports_are_shared_and_named_apart() {
    check(
        "\
name: a
type: environment
spec:
  - {name: a, github: acme/base, image: x, tag: v1}
  - {name: b, github: acme/base, image: y, tag: v1}
  - {name: c, github: acme/base, image: x, tag: v2}
  - {name: d, github: https://git.acme.dev/other/base.git//sub, image: x}
",
        expect![[r#"
            environment a `a`
              import `acme/base` as base at Any v1 `tag: v1`
              import `acme/base` as base-v2 at Any v2 `tag: v2`
              import `https://git.acme.dev/other/base.git//sub` as base-2
              container `a` a `a` from `{name: a, github: acme/base, image: x, tag: v1}`
                image `image` = image x of import 0 `x`
              container `b` b `b` from `{name: b, github: acme/base, image: y, tag: v1}`
                image `image` = image y of import 0 `y`
              container `c` c `c` from `{name: c, github: acme/base, image: x, tag: v2}`
                image `image` = image x of import 1 `x`
              container `d` d `d` from `{name: d, github: https://git.acme.dev/other/base.git//sub, image: x}`
                image `image` = image x of import 2 `x`
        "#]],
    );
}

#[test]
fn aliases_and_merges() {
    check(
        "\
name: a
type: environment
spec:
  - &first
    name: a
    image: &base debian:12
    memory: 1GB
  - <<: *first
    name: b
    memory: 2GB
  - name: c
    image: *base
",
        expect![[r#"
            environment a `a`
              container `a` a `a` from `name: a`
                image `image` = image or reference debian:12 `debian:12`
                memory `memory` = 1GB `1GB`
              container `b` b `b` from `<<: *first`
                image `image` = image or reference debian:12 `debian:12`
                memory `memory` = 2GB `2GB`
              container `c` c `c` from `name: c`
                image `image` = image or reference debian:12 `debian:12`
        "#]],
    );
}

#[test]
fn positions_with_other_line_ends_and_letters() {
    check(
        "name: é\r\ntype: image\r\nspec:\r\n  image: ü/ä # ö\r\n  labels:\r\n    note: |\r\n      a\r\n      b\r\n",
        expect![[r#"
            image é `é`
              repository `image` = ü/ä `ü/ä`
              labels `labels` = { note `note` = "a\nb\n" `a\r\n      b` }
        "#]],
    );
}

#[test]
fn slashes_that_begin_comments() {
    check(
        "\
// docs
name: a // its name
type: environment
spec:
  // the container
  - name: \"env\" // quoted
    image: https://acme.dev//x
    personalize:
      - |
        RUN a
        // text
      - 'RUN x // y
        // z'
    // end
",
        expect![[r#"
            environment a `a`
              docs "docs"
              container `"env"` env `"env"` from `name: "env" // quoted`
                image `image` = image or reference https://acme.dev//x `https://acme.dev//x`
                personalize `personalize` = ["RUN a\n// text\n" `RUN a\n        // text`, "RUN x // y // z" `'RUN x // y\n        // z'`]
            1: `//` yaml-slash-comment: a line that begins with `//` is read as a comment, but YAML has only `#`
            2: `//` yaml-slash-after-value: found `//` after a value: comments in YAML begin with `#`
               help: write `#`, or put the value in quotes if the slashes belong to it
            5: `//` yaml-slash-comment: a line that begins with `//` is read as a comment, but YAML has only `#`
            6: `//` yaml-slash-after-value: found `//` after a value: comments in YAML begin with `#`
               help: write `#`, or put the value in quotes if the slashes belong to it
            14: `//` yaml-slash-comment: a line that begins with `//` is read as a comment, but YAML has only `#`
        "#]],
    );
}

#[test]
fn one_diagnostic_for_each_mistake() {
    check_told(
        "type: image\nspec: {image: a/b}\n",
        expect![[r#"
        1: `type` yaml-missing-key: the template has no `name`
           help: add `name`: what it is called
    "#]],
    );
    check_told(
        "nmae: a\ntpye: image\nsepc: {image: a/b}\n",
        expect![[r#"
        1: `nmae` unknown-field: a template has no field `nmae`
           help: did you mean `name`?
        2: `tpye` unknown-field: a template has no field `tpye`
           help: did you mean `type`?
        3: `sepc` unknown-field: a template has no field `sepc`
           help: did you mean `spec`?
    "#]],
    );
    check_told(
        "name: a\nspec: {image: a/b}\n",
        expect![[r#"
        1: `a` yaml-missing-key: the template has no `type`
           help: add `type`: `image` or `environment`
    "#]],
    );
    check_told(
        "name: a\ntype: image\n",
        expect![[r#"
        1: `a` yaml-missing-key: the template has no `spec`
           help: add `spec`: a map of the image's fields
    "#]],
    );
    check_told(
        "name: a\ntype: enviroment\nspec: [{name: a, image: b}]\n",
        expect![[r#"
        2: `enviroment` yaml-unknown-type: expected `image` or `environment` as `type`, found `enviroment`
           help: did you mean `environment`?
    "#]],
    );
    check_told(
        "name: a\ntype: volume\nspec: []\n",
        expect![[r#"
        2: `volume` yaml-unknown-type: expected `image` or `environment` as `type`, found `volume`
    "#]],
    );
    check_told(
        "name: a\ntype: image\nspec: []\n",
        expect![[r#"
        3: `spec` yaml-wrong-shape: `spec` of an image must be a map of its fields, found a list
    "#]],
    );
    check_told(
        "name: a\ntype: image\nspec: {context: .}\n",
        expect![[r#"
        1: `a` yaml-missing-key: the image's `spec` has no `image`
           help: add `image`: the registry path it is pushed to
    "#]],
    );
    check_told(
        "name: a\ntype: image\nspec: {imgae: a/b}\n",
        expect![[r#"
        3: `imgae` unknown-field: an image has no field `imgae`
           help: did you mean `image`?
    "#]],
    );
    check_told(
        "name: a\ntype: image\nspec: {image: a/b, repository: c/d}\n",
        expect![[r#"
        3: `repository` yaml-duplicate-key: `repository` and `image` are the same field
           help: keep one of them
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: {image: b}\n",
        expect![[r#"
        3: `spec` yaml-wrong-shape: `spec` of an environment must be the list of its containers, found a map
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{image: b}, x]\n",
        expect![[r#"
        3: `image` yaml-missing-key: the container has no `name`
           help: add `name`: what it is called
        3: `x` yaml-wrong-shape: a container must be a map of its fields, found a single value
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{name: b, image: b, tag: c}]\n",
        expect![[r#"
        3: `tag` yaml-tag-without-github: `tag` stands without `github`
           help: `tag` is the branch or commit of the repository that `github` names
           help: for a tag of a registry, write `image: b:c`
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{name: b, githb: b/c, image: x, tga: c}]\n",
        expect![[r#"
        3: `githb` unknown-field: a container has no field `githb`
           help: did you mean `github`?
        3: `tga` unknown-field: a container has no field `tga`
           help: did you mean `tag`?
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{name: b, github: b/c}]\n",
        expect![[r#"
        3: `github` yaml-missing-key: the container has no `image`
           help: add `image`: an image template of the repository
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{name: b, image: c, ports: 80}]\n",
        expect![[r#"
        3: `ports` yaml-wrong-shape: `ports` must be a list of ports, found a single value
    "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{name: b, image: c, env: [{name: A, vaule: x}, {name: A, value: y}, {value: z}, {name: B}, c]}]\n",
        expect![[r#"
            3: `vaule` unknown-field: an entry of `env` has no field `vaule`
               help: did you mean `value`?
            3: `A` yaml-duplicate-key: `A` is set twice
               help: keep one of them
            3: `value` yaml-missing-key: the entry of `env` has no `name`
               help: add `name`: the variable's name
            3: `B` yaml-missing-key: the entry of `env` has no `value`
               help: add `value`: the variable's value
            3: `c` yaml-wrong-shape: an entry of `env` must be a map with `name` and `value`, found a single value
        "#]],
    );
    check_told(
        "name: a\ntype: environment\nspec: [{name: b, image: c, env: {A: {secret: {name: x}}, B: {secret: y}, C: {valueFrom: {field: z}}}}]\n",
        expect![[r#"
            3: `secret` yaml-missing-key: the secret has no `key`
               help: add `key`: which of its keys
            3: `secret` yaml-wrong-shape: a secret must be a map with `name` and `key`, found a single value
            3: `valueFrom` yaml-wrong-shape: `valueFrom` must be a map with `secretKeyRef`, found another one
        "#]],
    );
    check_told(
        "- a\n",
        expect![[r#"
        1: `- a` yaml-wrong-shape: a template must be a map with `name`, `type` and `spec`, found a list
    "#]],
    );
    check_told(
        "name: [a]\ntype: image\nspec: {image: a/b, ? [x] : y, <<: z}\n",
        expect![[r#"
        1: `name` yaml-wrong-shape: `name` must be text, found a list
        3: `[x]` yaml-wrong-shape: a key must be text, found a list
        3: `<<` yaml-wrong-shape: `<<` must be a map to merge, found a single value
    "#]],
    );
    check_told(
        "name: a\nname: b\ntype: image\nspec: {image: !x a/b, labels: {a: !!str 1, a: 2}}\n",
        expect![[r#"
        2: `name` yaml-duplicate-key: `name` is set twice
           help: keep one of them
        4: `!x` yaml-type-tag: the tag `!x` means nothing in a template
           help: remove it
        4: `a` yaml-duplicate-key: `a` is set twice
           help: keep one of them
    "#]],
    );
    check_told(
        "name: &n [*n]\ntype: image\nspec: {image: *m}\n",
        expect![[r#"
        1: `name` yaml-wrong-shape: `name` must be text, found a list
        1: `*n` yaml-alias: this alias stands inside the value that it repeats
        3: `*m` yaml-alias: no anchor `&m` stands above this alias
           help: write `&m` before the value that `*m` should repeat
    "#]],
    );
    check_told("# nothing\n", expect![[""]]);
}

#[test]
fn text_that_is_not_yaml() {
    check(
        "name: a\ntype: image\nspec:\n\t- b\n",
        expect![[r#"
        Error Some("a")
        4: `-` yaml-syntax: a tab stands where YAML wants spaces
           help: indent with spaces
    "#]],
    );
    check_told(
        "name: a\nspec: [1, 2\n",
        expect![[r#"
        2: `[1,` yaml-syntax: `[` is opened here and never closed
    "#]],
    );
    check_told(
        "name: \"a\nspec: b\n",
        expect![[r#"
        1: `"a` yaml-syntax: a quote is opened here and never closed
           help: close it, or double it if it is part of the text
    "#]],
    );
    check_told(
        "name: \"\\q\"\n",
        expect![[r#"
        1: `"\q"` yaml-syntax: text in double quotes has an escape that YAML does not know
           help: write `\\` for a backslash, or use single quotes
    "#]],
    );
    check_told(
        "name: a: b\n",
        expect![[r#"
        1: `:` yaml-syntax: a `:` makes a key here, where none can stand
           help: check the indentation, or put a value that holds `: ` in quotes
    "#]],
    );
    check_told(
        "name: @a\n",
        expect![[r#"
        1: `@a` yaml-syntax: a value cannot begin with `@`
           help: put the value in quotes
    "#]],
    );
    check_told(
        "name: a\n  type: image\n",
        expect![[r#"
        2: `:` yaml-syntax: a `:` makes a key here, where none can stand
           help: check the indentation, or put a value that holds `: ` in quotes
    "#]],
    );
    check_told(
        "spec:\n  - a\n  -b\n",
        expect![[r#"
        3: `-b` yaml-syntax: found a line that is neither a key with `:` nor an entry with `- `
           help: write `key: value`, or `- ` and a space before an entry
    "#]],
    );
    check_told(
        "name: 'a' b\n",
        expect![[r#"
        1: `b` yaml-syntax: something follows the closing quote
           help: a value in quotes ends at the closing quote; quote all of it
    "#]],
    );
    check_told(
        "name: }\n",
        expect![[r#"
        1: `}` yaml-syntax: found a closing bracket that nothing opened
           help: put the value in quotes if it belongs to it
    "#]],
    );
}

#[test]
fn documents_of_a_file() {
    let text = "\u{feff}%YAML 1.2\n--- # first\nname: a\ntype: image\nspec: |\n  --- text\n---\n# nothing\n...\nname: 'b' # x\ntype: [\n--- {type: environment, name: c}\n---x: y\n---\r\nname: d\nspec: []\n---\nname: e\ntype: pod\nspec: {}";
    let shown: Vec<String> = split(owner(), text)
        .items
        .into_iter()
        .map(|item| format!("{:?} {:?} {:?}", item.keyword, item.name, &text[item.range]))
        .collect();
    expect![[r#"
        [
            "Image Some(\"a\") \" # first\\nname: a\\ntype: image\\nspec: |\\n  --- text\\n\"",
            "Rubbish Some(\"b\") \"name: 'b' # x\\ntype: [\\n\"",
            "Environment Some(\"c\") \" {type: environment, name: c}\\n---x: y\\n\"",
            "Environment Some(\"d\") \"\\r\\nname: d\\nspec: []\\n\"",
            "Image Some(\"e\") \"\\nname: e\\ntype: pod\\nspec: {}\"",
        ]
    "#]]
    .assert_debug_eq(&shown);
}

#[test]
fn comments_of_both_kinds() {
    let text = "# a\nname: b // c\n// d\ntype: 'x # y' # e\n";
    let shown: Vec<&str> = comments(owner(), text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(shown, ["# a", "// c", "// d", "# e"]);
}

#[test]
fn hostile_input_is_one_quick_diagnostic() {
    let many = 100_000;
    for nested in ["[", "{a: ", "- ", "? ", "[{a: "] {
        let text = format!("name: a\ntype: image\nspec:\n  {}", nested.repeat(many));
        let (_, diagnostics) = lower(owner(), &text);
        assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.info.name).collect::<Vec<_>>(), ["yaml-nesting"], "{nested}");
    }
    let laughs = (1..30).fold("a0: &a0 lol\n".to_owned(), |text, level| {
        let alias = format!("*a{}", level - 1);
        format!("{text}a{level}: &a{level} [{}]\n", [alias.as_str(); 9].join(", "))
    });
    let (_, diagnostics) = lower(owner(), &format!("{laughs}name: a\ntype: image\nspec: {{image: a/b, labels: *a29}}\n"));
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.info.name).collect::<Vec<_>>(), ["yaml-alias"]);
    let deep = (1..100).fold("a0: &a0 lol\n".to_owned(), |text, level| format!("{text}a{level}: &a{level} [*a{}]\n", level - 1));
    let (_, diagnostics) = lower(owner(), &deep);
    assert!(diagnostics.iter().any(|diagnostic| diagnostic.info.name == "yaml-nesting"));
}

#[test]
fn big_input_ends() {
    let items: Vec<String> =
        (0..5_000).map(|n| format!("{{name: c{n}, github: o{n}/r, image: x, env: [{{name: A{n}, value: a}}]}}")).collect();
    let spec = format!("name: a\ntype: environment\nspec: [{}]\n", items.join(", "));
    let variables: Vec<String> = (0..20_000).map(|n| format!("{{name: A{n}, value: a}}")).collect();
    let env = format!("name: a\ntype: environment\nspec: [{{name: b, image: c, env: [{}]}}]\n", variables.join(", "));
    let names = "name: a\n".repeat(20_000);
    let slashes = format!("name: a{}\n{}", " // x".repeat(200_000), "// y\n".repeat(50_000));
    // Nothing here may take more than time in proportion: the test would not end.
    for text in [spec, env, names, slashes, "a ".repeat(500_000), format!("name: '{}'", "\u{e9}".repeat(500_000))] {
        split(owner(), &text);
        assert!(lower(owner(), &text).1.len() < 60_000);
    }
}

#[test]
fn no_prefix_or_mutation_panics() {
    let original = format!("{IMAGE}---\n{ENVIRONMENT}// c\n- &x {{a: *x, <<: [*x]}}\n|\n  é\n");
    let try_all = |text: &str| {
        split(owner(), text);
        let (item, diagnostics) = lower(owner(), text);
        for (_, expr) in item.exprs.iter() {
            assert!(text.get(usize::from(expr.range.start())..usize::from(expr.range.end())).is_some());
        }
        for diagnostic in diagnostics {
            let range = diagnostic.place.unwrap().range;
            assert!(text.get(usize::from(range.start())..usize::from(range.end())).is_some(), "{text:?} {diagnostic:?}");
        }
    };
    for (at, _) in original.char_indices() {
        try_all(&original[..at]);
        try_all(&original[at..]);
    }
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let pieces = [
        "\t", "\n", "- ", ": ", "[", "}", "'", "\"", "\\", "|", "&a ", "*a", "<<", "!t ", " // ", "#", "\r", "\u{feff}", "é",
        "---\n", "? ",
    ];
    for _ in 0..3_000 {
        let mut text = original.clone();
        for _ in 0..=random(4) {
            let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let from = boundary(random(text.len()));
            let to = boundary(from + random(12));
            text.replace_range(from..to, pieces[random(pieces.len())]);
        }
        try_all(&text);
    }
}
