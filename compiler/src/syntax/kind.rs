//! Every kind of token and of node, in one list: what the lexer yields, the parser builds and the tree stores.
//!
//! A kind carries no text: that stays in the source. Keywords are kinds of their own, and still words: a field may be called
//! `type`.

use logos::Logos;

macro_rules! kinds {
    ($($(#[$meta:meta])* $name:ident = $shown:literal,)*) => {
        #[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        // Letters of any script are read as part of a name, so that a name that has some is one mistake, not many.
        #[logos(subpattern first = r"[A-Za-z_\u{80}-\u{10ffff}&&[^\u{a0}\u{2018}-\u{201f}\u{feff}]]")]
        #[logos(subpattern other = r"[A-Za-z0-9_\u{80}-\u{10ffff}&&[^\u{a0}\u{2018}-\u{201f}\u{feff}]]")]
        #[repr(u16)]
        pub enum Kind {
            $($(#[$meta])* $name,)*
        }

        impl Kind {
            /// Every kind, in the order of its number.
            pub const ALL: &[Kind] = &[$(Kind::$name),*];

            /// How a message calls it: "`=`", "a name".
            pub fn shown(self) -> &'static str {
                match self {
                    $(Kind::$name => $shown,)*
                }
            }
        }
    };
}

kinds! {
    // What the parser never sees.
    #[regex(r"[ \t\r\u{feff}]+")]
    Whitespace = "white space",
    #[token("\n")]
    Newline = "a new line",
    #[regex(r"//[^\n]*", priority = 3, allow_greedy = true)]
    Comment = "a comment",
    #[regex(r"///([^/\n][^\n]*)?", priority = 9, allow_greedy = true)]
    DocComment = "a documentation comment",
    #[token("/*")]
    BlockComment = "a comment",
    /// No comment of this language, but meant as one: skipped, and reported.
    #[regex(r"#[^\n]*", allow_greedy = true)]
    HashComment = "`#`",

    // Words. The keywords stand between `ImportKeyword` and `FalseKeyword`; `Name` comes right before them.
    #[regex(r"(?&first)(?&other)*(-+(?&other)+)*")]
    Name = "a name",
    #[token("import")]
    ImportKeyword = "`import`",
    #[token("let")]
    LetKeyword = "`let`",
    #[token("type")]
    TypeKeyword = "`type`",
    #[token("fn")]
    FnKeyword = "`fn`",
    #[token("image")]
    ImageKeyword = "`image`",
    #[token("environment")]
    EnvironmentKeyword = "`environment`",
    #[token("project")]
    ProjectKeyword = "`project`",
    #[token("policy")]
    PolicyKeyword = "`policy`",
    #[token("enforce")]
    EnforceKeyword = "`enforce`",
    #[token("test")]
    TestKeyword = "`test`",
    #[token("private")]
    PrivateKeyword = "`private`",
    #[token("at")]
    AtKeyword = "`at`",
    #[token("branch")]
    BranchKeyword = "`branch`",
    #[token("tag")]
    TagKeyword = "`tag`",
    #[token("commit")]
    CommitKeyword = "`commit`",
    #[token("as")]
    AsKeyword = "`as`",
    #[token("for")]
    ForKeyword = "`for`",
    #[token("in")]
    InKeyword = "`in`",
    #[token("if")]
    IfKeyword = "`if`",
    #[token("else")]
    ElseKeyword = "`else`",
    #[token("match")]
    MatchKeyword = "`match`",
    #[token("with")]
    WithKeyword = "`with`",
    #[token("where")]
    WhereKeyword = "`where`",
    #[token("require")]
    RequireKeyword = "`require`",
    #[token("assert")]
    AssertKeyword = "`assert`",
    /// Not of this language: what others write for `&&`, as the two below for `||` and `!`.
    #[token("and")]
    AndKeyword = "`and`",
    #[token("or")]
    OrKeyword = "`or`",
    #[token("not")]
    NotKeyword = "`not`",
    #[token("none")]
    NoneKeyword = "`none`",
    #[token("true")]
    TrueKeyword = "`true`",
    #[token("false")]
    FalseKeyword = "`false`",
    #[token("_", priority = 9)]
    Underscore = "`_`",

    // Numbers; a unit is glued to them.
    #[regex(r"[0-9][0-9_]*")]
    Int = "a number",
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*")]
    Float = "a number",
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?[A-Za-z\u{b5}\u{3bc}][A-Za-z0-9]*")]
    Quantity = "a number with a unit",

    // Strings; the lexer's second mode makes all but the first of these.
    #[token("\"")]
    #[token("\"\"\"")]
    StringStart = "a text",
    StringText = "text",
    StringEscape = "an escape",
    InterpolationStart = "`\\(`",
    InterpolationEnd = "`)`",
    StringEnd = "`\"`",

    // Punctuation.
    #[token("{")]
    OpenBrace = "`{`",
    #[token("}")]
    CloseBrace = "`}`",
    #[token("[")]
    OpenBracket = "`[`",
    #[token("]")]
    CloseBracket = "`]`",
    #[token("(")]
    OpenParen = "`(`",
    #[token(")")]
    CloseParen = "`)`",
    #[token("=")]
    Equals = "`=`",
    #[token("+=")]
    PlusEquals = "`+=`",
    #[token(":")]
    Colon = "`:`",
    #[token(",")]
    Comma = "`,`",
    #[token(";")]
    Semicolon = "`;`",
    #[token(".")]
    Dot = "`.`",
    #[token("?.")]
    QuestionDot = "`?.`",
    #[token("?")]
    Question = "`?`",
    #[token("->")]
    Arrow = "`->`",
    #[token("=>")]
    FatArrow = "`=>`",
    #[token("|")]
    Pipe = "`|`",

    // Operators. `>=` is `>` and `=` side by side, so that `list<int>=` needs no space.
    #[token("??")]
    QuestionQuestion = "`??`",
    #[token("||")]
    PipePipe = "`||`",
    #[token("&&")]
    AmpersandAmpersand = "`&&`",
    #[token("==")]
    EqualsEquals = "`==`",
    #[token("!=")]
    BangEquals = "`!=`",
    #[token("<")]
    Less = "`<`",
    #[token("<=")]
    LessEquals = "`<=`",
    #[token(">")]
    Greater = "`>`",
    #[token("+")]
    Plus = "`+`",
    #[token("-")]
    Minus = "`-`",
    #[token("*")]
    Star = "`*`",
    #[token("/")]
    Slash = "`/`",
    #[token("%")]
    Percent = "`%`",
    #[token("!")]
    Bang = "`!`",

    // What is no token of the language.
    #[regex(r"'[^'\n]*'")]
    SingleQuoted = "a text in single quotes",
    Unknown = "text",

    // Nodes. Those from `NameReference` to `MissingExpression` are expressions, from `TypeName` to `MissingType` types.
    NameReference = "an expression",
    Literal = "a literal",
    StringLiteral = "a text",
    FieldAccess = "a field",
    IndexAccess = "an index",
    Call = "a call",
    Unary = "an operation",
    Binary = "an operation",
    IfExpression = "a condition",
    MatchExpression = "a match",
    List = "a list",
    ListFor = "a list",
    Record = "a record",
    MapFor = "a map",
    With = "a changed copy",
    Parenthesized = "an expression",
    Body = "a body",
    MissingExpression = "a value",
    TypeName = "a type",
    TypeApply = "a type",
    TypeLiteral = "a type",
    TypeUnion = "a type",
    TypeOptional = "a type",
    TypeWhere = "a type",
    TypeRecord = "a type",
    TypeParenthesized = "a type",
    MissingType = "a type",
    TypeField = "a field",
    DeclaredName = "a name",
    Interpolation = "`\\(`",
    Argument = "an argument",
    MatchArm = "an arm",
    Wildcard = "`_`",
    Field = "a field",
    Block = "a block",
    Loop = "`for`",
    Condition = "`if`",
    Parameters = "`(`",
    Parameter = "a parameter",
    ImportAt = "`at`",
    RuleRequire = "`require`",
    RuleFor = "`for`",
    RuleIf = "`if`",
    StatementLet = "`let`",
    StatementAssert = "`assert`",
    ItemImport = "an import",
    ItemLet = "a constant",
    ItemType = "a type",
    ItemFn = "a function",
    ItemDecl = "a declaration",
    ItemProject = "a project",
    ItemPolicy = "a policy",
    ItemEnforce = "`enforce`",
    ItemTest = "a test",
    Error = "text",
    Root = "a declaration",
}

impl Kind {
    /// White space and comments: everywhere, and without a meaning of its own.
    pub fn is_trivia(self) -> bool {
        self <= Kind::HashComment
    }

    /// A name, or a keyword that can stand as one.
    pub fn is_word(self) -> bool {
        (Kind::Name..=Kind::FalseKeyword).contains(&self)
    }

    pub fn is_keyword(self) -> bool {
        (Kind::ImportKeyword..=Kind::FalseKeyword).contains(&self)
    }

    pub fn is_expression(self) -> bool {
        (Kind::NameReference..=Kind::MissingExpression).contains(&self)
    }

    pub fn is_type(self) -> bool {
        (Kind::TypeName..=Kind::MissingType).contains(&self)
    }

    pub fn is_opener(self) -> bool {
        matches!(self, Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen | Kind::InterpolationStart)
    }

    pub fn is_closer(self) -> bool {
        matches!(self, Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::InterpolationEnd)
    }

    /// What may end an operand: whatever operand comes right after it belongs to something else.
    pub fn ends_operand(self) -> bool {
        matches!(
            self,
            Kind::Name
                | Kind::NoneKeyword
                | Kind::TrueKeyword
                | Kind::FalseKeyword
                | Kind::Int
                | Kind::Float
                | Kind::Quantity
                | Kind::StringEnd
                | Kind::StringText
                | Kind::CloseBrace
                | Kind::CloseBracket
                | Kind::CloseParen
                | Kind::Question
                | Kind::SingleQuoted
        )
    }
}
