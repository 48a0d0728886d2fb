"""The completion script for bash: facts as `case` branches, and one function that uses them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from jarbuild.completion.programs import JARS, PATHS, RULES, Command, Kinds, Program
from jarbuild.completion.words import lines_of, rule_codes, valued

_ENGINE = r"""
_jarbuild_candidates() {  # of the kinds in $1 those that begin with $2
  local kind
  for kind in $1; do
    case $kind in
      @paths) compgen -f -- "$2" ;;
      @jars) compgen -W "$(jarbuild completion jars 2>/dev/null | cut -f1)" -- "$2" ;;
      @rules) compgen -P "${2%"${2##*,}"}" -W "$_jarbuild_rules" -- "${2##*,}" ;;
      *) compgen -W "$kind" -- "$2" ;;
    esac
  done
}

_jarbuild() {
  local program=${1##*/} current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command='' first=1 place=0 index commands='' options='' operands=() repeats='' values=''
  # bash makes three words of --option=value
  if [ "$current" = = ]; then current=''
  elif [ "$before" = = ] && [ "$COMP_CWORD" -gt 1 ]; then before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  _jarbuild_commands "$program"
  if [ "$COMP_CWORD" -gt 1 ] && [[ " $commands " = *" ${COMP_WORDS[1]} "* ]]; then
    command=${COMP_WORDS[1]} first=2
  fi
  _jarbuild_facts "$program $command"
  for ((index = first; index < COMP_CWORD; index++)); do
    if _jarbuild_values "$program $command ${COMP_WORDS[index]}"; then
      [ "${COMP_WORDS[index+1]}" = = ] && ((index++))
      ((index++))
    elif [[ ${COMP_WORDS[index]} != -* ]]; then
      ((place++))
    fi
  done
  if _jarbuild_values "$program $command $before"; then
    mapfile -t COMPREPLY < <(_jarbuild_candidates "$values" "$current")
    return
  fi
  if [[ $current = -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    return
  fi
  if [ -n "$repeats" ] && [ "$place" -ge "${#operands[@]}" ]; then
    place=$((${#operands[@]} - 1))
  fi
  values=${operands[place]}
  [ "$first $COMP_CWORD" = '1 1' ] && values="$commands $values"
  mapfile -t COMPREPLY < <(_jarbuild_candidates "$values" "$current")
}

complete -o filenames -F _jarbuild jarbuild geniejars
"""


def script(programs: Sequence[Program]) -> str:
    """To be sourced, or put into the completions folder of bash-completion."""
    return lines_of(
        "# Completion of jarbuild and geniejars for bash: source <(jarbuild completion bash)",
        f"_jarbuild_rules='{' '.join(rule_codes())}'",
        *_function("_jarbuild_commands", "$1", _command_branches(programs)),
        *_function("_jarbuild_facts", "$1", _fact_branches(programs)),
        *_function("_jarbuild_values", "$1", _value_branches(programs), otherwise="return 1"),
        _ENGINE.rstrip("\n"),
    )


def _function(
    name: str, word: str, branches: Iterator[str], otherwise: str | None = None
) -> Iterator[str]:
    yield f'\n{name}() {{\n  case "{word}" in'
    yield from (f"    {branch} ;;" for branch in branches)
    if otherwise:
        yield f"    *) {otherwise} ;;"
    yield "  esac\n}"


def _command_branches(programs: Sequence[Program]) -> Iterator[str]:
    for program in programs:
        names = " ".join(command.name for command in program.commands if command.name)
        yield f"{program.name}) commands='{names}'"


def _fact_branches(programs: Sequence[Program]) -> Iterator[str]:
    for program in programs:
        for command in program.commands:
            yield f"'{program.name} {command.name}') {_facts(command)}"


def _facts(command: Command) -> str:
    options = " ".join(name for option in command.options for name in option.names)
    places = " ".join(shlex.quote(_spelled(kinds)) for kinds in command.operands)
    return f"options='{options}' operands=({places})" + (" repeats=1" if command.repeats else "")


def _value_branches(programs: Sequence[Program]) -> Iterator[str]:
    for program in programs:
        for command in program.commands:
            for option in valued(command):
                patterns = "|".join(f"'{program.name} {command.name} {n}'" for n in option.names)
                yield f"{patterns}) values={shlex.quote(_spelled(option.values or ()))}"


def _spelled(kinds: Kinds) -> str:
    assert all(" " not in kind for kind in kinds), "words of a list are single words"
    assert {k for k in kinds if k.startswith("@")} <= {JARS, PATHS, RULES}
    return " ".join(kinds)
