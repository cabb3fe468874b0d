"""Trained audio classifiers used by scores and features: YAMNet, VGGish and the regressions on top of it.

The scores themselves belong in ``scores``.
"""
