/** A kind of machine that ebb is compiled for. */
export interface Platform {
  /** As it stands in the names of packages and files. */
  readonly name: string
  /** The npm package that has Bun for it. */
  readonly bun: string
  readonly target: Bun.Build.CompileTarget
  /** As npm knows it. */
  readonly os: "linux" | "darwin"
  readonly cpu: "x64" | "arm64"
  readonly libc?: "glibc" | "musl"
  /** As pip knows it: the oldest system that the Bun inside runs on. */
  readonly wheelTag: string
}

/**
 * Windows is not among them: what runs no processes would work there, but it has not been seen to. The tags say which glibc
 * Bun asks for (2.17), the musl of the Alpine it is built on (1.2), and the macOS in its load commands (13).
 */
export const platforms: ReadonlyArray<Platform> = [
  {
    name: "linux-x64",
    bun: "@oven/bun-linux-x64",
    target: "bun-linux-x64",
    os: "linux",
    cpu: "x64",
    libc: "glibc",
    wheelTag: "manylinux_2_17_x86_64"
  },
  {
    name: "linux-arm64",
    bun: "@oven/bun-linux-aarch64",
    target: "bun-linux-arm64",
    os: "linux",
    cpu: "arm64",
    libc: "glibc",
    wheelTag: "manylinux_2_17_aarch64"
  },
  {
    name: "linux-x64-musl",
    bun: "@oven/bun-linux-x64-musl",
    target: "bun-linux-x64-musl",
    os: "linux",
    cpu: "x64",
    libc: "musl",
    wheelTag: "musllinux_1_2_x86_64"
  },
  {
    name: "linux-arm64-musl",
    bun: "@oven/bun-linux-aarch64-musl",
    target: "bun-linux-arm64-musl",
    os: "linux",
    cpu: "arm64",
    libc: "musl",
    wheelTag: "musllinux_1_2_aarch64"
  },
  {
    name: "darwin-arm64",
    bun: "@oven/bun-darwin-aarch64",
    target: "bun-darwin-arm64",
    os: "darwin",
    cpu: "arm64",
    wheelTag: "macosx_13_0_arm64"
  },
  {
    name: "darwin-x64",
    bun: "@oven/bun-darwin-x64",
    target: "bun-darwin-x64",
    os: "darwin",
    cpu: "x64",
    wheelTag: "macosx_13_0_x86_64"
  }
]

/** The npm package that brings the binary of a platform. */
export const packageOf = ({ name }: Pick<Platform, "name">): string => `@ebb/cli-${name}`
