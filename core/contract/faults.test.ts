import { expect, test } from 'vitest'
import { faultOf } from './faults.ts'

const secret = 'mongodb://holdfast:password@db.internal/holdfast'

test('an error is told by its name and its place', () => {
  const { name, frames } = faultOf(new RangeError('too far'))
  expect(name).toBe('RangeError')
  expect(frames[0]).toMatch(/^at .*faults\.test\.ts:\d+:\d+/)
})

test.each([
  ['of one line', new Error(secret)],
  ['that brings a stack of its own', new Error(`ERR\n    at ${secret}:1:1\n    at Socket (${secret})`)],
  [
    'that the stack does not have',
    Object.assign(new Error('x'), { message: secret, stack: `Error: y ${secret}` }),
  ],
  ['of a cause', new Error('', { cause: new Error(secret) })],
])('never by a message %s', (_, error) => {
  expect(JSON.stringify(faultOf(error))).not.toContain('mongodb')
})

test.each([undefined, null, secret, { message: secret }])(
  'what is no error is told by its type only',
  (thrown) => {
    expect(faultOf(thrown)).toEqual({ name: typeof thrown, frames: [] })
  },
)
