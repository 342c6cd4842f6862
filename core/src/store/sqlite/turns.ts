/** Lets callers in one at a time, in the order they came. */
export interface Turns {
  /**
   * Resolves when it is the caller's turn, with what ends the turn. Rejects as `over` does while still waiting;
   * the place in the queue is given up then.
   */
  enter(over?: Promise<never>): Promise<() => void>
}

/** A queue nobody is in yet. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    enter: async (over) => {
      const ahead = last
      const turn = Promise.withResolvers<void>()
      last = ahead.then(() => turn.promise)
      try {
        await (over === undefined ? ahead : Promise.race([ahead, over]))
      } catch (error) {
        turn.resolve()
        throw error
      }
      return turn.resolve
    },
  }
}
