import 'vitest'

/** The numbers that have to be reached, and what is required of each. A test that measures one tells it. */
export const numbers = {
  'one seat, 1,000 attempts, 100 in flight, 5 % of answers dropped': '1 live booking, 0 orphan captures',
  'Redis says "ok" to everybody': 'one sale a seat, store and bookings agree',
  'FLUSHALL in the middle of a sale': '0 double sales, map = store within 20 s, every lost hold is hold_lost',
  'every script delivered 6 times': 'same state, same reply',
  'simulated worlds': '2,000 within 120 s (two parts of 1,000 beside each other), 0 broken',
  'bugs planted in the simulation': 'each caught by the promise that it names',
  'SIGTERM under load': '0 failed confirms in flight',
  'warm hold': '1 request to Redis after the limiter; commands independent of the number of seats',
  confirm: 'at most 5 statements and a commit, whatever the number of seats',
  'CPU of Redis, 8 seats against 1': 'at most 3 times',
  'map of 50,000 seats against naive JSON': 'at most 1/40 raw, 1/10 compressed',
  'kill -9': 'no promise broken',
} as const

export type NumberName = keyof typeof numbers

/** What a test measured of one of the numbers. */
export interface Figure {
  readonly number: NumberName
  readonly measured: string
}

declare module 'vitest' {
  interface TaskMeta {
    figures?: Figure[]
  }
}

/**
 * Has the end of `npm test` print what a test measured. The task is that of the test itself; several tests may each tell
 * their part of one number:
 *
 *     test('...', async ({ task }) => {
 *       ...
 *       tell(task, 'FLUSHALL in the middle of a sale', `ready again after ${seconds} s, ${doubles} double sales`)
 *     })
 */
export function tell(
  task: { readonly meta: { figures?: Figure[] } },
  number: NumberName,
  measured: string,
): void {
  task.meta.figures = [...(task.meta.figures ?? []), { number, measured }]
}

/** The lines of a table of what was measured, each number with what is required of it. */
export function tableOf(figures: readonly Figure[]): string[] {
  const told = Map.groupBy(figures, ({ number }) => number)
  return Object.entries(numbers).flatMap(([number, required]) => {
    const measured = told.get(number as NumberName)
    if (!measured) return []
    return [
      `  ${number}`,
      `    required: ${required}`,
      ...measured.map((one) => `    measured: ${one.measured}`),
    ]
  })
}
