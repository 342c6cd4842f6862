/** Lets callers in so many at a time, in the order they came. */
export interface Turns {
  /**
   * Resolves when it is the caller's turn, with what ends the turn. Rejects as `over` does while still waiting;
   * the place in the queue is given up then.
   */
  enter(over?: Promise<never>): Promise<() => void>
}

/** A queue nobody is in yet, for so many at a time; one when absent. */
export function createTurns(places = 1): Turns {
  let free = places
  const waiting = new Set<() => void>()
  const leave = () => {
    const [next] = waiting
    if (next === undefined) free += 1
    else {
      waiting.delete(next)
      next()
    }
  }
  const come = async (over?: Promise<never>): Promise<void> => {
    if (free > 0) {
      free -= 1
      return
    }
    const turn = Promise.withResolvers<void>()
    waiting.add(turn.resolve)
    try {
      await (over === undefined ? turn.promise : Promise.race([turn.promise, over]))
    } catch (error) {
      // The turn may have come at the same moment.
      if (!waiting.delete(turn.resolve)) leave()
      throw error
    }
  }
  return {
    enter: async (over) => {
      await come(over)
      return leave
    },
  }
}
