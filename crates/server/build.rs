//! Builds again when the web app was built again.
//!
//! Its first page names all its other files by their hashes, so it changes whenever one of them
//! does. Where the app was never built nothing is watched: a path that is missing would count as
//! changed at every build. `make web` touches this file for that case.

use std::path::Path;

const FIRST_PAGE: &str = "../../web/dist/index.html";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if Path::new(FIRST_PAGE).exists() {
        println!("cargo:rerun-if-changed={FIRST_PAGE}");
    }
}
