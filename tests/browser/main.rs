//! The real binary in a real browser: Debian's Chromium, driven by WebDriver, at phone and desktop width, with script
//! and without. One demo is started for all tests; each test opens a browser of its own. What a demo does without, the
//! second factor, is tried on an app in process, whose clock is moved by hand.

mod access;
mod driver;
mod goods;
mod looks;
mod second_factor;
mod stopping;
mod story;
