/** Counts what was really reached: a run that never met a failure has proven nothing about it. */
export interface Sometimes {
  count(what: string): void
  /** How often each was. */
  readonly counts: ReadonlyMap<string, number>
}

export function createSometimes(): Sometimes {
  const counts = new Map<string, number>()
  return { counts, count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1) }
}

/** The failure modes of guarantees.md that a world can meet, and how it is seen that it did. */
export const failureModes: Readonly<Record<string, string>> = {
  F1: 'a hold ran out between its pin and its commit',
  F2: 'a core ended after a commit of which Redis had not heard',
  F3: 'a core ended in the middle of a transaction, which then kept its documents',
  F4: 'Redis lost a promise that it had made',
  F5: 'Redis lost news of a sale, or of a cancellation, that it had been told',
  F6: 'a buyer wanted seats of a map that was no longer so',
  F7: 'Redis lost everything',
  F9: 'the clock of Redis jumped',
  F10: 'Redis forgot its scripts',
  F11: 'a script was delivered twice',
  F13: 'a key came again while the first was running',
  F14: 'a key came with another payload',
  F15: 'another key came for a grant that was sold',
  F16: 'another payment came for a grant, or one for two',
  F18: 'money was taken for nothing, and given back',
  F19: 'a capture failed for good',
  F20: 'two transactions met',
  F21: 'nobody knew whether a commit was done',
  F25: 'the edge did not know what core had done',
  F26: 'a final answer was given again',
  F27: 'an edge ended in the middle of a request',
  F31: 'an event of the provider came twice, or late',
  F34: 'a sweep met a sale',
  F35: 'news of a seat came to Redis that was older than what it knew',
  F36: 'the rate limiter was out',
  F37: 'core dropped work that nobody waited for any more',
  F39: 'what has a time to live was deleted',
}

/** What else a world must have met. */
export const situations: Readonly<Record<string, string>> = {
  ...failureModes,
  declined: 'a payment was declined',
  'paid after a decline': 'a declined payment was made good, and the seats were sold',
  'given back by terms': 'a buyer gave seats back by the terms of their event',
  'given back after a postponement': 'a buyer gave seats back by a start later than the one that was sold',
}
