"""A pool of real system users: how root sets it up and removes it, and how its manager uses it.

`survey` looks at what exists, `setup` and `removal` decide (pure), `walker` acts, `installed` is
what a manager's command needs to know.
"""
