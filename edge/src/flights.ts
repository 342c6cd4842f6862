/** Runs a question once for all who ask it at the same time. */
export type Flights = <Value>(key: string, ask: () => Promise<Value>) => Promise<Value>

/**
 * Questions under way. On Workers `coalesce` must be off: there a request may not wait for the network call of
 * another one, which dies with its own request.
 */
export function createFlights(coalesce: boolean): Flights {
  const flying = new Map<string, Promise<unknown>>()
  return async <Value>(key: string, ask: () => Promise<Value>) => {
    if (!coalesce) return ask()
    const before = flying.get(key) as Promise<Value> | undefined
    if (before !== undefined) return before
    const flight = ask().finally(() => flying.delete(key))
    flying.set(key, flight)
    return flight
  }
}
