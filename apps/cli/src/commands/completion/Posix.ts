import * as Levels from "./Levels.ts"

/** Between double quotes; for words of the grammar, which hold nothing that a shell would read. */
export const quoted = (text: string): string => `"${text}"`

const offer = (value: Levels.Value): string => {
  if (value === "file") return " files=1"
  if (Levels.isWordOrFile(value)) return `${offer(value.orWords)} files=1`
  return value === "text" ? "" : ` choices=${quoted(value.join(" "))}`
}

const valueCases = ({ at, options }: Levels.Level): ReadonlyArray<string> =>
  options.flatMap(({ isList, names, value }) => {
    if (value === null) return []
    const patterns = names.map((name) => quoted(`${at}:${name}`)).join("|")
    return [`    ${patterns}) value=1 list=${isList ? 1 : ""}${offer(value)} ;;`]
  })

/** Says of an option of a level whether it takes a value, and which. */
export const valueFunction = (levels: ReadonlyArray<Levels.Level>): string => `_ebb_value() {
  value= list= choices= files=
  case "$1:$2" in
${levels.flatMap(valueCases).join("\n")}
  esac
}`

/** The body of a loop over the words before the cursor: finds the level, the place, and the option left open. */
export const walk = (levels: ReadonlyArray<Levels.Level>): string => `    case $word in
      =) continue ;;
      -*)
        _ebb_value "$at" "$word"
        open=
        [[ -n $value ]] && open=$word
        ;;
      *)
        if [[ -n $open ]]; then
          _ebb_value "$at" "$open"
          [[ -n $list ]] || open=
          continue
        fi
        case "\${at:+$at }$word" in
${Levels.steps(levels)
  .map(({ from, to }) => `          ${from.map(quoted).join("|")}) at=${quoted(to)} ;;`)
  .join("\n")}
          *) place=$((place + 1)) ;;
        esac
        ;;
    esac`

const placeCases = ({ positionals, repeats }: Levels.Level): ReadonlyArray<string> => {
  const cases = positionals.map((value, place) => {
    const isOpen = repeats && place === positionals.length - 1
    return `        ${isOpen ? "*" : place})${offer(value)} ;;`
  })
  return cases.length === 0 ? [] : ["      case $place in", ...cases, "      esac"]
}

/** What each level offers: `settings` in the shell's own way, then its positionals. */
export const levelCases = (
  levels: ReadonlyArray<Levels.Level>,
  settings: (level: Levels.Level) => ReadonlyArray<string>
): string =>
  levels
    .flatMap((level) => [
      `    ${quoted(level.at)})`,
      ...settings(level).map((line) => `      ${line}`),
      ...placeCases(level),
      "      ;;"
    ])
    .join("\n")
