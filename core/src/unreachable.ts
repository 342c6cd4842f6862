import { isNativeError } from 'node:util/types'

/** What libraries call it, and what it is; the first that fits. */
const words: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN/, 'nobody knows its host name'],
  [/ECONNREFUSED/, 'nobody listens there'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to it'],
  [/auth|WRONGPASS|NOPERM|credentials/i, 'the user or the password is wrong, or may not do that'],
  [/certificate|SSL|TLS|self.signed/i, 'its certificate is not trusted, or it speaks no TLS there'],
  [/ETIMEDOUT|timed? ?out|timeout/i, 'it does not answer in time'],
  [/ECONNRESET|EPIPE|closed|ended/i, 'it closes the connection'],
]

/** Everything that an error says of itself, and what it was caused by. */
const saidBy = (error: unknown): string =>
  isNativeError(error) ? `${error.message} ${'code' in error ? error.code : ''} ${saidBy(error.cause)}` : ''

/**
 * Why a service could not be asked, in our words: those of a library are no use to who sets an address, and may quote it with its
 * password.
 */
export const whyUnreachable = (error: unknown): string =>
  words.find(([sign]) => sign.test(saidBy(error)))?.[1] ?? 'it cannot be used'
