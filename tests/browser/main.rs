//! The real binary in a real browser: Debian's Chromium, driven by WebDriver, at phone and desktop width, with script
//! and without. One demo is started for all tests; each test opens a browser of its own.

mod access;
mod driver;
mod looks;
mod stopping;
mod story;
