"""The small trusted part: everything that runs inside a jar or makes one. Standard library only."""
