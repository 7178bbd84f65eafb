/** The variable that marks every process of a sandbox; children inherit it. */
export const sandboxName = "EBB_SANDBOX"
/** The variable that marks the processes of one runner among them. */
export const runnerName = "EBB_RUNNER"
