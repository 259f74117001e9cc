//! Circuit, boundary and protocol to run: engines and models.
