/** The version of ebb, which journals and reports carry. */
export const version = "0.1.0"
