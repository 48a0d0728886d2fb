"""What well-known images bring, which a machine must have for a jar to find it."""

from __future__ import annotations

_PROGRAMS = {
    "node": "node and npm",
    "python": "python3 with venv",
    "pypy": "pypy3",
    "golang": "go",
    "rust": "cargo",
    "ruby": "ruby and bundle",
    "php": "php",
    "composer": "composer",
    "openjdk": "java",
    "eclipse-temurin": "java",
    "amazoncorretto": "java",
    "maven": "java and mvn",
    "gradle": "java and gradle",
    "nginx": "nginx",
    "httpd": "apache2",
    "caddy": "caddy",
    "redis": "redis-server",
    "postgres": "postgres",
    "mysql": "mysqld",
    "mariadb": "mariadbd",
    "mongo": "mongod",
    "memcached": "memcached",
    "haproxy": "haproxy",
    "traefik": "traefik",
    "oven/bun": "bun",
    "denoland/deno": "deno",
    "elixir": "elixir",
    "erlang": "erl",
    "haskell": "ghc",
    "swift": "swift",
    "perl": "perl",
    "gcc": "gcc",
    "julia": "julia",
    "r-base": "R",
    "dotnet/sdk": "dotnet",
    "dotnet/aspnet": "dotnet",
    "dotnet/runtime": "dotnet",
}
_SYSTEMS = ("alpine", "debian", "ubuntu", "busybox", "scratch", "fedora", "centos", "rockylinux")


def what_it_brings(image: str) -> str | None:
    """In words; None where only the image's maker knows."""
    name = image.partition("@")[0].partition(":")[0]
    for known, programs in _PROGRAMS.items():
        if name == known or name.endswith(f"/{known}"):
            return programs
    is_bare = name.rpartition("/")[2].startswith(_SYSTEMS) or "distroless" in name
    return "nothing but a system" if is_bare else None
