//! Builds again when a shipped file changes, which the macro that embeds them cannot tell cargo.

fn main() {
    for folder in ["recipes", "knowledge", "studies"] {
        println!("cargo:rerun-if-changed=../../{folder}");
    }
}
