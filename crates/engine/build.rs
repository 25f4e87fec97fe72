//! Whether models/wake holds the wake-word network that is built in.

fn main() {
    let root = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let network = root.join("../../models/wake/mynah-wake.onnx");
    println!("cargo::rerun-if-changed={}", network.display());
    println!("cargo::rustc-check-cfg=cfg(builtin_wake)");
    if network.exists() {
        println!("cargo::rustc-cfg=builtin_wake");
    }
}
