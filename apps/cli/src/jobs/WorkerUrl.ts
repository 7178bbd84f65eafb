/** Where the module of the workers is; the compiled binary has this module replaced by one that names the file in it. */
export const workerUrl = new URL("./Worker.ts", import.meta.url).href
