/** Nothing came within the time. */
export class DeadlineExceeded extends Error {
  constructor() {
    super('no answer within the deadline')
    this.name = 'DeadlineExceeded'
  }
}

/**
 * Settles as the work does, or rejects when the deadline comes first, even if the work ignores its signal.
 *
 * @throws DeadlineExceeded
 */
export function within<Value>(deadline: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DeadlineExceeded())
    if (deadline.aborted) late()
    deadline.addEventListener('abort', late, { once: true })
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', late))
  })
}
