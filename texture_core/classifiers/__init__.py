"""Trained audio classifiers that scores and features ask: YAMNet, VGGish and the regressions on top of it.

The scores themselves belong in ``scores``.
"""
