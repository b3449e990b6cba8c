"""Training plans that school, enterprise and association make together, and try with a cohort first."""
