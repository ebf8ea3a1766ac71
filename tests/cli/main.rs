//! Black-box tests of `nascape`: the program is run as a user runs it, on the real data in `../shared/data`, and judged by its
//! exit status, its sentences and its files.

mod harness;

mod architectures;
mod arguments;
mod bin;
mod bundle;
mod compare;
mod disk;
mod doctor;
mod faults;
mod folds;
mod golden;
mod hostile;
mod impute;
mod interruption;
mod intervals;
mod killed;
mod library;
mod peaks;
mod recipe;
mod refusals;
mod remote;
mod reproduce;
mod resume;
mod retrain;
mod serve;
mod simulate;
mod tirs;
mod train;
