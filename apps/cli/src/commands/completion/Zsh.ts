import type { Level } from "./Levels.ts"
import * as Posix from "./Posix.ts"

const described = (name: string, help: string): string => `'${`${name}:${help}`.replaceAll("'", `'\\''`)}'`

const settings = ({ commands, options }: Level): ReadonlyArray<string> => {
  const flags = options.flatMap(({ help, names }) => names.map((name) => described(name, help)))
  const below = commands.map(({ name, summary }) => described(name, summary))
  return [`flags=(${flags.join(" ")})`, ...(below.length === 0 ? [] : [`commands=(${below.join(" ")})`])]
}

/** A script for zsh: to be sourced, or kept as `_ebb` in a folder of fpath. */
export const script = (levels: ReadonlyArray<Level>): string => `#compdef ebb
# zsh completion for ebb. For this shell: source <(ebb completion zsh)
${Posix.valueFunction(levels)}
_ebb() {
  local cur=\${words[CURRENT]} at= place=0 open= value= list= choices= files= word
  local -a flags commands
  for word in "\${(@)words[2,CURRENT-1]}"; do
${Posix.walk(levels)}
  done
  if [[ $cur == --*=* ]]; then
    open=\${cur%%=*}
    compset -P '*='
  fi
  _ebb_value "$at" "$open"
  if [[ -z $value || -n $list && $cur == -* ]]; then
    choices= files=
    case $at in
${Posix.levelCases(levels, settings)}
    esac
    if [[ $cur == -* ]]; then
      _describe -o option flags
      return
    fi
  fi
  [[ -n $choices ]] && compadd -- \${=choices}
  if [[ -n $files ]]; then
    _files
  elif [[ -z $choices ]]; then
    _describe command commands
  fi
}
if [[ \${funcstack[1]} == _ebb ]]; then
  _ebb "$@"
elif (( \${+functions[compdef]} )); then
  compdef _ebb ebb
fi
`
