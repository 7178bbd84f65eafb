import type { Level } from "./Levels.ts"
import * as Posix from "./Posix.ts"

const settings = ({ commands, options }: Level): ReadonlyArray<string> => [
  `flags=${Posix.quoted(options.flatMap(({ names }) => names).join(" "))}`,
  ...(commands.length === 0 ? [] : [`choices=${Posix.quoted(commands.map(({ name }) => name).join(" "))}`])
]

/** A script for bash, 3.2 as well. */
export const script = (
  levels: ReadonlyArray<Level>
): string => `# bash completion for ebb. For this shell: source <(ebb completion bash)
${Posix.valueFunction(levels)}
_ebb() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at= place=0 open= value= list= choices= files= flags= prefix= word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
${Posix.walk(levels)}
  done
  [[ $cur == = ]] && cur=
  # Where COMP_WORDBREAKS has no equals sign, the option and its value are one word.
  if [[ $cur == --*=* ]]; then
    open=\${cur%%=*} prefix=\${cur%%=*}=
    cur=\${cur#*=}
  fi
  _ebb_value "$at" "$open"
  if [[ -z $value || -n $list && $cur == -* ]]; then
    choices= files=
    case $at in
${Posix.levelCases(levels, settings)}
    esac
    [[ $cur == -* ]] && choices=$flags files=
  fi
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -W "$choices" -- "$cur") $(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$choices" -- "$cur"))
  fi
  [[ -z $prefix ]] || COMPREPLY=("\${COMPREPLY[@]/#/$prefix}")
}
complete -F _ebb ebb
`
