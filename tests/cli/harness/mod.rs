//! What the tests share: running the program, the real data, files made for a test, a bundle trained for the tests.

mod bed;
mod bigwig;
mod bundle;
mod data;
mod folder;
mod run;
mod running;
mod server;

pub use bed::sorted_lines;
pub use bigwig::{Item, bigwig_items, bigwig_values, write_bedgraph, write_bigwig};
pub use bundle::{CALIBRATION, Recipe, SINGLE, bundle, experiment, small, stranded_bundle, trained};
pub use data::{Pair, bam, chr22, hek293, k562, k562_file, k562_items, whole_genome};
pub use folder::{assert_holds, card, copy_folder, folder, sha256, track};
pub use run::{Nascape, Outcome, nascape};
pub use running::Running;
pub use server::Server;
