/** What a log may know of an unforeseen error: its name, and where it was thrown. */
export interface Fault {
  readonly name: string
  /** The frames of its stack, innermost first; none where nobody can tell them from its message. */
  readonly frames: readonly string[]
}

/**
 * Names an error. Its message is left out, wherever it stands: those of libraries quote commands, keys, addresses and
 * passwords, and a stack begins with the message.
 */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  const { name, message, stack = '' } = error
  const at = stack.indexOf(message)
  const afterwards = at < 0 ? '' : stack.slice(at + message.length)
  const frames = afterwards.split('\n').filter((line) => /^\s{1,8}at /.test(line))
  return { name, frames: frames.map((frame) => frame.trim()) }
}

/** The name of an unforeseen error alone, for a line of the log. */
export const faultNameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')
