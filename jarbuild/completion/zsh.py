"""The completion script for zsh: facts as `case` branches, and functions that use them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from jarbuild.completion.programs import Command, Program
from jarbuild.completion.words import lines_of, rule_names, valued

_ENGINE = r"""
_jarbuild_candidates() {  # what fits of the kinds in "$@"
  local kind
  local -a found
  for kind in "$@"; do
    case $kind in
      @paths) _files ;;
      @jars)
        found=(${(f)"$(jarbuild completion jars 2>/dev/null)"})
        found=(${found//$'\t'/:})
        (( $#found )) && _describe jar found ;;
      @rules) compset -P '*,'; _describe rule _jarbuild_rules ;;
      *) compadd -- $kind ;;
    esac
  done
}

_jarbuild() {
  local program=${words[1]:t} command='' repeats='' first=2 place=1 index
  local -a verbs names flags operands values
  _jarbuild_commands $program
  names=(${verbs%%:*})
  if (( CURRENT > 2 && ${names[(Ie)${words[2]}]} )); then
    command=${words[2]} first=3
  fi
  _jarbuild_facts "$program $command"
  for (( index = first; index < CURRENT; index++ )); do
    if _jarbuild_values "$program $command ${words[index]}"; then
      (( index++ ))
    elif [[ ${words[index]} != -* ]]; then
      (( place++ ))
    fi
  done
  if (( CURRENT > first )) && _jarbuild_values "$program $command ${words[CURRENT-1]}"; then
    _jarbuild_candidates $values
  elif [[ $PREFIX = --*=* ]] && _jarbuild_values "$program $command ${PREFIX%%=*}"; then
    compset -P '*='
    _jarbuild_candidates $values
  elif [[ $PREFIX = -* ]]; then
    _describe -o option flags
  else
    (( first == 2 && CURRENT == 2 )) && _describe command verbs
    (( place > $#operands )) && [[ -n $repeats ]] && place=$#operands
    _jarbuild_candidates ${=operands[place]}
  fi
}

if [ "$funcstack[1]" = _jarbuild ]; then
  _jarbuild "$@"
else
  compdef _jarbuild jarbuild geniejars
fi"""


def script(programs: Sequence[Program]) -> str:
    """To be sourced after compinit, or put as `_jarbuild` into a folder of $fpath."""
    rules = (_described(code, name) for code, name in rule_names().items())
    return lines_of(
        "#compdef jarbuild geniejars",
        "# Completion of jarbuild and geniejars for zsh: source <(jarbuild completion zsh)",
        f"_jarbuild_rules=({' '.join(rules)})",
        *_function("_jarbuild_commands", _command_branches(programs)),
        *_function("_jarbuild_facts", _fact_branches(programs)),
        *_function("_jarbuild_values", (*_value_branches(programs), "*) return 1")),
        _ENGINE,
    )


def _function(name: str, branches: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield f'\n{name}() {{\n  case "$1" in'
    yield from (f"    {branch} ;;" for branch in branches)
    yield "  esac\n}"


def _command_branches(programs: Sequence[Program]) -> Iterator[str]:
    for program in programs:
        named = [command for command in program.commands if command.name]
        described = (_described(command.name, command.summary) for command in named)
        yield f"{program.name}) verbs=({' '.join(described)})"


def _fact_branches(programs: Sequence[Program]) -> Iterator[str]:
    for program in programs:
        for command in program.commands:
            yield f"'{program.name} {command.name}') {_facts(command)}"


def _facts(command: Command) -> str:
    options = " ".join(_described(n, o.help) for o in command.options for n in o.names)
    places = " ".join(shlex.quote(" ".join(kinds)) for kinds in command.operands)
    return f"flags=({options}) operands=({places})" + (" repeats=1" if command.repeats else "")


def _value_branches(programs: Sequence[Program]) -> Iterator[str]:
    for program in programs:
        for command in program.commands:
            for option in valued(command):
                patterns = "|".join(f"'{program.name} {command.name} {n}'" for n in option.names)
                yield f"{patterns}) values=({' '.join(option.values or ())})"


def _described(word: str, description: str) -> str:
    return shlex.quote(f"{word}:{description}" if description else word)
