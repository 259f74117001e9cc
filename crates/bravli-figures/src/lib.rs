//! Figures as SVG from plain numbers.
