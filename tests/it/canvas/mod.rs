//! The adapter for Canvas, against a simulated installation.

mod apply;
mod behaviour;
mod sim;
