/** How often is looked whether whoever started us is still there. */
const lookMs = 250

/**
 * Calls back once the process that started this one has ended, however it ended: a process without its parent is given to
 * another, and nobody is told.
 */
export function onParentEnd(callback: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    callback()
  }, lookMs)
  timer.unref()
}
