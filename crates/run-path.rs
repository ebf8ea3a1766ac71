//! The build script of every crate whose programs or tests may train trees: they look for the XGBoost library beside
//! themselves, then in the folder that they were linked from. So they start without LD_LIBRARY_PATH.

use std::env;

/// Sets the run path.
pub fn main() {
    println!("cargo:rerun-if-changed=../run-path.rs");
    println!("cargo:rerun-if-env-changed=XGBOOST_LIB_DIR");
    let wanted = env::var_os("CARGO_FEATURE_XGBOOST").is_some() && env::var_os("CARGO_CFG_UNIX").is_some();
    if let (true, Ok(folder)) = (wanted, env::var("XGBOOST_LIB_DIR")) {
        println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN,-rpath,{folder}");
    }
}
