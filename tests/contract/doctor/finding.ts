import { expect } from 'vitest'

/** A finding of the doctor's; what is not well says what to do next. */
export const finding = (check: string, result: 'ok' | 'warn' | 'FAIL', found: RegExp, next: RegExp = /./) =>
  expect.objectContaining({
    check,
    result,
    found: expect.stringMatching(found),
    ...(result !== 'ok' && { next: expect.stringMatching(next) }),
  })
