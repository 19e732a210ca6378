//! The binary `coderc`.

/// Evaluation makes and drops many small values, on all threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    runtime::cli::main()
}
