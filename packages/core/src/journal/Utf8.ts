/** Of the Encoding Standard: every engine has these two, though the types of this package know ECMAScript alone. */
declare class TextEncoder {
  encode(text: string): Uint8Array
  encodeInto(text: string, into: Uint8Array): { readonly written: number }
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string
}

export const encoder = new TextEncoder()
export const decoder = new TextDecoder()
