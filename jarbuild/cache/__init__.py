"""The step cache: what keys are made of, where results lie, why a step is not found.

`keys` decides and touches nothing; `store` is the disk; `explain` and `differences` find words;
`prune` and `verify` keep house. No plan is made here and no step is run.
"""
