import * as Levels from "./Levels.ts"

const quoted = (text: string): string => `'${text.replace(/[\\']/g, (char) => `\\${char}`)}'`

const nameOf = (name: string): string => {
  if (name.startsWith("--")) return `-l ${name.slice(2)}`
  return name.length === 2 ? `-s ${name.slice(1)}` : `-o ${name.slice(1)}`
}

const offer = (value: Levels.Value): string => {
  if (value === "file" || Levels.isWordOrFile(value)) return "-r -F"
  return value === "text" ? "-x" : `-x -a ${quoted(value.join(" "))}`
}

const lines = ({ at, commands, options, positionals }: Levels.Level): ReadonlyArray<string> => {
  const line = (...parts: ReadonlyArray<string>) =>
    ["complete -c ebb", `-n ${quoted(`__ebb_is ${at}`.trim())}`, ...parts].join(" ")
  return [
    ...commands.map(({ name, summary }) => line(`-a ${name}`, `-d ${quoted(summary)}`)),
    ...options.map(({ help, names, value }) =>
      line(...names.map(nameOf), ...(value === null ? [] : [offer(value)]), `-d ${quoted(help)}`)
    ),
    ...positionals.flatMap((value) => {
      if (value === "text") return []
      if (Levels.isWordOrFile(value)) return [line("-F", `-a ${quoted(value.orWords.join(" "))}`)]
      return [value === "file" ? line("-F") : line(`-a ${quoted(value.join(" "))}`)]
    })
  ]
}

/** A script for fish. */
export const script = (
  levels: ReadonlyArray<Levels.Level>
): string => `# fish completion for ebb. For this shell: ebb completion fish | source
function __ebb_is
    set -l at
    for word in (commandline -opc)[2..-1]
        switch (string trim -- "$at $word")
${Levels.steps(levels)
  .map(({ from, to }) => `            case ${from.map(quoted).join(" ")}\n                set at ${to}`)
  .join("\n")}
        end
    end
    test "$at" = "$argv"
end
complete -c ebb -f
${levels.flatMap(lines).join("\n")}
`
