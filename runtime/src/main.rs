//! The binary `coderc`.

fn main() -> std::process::ExitCode {
    runtime::cli::main()
}
