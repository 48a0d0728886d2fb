"""The completion script for fish: one `complete` for each option and place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jarbuild.completion.programs import JARS, PATHS, RULES, Command, Kinds, Option, Program
from jarbuild.completion.words import lines_of, rule_names, valued

_ENGINE = r"""
# Whether the command line is one of program $argv[1] and command $argv[2] (empty: none of them),
# and, where $argv[3] is given, the word at the cursor is at that place or, if repeated, behind it.
function __jarbuild_at
    set -l typed (commandline -opc)
    set -l command ''
    set -l rest $typed[2..]
    if set -q rest[1]; and contains -- $rest[1] (__jarbuild_commands $argv[1])
        set command $rest[1]
        set -e rest[1]
    end
    test "$command" = "$argv[2]"; or return 1
    set -q argv[3]; or return 0
    set -l place 1
    set -l is_value 0
    for word in $rest
        if test $is_value = 1
            set is_value 0
        else if __jarbuild_takes_value "$argv[1] $command $word"
            set is_value 1
        else if not string match -q -- '-*' $word
            set place (math $place + 1)
        end
    end
    test $place -eq $argv[3]; or test "$argv[4]" = repeated -a $place -gt $argv[3]
end

function __jarbuild_jars
    jarbuild completion jars 2>/dev/null
end

function __jarbuild_rules
    set -l before (string match -r '.*,' -- (commandline -ct | string replace -r '^--\w+=' ''))
    printf "$before%s\t%s\n" $__jarbuild_rule_list
end

complete -c jarbuild -f
complete -c geniejars -f"""


def script(programs: Sequence[Program]) -> str:
    """To be sourced, or saved as ~/.config/fish/completions/jarbuild.fish."""
    rules = " ".join(f"{code} {name}" for code, name in rule_names().items())
    return lines_of(
        "# Completion of jarbuild and geniejars for fish: jarbuild completion fish | source",
        f"set -g __jarbuild_rule_list {rules}",
        *_commands(programs),
        *_value_options(programs),
        _ENGINE,
        *(line for program in programs for line in _program(program)),
    )


def _commands(programs: Sequence[Program]) -> Iterator[str]:
    yield "\nfunction __jarbuild_commands\n    switch $argv[1]"
    for program in programs:
        names = " ".join(command.name for command in program.commands if command.name)
        yield f"        case {program.name}\n            string split ' ' '{names}'"
    yield "    end\nend"


def _value_options(programs: Sequence[Program]) -> Iterator[str]:
    """The options whose value is a word of its own."""
    known = [
        f"'{program.name} {command.name} {name}'"
        for program in programs
        for command in program.commands
        for option in valued(command)
        for name in option.names
    ]
    yield "\nfunction __jarbuild_takes_value"
    yield "    contains -- $argv[1] \\\n        " + " \\\n        ".join(known)
    yield "end"


def _program(program: Program) -> Iterator[str]:
    for command in program.commands:
        if command.name:
            described = f"-a {command.name} -d {_quoted(command.summary)}"
            yield f"complete -c {program.name} -n '__jarbuild_at {program.name} \"\" 1' {described}"
    for command in program.commands:
        yield from _command(program.name, command)


def _command(program: str, command: Command) -> Iterator[str]:
    here = f'__jarbuild_at {program} "{command.name}"'
    for option in command.options:
        yield f"complete -c {program} -n '{here}' {_option(option)}"
    for place, kinds in enumerate(command.operands, 1):
        is_last = place == len(command.operands)
        where = f"{here} {place}" + (" repeated" if is_last and command.repeats else "")
        if kinds:
            yield f"complete -c {program} -n '{where}' {_kinds(kinds)}"


def _option(option: Option) -> str:
    names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
    described = f" -d {_quoted(option.help)}" if option.help else ""
    if option.values is None:
        return names + described
    return f"{names} -r {_kinds(option.values)}".rstrip() + described


def _kinds(kinds: Kinds) -> str:
    """-F takes files back in, which -f for the whole program has put out."""
    dynamic = {JARS: "(__jarbuild_jars)", RULES: "(__jarbuild_rules)"}
    words = " ".join(dynamic.get(kind, kind) for kind in kinds if kind != PATHS)
    files = " -F" if PATHS in kinds else ""
    return (f"-a {_quoted(words)}" if words else "").strip() + files


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
