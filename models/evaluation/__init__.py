"""Evaluation of trained runs: agreement with the annotators, intervals, robustness curves.

Predictions and labels in, numbers out, without files. Nothing here takes part in training.
"""
