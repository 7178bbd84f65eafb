"use strict"

// Written by ebb: what a program asks of the platform's hosts goes to the sandbox instead, by fetch and by WebSocket.
// Node and Deno load it by NODE_OPTIONS, Bun by BUN_INSPECT_PRELOAD; any of them by its own option for preloads.
const sandbox = "http://localhost:8787"

const isPlatform = ({ hostname }) => /(^|\.)fal\.(run|ai|media)$/.test(hostname)

/** Where that address is in the sandbox; null for any that is not the platform's. */
const inSandbox = (address, scheme) => {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  return isPlatform(url) ? `${sandbox.replace("http", scheme)}/${url.hostname}${url.pathname}${url.search}` : null
}

const redirectedFetch = (own) => {
  const redirected = (input, init) => {
    const isRequest = typeof Request === "function" && input instanceof Request
    const address = inSandbox(isRequest ? input.url : String(input), "http")
    if (address === null) return own(input, init)
    return isRequest ? own(new Request(address, input), init) : own(address, init)
  }
  const { preconnect } = own
  if (preconnect === undefined) return redirected
  return Object.assign(redirected, {
    preconnect: (address, options) => preconnect(inSandbox(String(address), "http") ?? address, options)
  })
}

const redirectedWebSocket = (Own) =>
  class WebSocket extends Own {
    constructor(address, ...rest) {
      super(inSandbox(String(address), "ws") ?? address, ...rest)
    }
  }

/** Stands before a global, also before what a program puts there itself, such as a WebSocket for a Node that has none. */
const standBefore = (name, redirect) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, name)
  let held
  let isHeld = false
  const hold = (own) => {
    held = typeof own === "function" ? redirect(own) : own
    isHeld = true
  }
  const stand = () => Object.defineProperty(globalThis, name, accessor)
  const accessor = {
    configurable: true,
    enumerable: before?.enumerable ?? false,
    get: () => {
      if (isHeld) return held
      hold(before?.get === undefined ? before?.value : before.get.call(globalThis))
      // Node loads some of its globals when they are first asked for, and then puts them into the place of this one.
      stand()
      return held
    },
    set: hold
  }
  stand()
}

standBefore("fetch", redirectedFetch)
standBefore("WebSocket", redirectedWebSocket)
