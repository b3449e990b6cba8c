"""Benchmarks as an association publishes them: releases that never change."""
