//! The adapter for Canvas, against a simulated installation.

mod apply;
mod behaviour;
#[cfg(all(unix, feature = "canvas-http", feature = "cli"))]
mod kill;
mod network;
mod sim;
#[cfg(all(unix, feature = "canvas-http", feature = "cli"))]
mod walk;
