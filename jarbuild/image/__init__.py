"""A build as an OCI image: one layer for each step, made from the cache and the JFile's folder.

`chain` finds the steps, `changes` decides what is in their layers, `tar` and `layout` write.
"""
