"""The version that a server, its zygote and a command must share."""

VERSION = "0.1.0"
