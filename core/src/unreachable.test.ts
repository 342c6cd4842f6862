import { expect, test } from 'vitest'
import { whyUnreachable } from './unreachable.ts'

const coded = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:1`), { code })

test.each([
  [coded('ECONNREFUSED'), 'nobody listens there'],
  [new TypeError('fetch failed', { cause: coded('ENOTFOUND') }), 'nobody knows its host name'],
  [
    new Error('WRONGPASS invalid username-password pair'),
    'the user or the password is wrong, or may not do that',
  ],
  [new Error('Server selection timed out after 4000 ms'), 'it does not answer in time'],
  [new Error('self-signed certificate'), 'its certificate is not trusted, or it speaks no TLS there'],
  [new Error('redis://user:hunter2@host says no'), 'it cannot be used'],
  ['hunter2', 'it cannot be used'],
])('%s is told in words of our own', (error, words) => {
  expect(whyUnreachable(error)).toBe(words)
})
