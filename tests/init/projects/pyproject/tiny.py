"""A program that an entry point starts."""


def main() -> None:
    print("hello from an entry point")
