//! Reading runs: rates, prediction-error estimators, rivals, controls and verdicts.
