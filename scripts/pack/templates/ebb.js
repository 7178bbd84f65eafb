#!/usr/bin/env node
// Runs the ebb of this machine, which a package of its own brings: npm installs the one that fits and leaves out the others.
"use strict"
const { spawn } = require("node:child_process")
const { constants } = require("node:os")

const { optionalDependencies, version } = require("../package.json")

const hasGlibc = () => {
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime !== undefined
}

/** The packages that could serve, the likeliest first. */
const candidates = () => {
  const name = `@ebb/cli-${process.platform}-${process.arch}`
  if (process.platform !== "linux") return [name]
  return hasGlibc() ? [name, `${name}-musl`] : [`${name}-musl`, name]
}

const find = (names) => {
  for (const name of names) {
    try {
      return require.resolve(`${name}/bin/ebb`)
    } catch {
      // That one is not installed.
    }
  }
  return null
}

const missing = ([name]) => {
  const shipped = Object.keys(optionalDependencies)
  if (!shipped.includes(name)) {
    const machines = shipped.map((one) => one.replace("@ebb/cli-", "")).join(", ")
    return `ebb has no binary for ${process.platform}-${process.arch}; it has for ${machines}. Run it in Linux, as in WSL or a container.`
  }
  return `The package ${name} is not installed, and it holds the binary. Install it: npm install ${name}@${version} (with --omit=optional, or a lock file from another kind of machine, npm leaves it out).`
}

const fail = (sentence) => {
  process.stderr.write(`✘ ${sentence}\n`)
  process.exit(1)
}

/** Signals meant for ebb. One that is typed at a terminal reaches both by itself: to pass it on would double it. */
const passOn = (child) => {
  for (const signal of ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2", "SIGINT"]) {
    process.on(signal, () => {
      const isTyped = process.stdin.isTTY === true && (signal === "SIGINT" || signal === "SIGQUIT")
      if (!isTyped) child.kill(signal)
    })
  }
}

const names = candidates()
const binary = find(names)
if (binary === null) fail(missing(names))
else {
  const args = process.argv.slice(2)
  const child = spawn(binary, args, { stdio: "inherit" })
  passOn(child)
  child.on("error", (error) => fail(`${binary} could not be started: ${error.message}`))
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // A signal that does not end this process, such as one that was blocked: the code that shells give for it.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100)
  })
}
