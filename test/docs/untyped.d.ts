declare module "write-good" {
  export default function writeGood(
    text: string,
    checks: Readonly<Record<string, boolean>>
  ): ReadonlyArray<{ readonly index: number; readonly offset: number; readonly reason: string }>
}
