//! Circuit recipes: the Blue Brain file family and our own sidecar files.
