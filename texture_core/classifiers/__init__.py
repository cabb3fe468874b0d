"""Trained sound classifiers, whose opinions of a recording and of its synthesis the classifier score compares."""
