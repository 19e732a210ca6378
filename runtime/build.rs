//! How the binary is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // At a fixed address, as Go's programs are: the loader otherwise writes 60,000 addresses into a megabyte of tables before
    // the first instruction, and each page of it is a fault: more than half of what a small command takes.
    let target = |name: &str| std::env::var(name).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
